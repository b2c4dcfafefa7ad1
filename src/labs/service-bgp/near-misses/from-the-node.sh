# step: reach
ssh control1 curl -s -m 3 10.49.50.18

# step: cluster-range
cat 3.2-default-bgp.yaml | calicoctl create -f -

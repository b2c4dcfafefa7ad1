# step: assign
kubectl patch svc -n yaobank customer -p  '{"spec": {"externalIPs": ["10.51.0.10"]}}'

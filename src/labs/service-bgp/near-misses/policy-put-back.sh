# step: assign
kubectl patch svc -n yaobank customer -p  '{"spec": {"externalIPs": ["10.50.0.10"], "externalTrafficPolicy": "Cluster"}}'

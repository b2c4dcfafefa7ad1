# step: assign
kubectl patch svc -n yaobank customer --type merge -p '{"spec":{"externalIPs":["10.50.0.10"]}}'

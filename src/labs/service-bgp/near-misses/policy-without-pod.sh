# step: local
kubectl scale deployment -n yaobank customer --replicas 0
kubectl patch svc -n yaobank customer -p '{"spec":{"externalTrafficPolicy":"Local"}}'

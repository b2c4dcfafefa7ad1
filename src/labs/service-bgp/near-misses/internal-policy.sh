# step: local
kubectl patch svc -n yaobank customer -p '{"spec":{"internalTrafficPolicy":"Local"}}'

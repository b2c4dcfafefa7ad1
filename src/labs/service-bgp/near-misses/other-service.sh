# step: local
kubectl patch svc -n yaobank summary -p '{"spec":{"type":"NodePort","externalTrafficPolicy":"Local"}}'

# step: local
kubectl patch svc customer -n yaobank --type json -p '[{"op":"replace","path":"/spec/externalTrafficPolicy","value":"Local"}]'

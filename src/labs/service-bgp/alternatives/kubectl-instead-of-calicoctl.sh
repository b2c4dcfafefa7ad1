# step: cluster-range
kubectl apply -f 3.2-default-bgp.yaml

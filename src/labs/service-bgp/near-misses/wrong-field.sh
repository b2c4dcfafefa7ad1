# step: cluster-range
calicoctl apply -f - <<END
apiVersion: projectcalico.org/v3
kind: BGPConfiguration
metadata:
  name: default
spec:
  serviceExternalIPs:
  - cidr: 10.49.0.0/16
END

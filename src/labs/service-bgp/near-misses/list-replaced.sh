# step: external-range
calicoctl apply -f - <<END
apiVersion: projectcalico.org/v3
kind: BGPConfiguration
metadata:
  name: default
spec:
  serviceExternalIPs:
  - cidr: 10.50.0.0/24
END

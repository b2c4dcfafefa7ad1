# step: external-range
kubectl patch bgpconfigurations.projectcalico.org default --type merge -p '{"spec":{"serviceExternalIPs":[{"cidr":"10.50.0.0/24"}]}}'

# recorded: service advertisement lab on a real cluster (Calico, BIRD 1.6.8 on the bastion). Locked.
[host1]$ ip route
default via 10.0.1.1 dev ens5 proto dhcp src 10.0.1.10 metric 100 
10.0.1.0/24 dev ens5 proto kernel scope link src 10.0.1.10 
10.0.1.1 dev ens5 proto dhcp scope link src 10.0.1.10 metric 100 
10.48.2.232/29 via 10.0.1.30 dev ens5 proto bird 
[host1]$ calicoctl apply -f 3.2-default-bgp.yaml
Successfully applied 1 'BGPConfiguration' resource(s)
[host1]$ calicoctl get bgpconfig default -o yaml
apiVersion: projectcalico.org/v3
kind: BGPConfiguration
metadata:
  name: default
  resourceVersion: "<rv>"
  uid: <uid>
spec:
  serviceClusterIPs:
  - cidr: 10.49.0.0/16
[host1]$ ip route
default via 10.0.1.1 dev ens5 proto dhcp src 10.0.1.10 metric 100 
10.0.1.0/24 dev ens5 proto kernel scope link src 10.0.1.10 
10.0.1.1 dev ens5 proto dhcp scope link src 10.0.1.10 metric 100 
10.48.2.232/29 via 10.0.1.30 dev ens5 proto bird 
10.49.0.0/16 proto bird 
	nexthop via 10.0.1.20 dev ens5 weight 1 
	nexthop via 10.0.1.30 dev ens5 weight 1 
	nexthop via 10.0.1.31 dev ens5 weight 1 
[host1]$ kubectl get svc -n yaobank customer
NAME       TYPE       CLUSTER-IP    EXTERNAL-IP   PORT(S)        AGE
customer   NodePort   10.49.50.18   <none>        80:30180/TCP   <age>
[host1]$ curl -s $(kubectl get svc -n yaobank customer --no-headers | awk {'print $3'}) | grep -c 'Welcome to YAO Bank'
1
[host1]$ kubectl patch svc -n yaobank customer -p '{"spec":{"externalTrafficPolicy":"Local"}}'
service/customer patched
[host1]$ ip route
default via 10.0.1.1 dev ens5 proto dhcp src 10.0.1.10 metric 100 
10.0.1.0/24 dev ens5 proto kernel scope link src 10.0.1.10 
10.0.1.1 dev ens5 proto dhcp scope link src 10.0.1.10 metric 100 
10.48.2.232/29 via 10.0.1.30 dev ens5 proto bird 
10.49.0.0/16 proto bird 
	nexthop via 10.0.1.20 dev ens5 weight 1 
	nexthop via 10.0.1.30 dev ens5 weight 1 
	nexthop via 10.0.1.31 dev ens5 weight 1 
10.49.50.18 via 10.0.1.31 dev ens5 proto bird 
[host1]$ kubectl get svc -n yaobank
NAME       TYPE        CLUSTER-IP      EXTERNAL-IP   PORT(S)        AGE
customer   NodePort    10.49.50.18     <none>        80:30180/TCP   <age>
database   ClusterIP   10.49.238.135   <none>        2379/TCP       <age>
summary    ClusterIP   10.49.213.58    <none>        80/TCP         <age>
[host1]$ calicoctl patch BGPConfig default --patch \
>    '{"spec": {"serviceExternalIPs": [{"cidr": "10.50.0.0/24"}]}}'
Successfully patched 1 'BGPConfiguration' resource
[host1]$ ip route
default via 10.0.1.1 dev ens5 proto dhcp src 10.0.1.10 metric 100 
10.0.1.0/24 dev ens5 proto kernel scope link src 10.0.1.10 
10.0.1.1 dev ens5 proto dhcp scope link src 10.0.1.10 metric 100 
10.48.2.232/29 via 10.0.1.30 dev ens5 proto bird 
10.49.0.0/16 proto bird 
	nexthop via 10.0.1.20 dev ens5 weight 1 
	nexthop via 10.0.1.30 dev ens5 weight 1 
	nexthop via 10.0.1.31 dev ens5 weight 1 
10.49.50.18 via 10.0.1.31 dev ens5 proto bird 
10.50.0.0/24 proto bird 
	nexthop via 10.0.1.20 dev ens5 weight 1 
	nexthop via 10.0.1.30 dev ens5 weight 1 
	nexthop via 10.0.1.31 dev ens5 weight 1 
[host1]$ kubectl patch svc -n yaobank customer -p  '{"spec": {"externalIPs": ["10.50.0.10"]}}'
service/customer patched
[host1]$ kubectl get svc -n yaobank -l app=customer
NAME       TYPE       CLUSTER-IP    EXTERNAL-IP   PORT(S)        AGE
customer   NodePort   10.49.50.18   10.50.0.10    80:30180/TCP   <age>
[host1]$ curl -s 10.50.0.10 | grep -c 'Welcome to YAO Bank'
1

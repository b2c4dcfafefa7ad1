/** Programs that exist in life and not here: they say so, instead of `command not found`. */
export const absentPrograms: ReadonlySet<string> = new Set(
  `ansible apt apt-cache apt-get aptitude awslocal aws az bpftool bridge brctl buildah cargo cilium containerd crictl crontab ctr dmesg docker
  docker-compose dpkg emacs etcdctl ethtool firewall-cmd fdisk gcc gcloud gdb git go gpg helm hping3 htop ifconfig ifdown ifup iotop ip6tables
  ip6tables-save iperf iperf3 iptables-restore ipvsadm istioctl java k3s k9s kind kubeadm kubectx kubelet kubens kustomize ln lsblk lsmod lsof ltrace
  lxc make minikube modprobe mount mtr mysql nerdctl netplan netstat nft nginx nmap nohup-dbus npm node openssl perf perl pip pip3 podman psql
  python python2 python3 reboot redis-cli route rsync ruby runc rustc scp screen sestatus sftp shutdown skopeo snap socat strace stern systemd-analyze
  systemd-resolve resolvectl networkctl telnet terraform tmux tshark ufw umount useradd usermod vagrant vtysh wireshark yum dnf zsh fish ksh etcd
  calico-node felix birdcl6 exabgp gobgp tc ipcalc ncat arping fping iftop nload vmstat free top df mkfs passwd chown chgrp ssh-keygen ssh-copy-id`
    .split(/\s+/)
    .filter(Boolean),
);

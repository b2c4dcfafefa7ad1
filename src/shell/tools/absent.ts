/** Programs that a Debian host has, or a learner of networks reaches for, and that are not here: they say so, instead of `command not found`. */
export const absentPrograms: ReadonlySet<string> = new Set(
  `add-shell addpart agetty ansible apt apt-cache apt-cdrom apt-config apt-get apt-key apt-mark aptitude arpd arping arptables-
  nft arptables-nft-restore arptables-nft-save aws awslocal az badblocks basenc bird6 birdc6 birdcl6 blkdiscard
  blkid blkzone blockdev bpftool brctl bridge buildah bunzip2 busctl bzcat bzcmp bzdiff bzegrep bzexe bzfgrep bzgrep bzip2
  bzip2recover bzless bzmore calico-node captoinfo cargo chage chattr chcon chcpu chfn chgpasswd chmem choom
  chpasswd chroot chrt chsh cilium clear_console col colcrt colrm containerd cpgr cppw crictl crontab csplit ctr
  ctrlaltdel ctstat dcb dd debugfs delpart delv devlink diff3 dircolors dmesg dnf dnsdomainname dnstap-read docker docker-
  compose domainname dpkg dpkg-deb dpkg-divert dpkg-fsys-usrunmess dpkg-maintscript-helper dpkg-query dpkg-realpath dpkg-split
  dpkg-statoverride dpkg-trigger dumpe2fs e2freefrag e2fsck e2image e2label e2mmpstatus e2scrub e2scrub_all e2undo e4crypt
  e4defrag ebtables-nft ebtables-nft-restore ebtables-nft-save ebtables-translate emacs etcd etcdctl ethtool exabgp expiry
  faillog fallocate fdisk felix filefrag findfs findmnt firewall-cmd fish flock fmt fping free fsck fsck.cramfs fsck.ext2
  fsck.ext3 fsck.ext4 fsck.minix fsfreeze fstrim fuser gcc gcloud gdb genl getopt getty git go gobgp gpasswd gpg groupadd
  groupdel groupmems groupmod grpck grpconv grpunconv hardlink helm host hostid hostnamectl hping3 htop
  ifdown iftop ifup infocmp infotocap install installkernel ionice iotop ip6tables ip6tables-apply ip6tables-legacy ip6tables-
  legacy-restore ip6tables-legacy-save ip6tables-nft ip6tables-nft-restore ip6tables-nft-save ip6tables-restore-translate
  ip6tables-save ip6tables-translate ipcalc ipcmk ipcrm ipcs iperf iperf3 ipmaddr ipset-translate iptables-apply iptables-legacy
  iptables-legacy-restore iptables-legacy-save iptables-nft iptables-nft-restore iptables-nft-save iptables-restore iptables-
  restore-translate iptables-translate iptables-xml iptunnel ipvsadm ischroot isosize istioctl java k3s k9s kernel-install
  killall kind ksh kubeadm kubectx kubelet kubens kustomize last lastb lastlog ldattach lessecho lessfile lesskey lesspipe link
  linux32 linux64 lnstat localectl login loginctl look losetup lsattr lsblk lscpu lsipc lslocks lslogins lsmem lsmod lsns
  lsof ltrace lxc make mcookie mdig mesg mii-tool minikube mke2fs mkfifo mkfs mkfs.bfs mkfs.cramfs mkfs.ext2 mkfs.ext3 mkfs.ext4
  mkfs.minix mknod mkswap modprobe mount mountpoint mtr mysql namei nameif ncat nerdctl netplan networkctl newgrp
  newusers nfnl_osf nft nginx nisdomainname nload nmap node nohup-dbus nologin npm nsenter nstat nsupdate openssl partx
  passwd pathchk peekfd perf perl pidwait ping4 ping6 pinky pip pip3 pivot_root plipconfig pmap podman pr prlimit
  prtstat pslog psql pstree ptx pwck pwconv pwdx pwunconv python python2 python3 rarp rbash rdma readprofile reboot
  redis-cli remove-shell resize2fs resizepart resolvectl rgrep routel rsync rtacct rtcwake rtmon rtstat ruby run-parts
  runc runcon runuser rustc savelog scp screen sdiff sestatus setarch setpriv setterm sftp sg
  shred shutdown skill skopeo slabtop slattach snap snice socat ssh-add ssh-agent ssh-argv0 ssh-copy-id ssh-keygen ssh-
  keyscan start-stop-daemon stern strace stty sulogin swaplabel swapoff swapon switch_root systemd systemd-analyze
  systemd-ask-password systemd-cat systemd-cgls systemd-cgtop systemd-creds systemd-cryptenroll systemd-delta systemd-detect-
  virt systemd-escape systemd-firstboot systemd-id128 systemd-inhibit systemd-machine-id-setup systemd-mount systemd-notify
  systemd-path systemd-repart systemd-resolve systemd-run systemd-socket-activate systemd-stdio-bridge systemd-sysext systemd-
  sysusers systemd-tmpfiles systemd-tty-ask-password-agent systemd-umount tabs taskset tc telnet tempfile terraform tic
  timedatectl tipc tload tmux toe top traceroute-nanog tset tshark tsort tune2fs uclampset ufw ul umount uncompress
  unshare unxz update-alternatives update-ca-certificates update-shells useradd userdel usermod utmpdump vagrant
  vdir vdpa vigr vipw vmstat vtysh w wdctl wget whereis wipefs wireshark write xtables-legacy-multi xtables-monitor xtables-nft-
  multi xz xzcat xzcmp xzdiff xzegrep xzfgrep xzgrep xzless xzmore ypdomainname yum zcmp zdiff zegrep zfgrep zforce zgrep zless
  zmore znew zramctl zsh yq`
    .split(/\s+/)
    .filter(Boolean),
);

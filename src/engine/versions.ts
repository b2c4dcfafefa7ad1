/** The versions that are modelled. One place: `kubectl version`, the nodes' info and the About box print from here. */
export const VERSIONS = {
  kubernetes: 'v1.32.5',
  kubectl: 'v1.32.5',
  kustomize: 'v5.5.0',
  calico: 'v3.30.0',
  bird: '1.6.8',
  kernel: '6.1.0-37-cloud-amd64',
  iproute2: '6.1.0',
  iptables: '1.8.9',
  conntrack: '1.4.7',
  curl: '7.88.1',
  bash: '5.2.15',
  containerd: 'containerd://1.7.27',
  osImage: 'Debian GNU/Linux 12 (bookworm)',
} as const;

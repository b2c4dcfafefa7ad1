/** The few lines of /etc/services that the host tools translate port numbers by. */
const SERVICES: Readonly<Record<string, string>> = {
  '22/tcp': 'ssh',
  '53/tcp': 'domain',
  '53/udp': 'domain',
  '67/udp': 'bootps',
  '68/udp': 'bootpc',
  '80/tcp': 'http',
  '123/udp': 'ntp',
  '179/tcp': 'bgp',
  '443/tcp': 'https',
  '2379/tcp': 'etcd-client',
  '2380/tcp': 'etcd-server',
  '3306/tcp': 'mysql',
  '5353/udp': 'mdns',
  '5432/tcp': 'postgresql',
  '6379/tcp': 'redis',
  '8080/tcp': 'http-alt',
};

/** A port's name; undefined: it has none. */
export function serviceName(port: number, proto: 'tcp' | 'udp'): string | undefined {
  return SERVICES[`${port}/${proto}`];
}

/** The port a service's name stands for; undefined: no such service. */
export function portOf(name: string): number | undefined {
  const found = Object.entries(SERVICES).find(([, each]) => each === name)?.[0];
  return found === undefined ? undefined : Number(found.split('/')[0]);
}

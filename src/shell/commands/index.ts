/**
 * The list of commands. Adding one: a folder `commands/<name>/` whose index.ts exports a `Command`, and a line here.
 * What every Linux machine has beside them (cat, grep, ssh, sudo …) is in tools/.
 */
import type { Command } from '../command.ts';
import { arp } from './arp/index.ts';
import { bird } from './bird/index.ts';
import { birdc, birdcl } from './birdc/index.ts';
import { calicoctl } from './calicoctl/index.ts';
import { conntrack } from './conntrack/index.ts';
import { curl } from './curl/index.ts';
import { dig } from './dig/index.ts';
import { ifconfig } from './ifconfig/index.ts';
import { ip } from './ip/index.ts';
import { ipset } from './ipset/index.ts';
import { iptables } from './iptables/index.ts';
import { iptablesSave } from './iptables-save/index.ts';
import { journalctl } from './journalctl/index.ts';
import { kubectl } from './kubectl/index.ts';
import { nc } from './nc/index.ts';
import { netstat } from './netstat/index.ts';
import { nslookup } from './nslookup/index.ts';
import { ping } from './ping/index.ts';
import { route } from './route/index.ts';
import { ss } from './ss/index.ts';
import { sysctl } from './sysctl/index.ts';
import { systemctl } from './systemctl/index.ts';
import { tcpdump } from './tcpdump/index.ts';
import { traceroute } from './traceroute/index.ts';

export const commands: readonly Command[] = [
  arp,
  bird,
  birdc,
  birdcl,
  calicoctl,
  conntrack,
  curl,
  dig,
  ifconfig,
  ip,
  ipset,
  iptables,
  iptablesSave,
  journalctl,
  kubectl,
  nc,
  netstat,
  nslookup,
  ping,
  route,
  ss,
  sysctl,
  systemctl,
  tcpdump,
  traceroute,
];

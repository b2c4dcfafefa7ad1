/** `ifconfig` of net-tools 2.10: shows interfaces; sets address, netmask, mtu, up and down. Leaves out hardware addresses, flags and aliases. */
import { globalAddress, type KernelError, type NetLink, parseAddress } from '../../../engine/index.ts';
import type { Command, Process } from '../../command.ts';
import { byName, interfaceRow, lengthOfMask, VERSION } from '../net-tools.ts';
import { interfacesText, interfaceText } from './show.ts';
import { FAMILIES, FAMILY_TITLE, HARDWARE, HARDWARE_TITLE, USAGE } from './usage.ts';

const HINT = "ifconfig: `--help' gives usage information.\n";
const HEADER = 'Iface      MTU    RX-OK RX-ERR RX-DRP RX-OVR    TX-OK TX-ERR TX-DRP TX-OVR Flg\n';
const UNSIMULATED =
  /^-?(broadcast|pointopoint|dstaddr|tunnel|outfill|keepalive|hw|trailers|arp|allmulti|multicast|promisc|mem_start|io_addr|irq|media|txqueuelen|name|dynamic|add|del|inet6)$/;

class Stop extends Error {
  readonly status: number;
  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}
const misused = () => new Stop(USAGE + HARDWARE_TITLE + HARDWARE + FAMILY_TITLE + FAMILIES, 3);

/** One interface and what is wanted of it. */
class Setting {
  private readonly process: Process;
  private readonly dev: string;
  private status = 0;
  constructor(process: Process, dev: string) {
    this.process = process;
    this.dev = dev;
  }

  private get link(): NetLink | undefined {
    const { links } = this.process.kernel.namespace();
    return Object.hasOwn(links, this.dev) ? links[this.dev] : undefined;
  }

  private asked(call: string, error: KernelError | null): void {
    if (!error) return;
    this.status = 1;
    this.process.err(`${call}: ${error.errno === 'EINVAL' ? 'Invalid argument' : error.errno}\n`);
  }

  private permitted(call: string): boolean {
    if (this.process.root) return true;
    this.status = 1;
    this.process.err(`${call}: Operation not permitted\n`);
    return false;
  }

  private set(call: string, change: { readonly up?: boolean; readonly mtu?: number }): void {
    if (!this.permitted(call)) return;
    const { sim, place } = this.process;
    this.asked(call, sim.dispatch({ type: 'link', place, dev: this.dev, action: 'set', ...change }));
  }

  /** The first address gives way to this one; without a mask that of its old class. */
  private address(address: string, length: number): void {
    if (!this.permitted('SIOCSIFADDR')) return;
    const { sim, place } = this.process;
    const [old] = this.link?.addresses ?? [];
    if (old?.address === address && old.prefixLength === length) return;
    if (old)
      sim.dispatch({
        type: 'link',
        place,
        dev: this.dev,
        action: 'delete-address',
        address: old.address,
        prefixLength: old.prefixLength,
      });
    this.asked(
      'SIOCSIFADDR',
      sim.dispatch({ type: 'link', place, dev: this.dev, action: 'add-address', address: globalAddress(address, length) }),
    );
    if (this.link?.up === false) this.set('SIOCSIFFLAGS', { up: true });
  }

  apply(words: readonly string[]): number {
    const rest = [...words];
    const value = () => {
      const word = rest.shift();
      if (word === undefined) throw misused();
      return word;
    };
    if (!this.link && rest.some((word) => word === 'up' || word === 'down'))
      throw new Stop(`${this.dev}: ERROR while getting interface flags: No such device\n`, 255);
    if (!this.link) throw new Stop(`SIOCSIFADDR: No such device\n`, 255);
    while (rest.length > 0) {
      const word = value();
      if (word === 'up' || word === 'down') this.set('SIOCSIFFLAGS', { up: word === 'up' });
      else if (word === 'mtu') this.mtu(value());
      else if (word === 'netmask') this.netmask(value());
      else if (UNSIMULATED.test(word)) throw new Stop(`ifconfig: ${word}: not simulated in this lab (use ip)\n`, 1);
      else if (word !== 'inet') this.named(word);
    }
    return this.status;
  }

  private mtu(text: string): void {
    if (/^\d+$/.test(text)) this.set('SIOCSIFMTU', { mtu: Number(text) });
    else this.asked('SIOCSIFMTU', { errno: 'EINVAL' });
  }

  private netmask(mask: string): void {
    const length = lengthOfMask(mask);
    const [own] = this.link?.addresses ?? [];
    if (length === undefined) throw new Stop(`${mask}: Host name lookup failure\n${HINT}`, 1);
    if (own) this.address(own.address, length);
  }

  private named(word: string): void {
    const [name = '', suffix] = word.split('/');
    const value = parseAddress(name);
    if (value === undefined) throw new Stop(`${word}: Host name lookup failure\n${HINT}`, 1);
    const ofClass = value >>> 31 === 0 ? 8 : value >>> 30 === 0b10 ? 16 : 24;
    this.address(name, suffix === undefined || !/^\d+$/.test(suffix) ? ofClass : Math.min(32, Number(suffix)));
  }
}

function run(process: Process, args: readonly string[]): number {
  let all = false;
  let short = false;
  let at = 0;
  for (; args[at]?.startsWith('-'); at++) {
    const option = args[at]!;
    if (option === '-a') all = true;
    else if (option === '-s') short = true;
    else if (option === '-h' || option === '-?' || option === '--help') {
      process.err(HARDWARE + FAMILIES);
      process.out(USAGE + HARDWARE_TITLE + FAMILY_TITLE);
      return 0;
    } else if (option === '-V' || option === '--version') {
      process.out(VERSION);
      return 0;
    } else if (option !== '-v') throw new Stop(`ifconfig: option \`${option}' not recognised.\n${HINT}`, 1);
  }
  const [dev, ...words] = args.slice(at);
  const ns = process.kernel.namespace();
  if (dev !== undefined && words.length > 0) return new Setting(process, dev).apply(words);
  const link = dev !== undefined && Object.hasOwn(ns.links, dev) ? ns.links[dev] : undefined;
  if (dev !== undefined && !link) throw new Stop(`${dev}: error fetching interface information: Device not found\n`, 1);
  const links = link ? [link] : byName(ns).filter(({ up }) => up || all);
  if (short) process.out(HEADER + links.map((each) => interfaceRow(ns, each)).join(''));
  else process.out(link ? interfaceText(ns, link) : interfacesText(process, all));
  return 0;
}

export const ifconfig: Command = {
  name: 'ifconfig',
  summary: 'show and set interfaces (net-tools)',
  where: 'hosts',
  complete: (process) =>
    [...Object.keys(process.kernel.namespace().links), '-a', '-s', 'up', 'down', 'mtu', 'netmask'].map((text) => ({ text })),
  run(process, args) {
    try {
      return run(process, args);
    } catch (stop) {
      if (!(stop instanceof Stop)) throw stop;
      process.err(stop.message);
      return stop.status;
    }
  },
};

/**
 * What the objects of `ip` share: options, the cursor over arguments, and how iproute2 fails (utils.c: invarg, incomplete_command,
 * nodev; rtnl_talk's errors).
 */
import {
  errorText,
  formatPrefix,
  type KernelError,
  type NetNamespace,
  type Place,
  parseAddress,
  parsePrefix,
} from '../../../engine/index.ts';
import type { Process } from '../../command.ts';
import type { Palette } from './colour.ts';

export interface Options {
  /** `-4`, `-6`, or neither. */
  family: 'any' | 'inet' | 'inet6';
  brief: boolean;
  json: boolean;
  pretty: boolean;
  details: boolean;
  /** How often `-s` was given. */
  statistics: number;
  humanReadable: boolean;
  /** Human readable by 1024. */
  iec: boolean;
  /** -t, -ts: when `ip monitor` heard of it. */
  timestamp: 'none' | 'long' | 'short';
  oneline: boolean;
}

/** One run of an object's command. */
export interface Context {
  readonly process: Process;
  readonly options: Options;
  readonly paint: Palette;
  /** Where it acts: the process's own place, or what `-n` names. */
  readonly place: Place;
  namespace(): NetNamespace;
}

/** Ends the command: text for standard error and the exit status. */
export class Stop extends Error {
  readonly status: number;
  constructor(text: string, status: number) {
    super(text);
    this.status = status;
  }
}

/** Arguments, taken one by one. */
export class Cursor {
  readonly #args: readonly string[];
  #at = 0;
  constructor(args: readonly string[]) {
    this.#args = args;
  }
  get done(): boolean {
    return this.#at >= this.#args.length;
  }
  peek(): string {
    return this.#args[this.#at] ?? '';
  }
  take(): string {
    return this.#args[this.#at++] ?? '';
  }
  /** NEXT_ARG: the value of the word just taken. */
  value(): string {
    if (this.done) throw new Stop('Command line is not complete. Try option "help"\n', 255);
    return this.take();
  }
  rest(): readonly string[] {
    return this.#args.slice(this.#at);
  }
}

/** iproute2's matches(): any beginning of the word will do. */
export function abbreviates(text: string, word: string): boolean {
  return text !== '' && word.startsWith(text);
}

/** `Error: argument "x" is wrong: "metric" value is invalid`. */
export function wrongArgument(arg: string, why: string): Stop {
  return new Stop(`Error: argument "${arg}" is wrong: ${why}\n\n`, 255);
}

export function garbage(key: string, arg: string): Stop {
  return new Stop(`Error: either "${key}" is duplicate, or "${arg}" is a garbage.\n`, 255);
}

const FAMILY_WORDS = { any: 'any valid', inet: 'inet', inet6: 'inet6' } as const;

export function readAddress(text: string, family: Options['family']): string {
  // inet_aton's short forms (10.1 for 10.1.0.0) are iproute2's too, for prefixes; plain addresses must be whole.
  if (parseAddress(text) === undefined)
    throw new Stop(`Error: ${FAMILY_WORDS[family]} address is expected rather than "${text}".\n`, 1);
  return text;
}

/** A prefix as `10.0.0.0/8` with its length, host bits kept; `default` and `all` are 0.0.0.0/0. Short forms get zeros (`10.49/16`). */
export function readPrefix(text: string, family: Options['family']): string {
  if (text === 'default' || text === 'any' || text === 'all') return '0.0.0.0/0';
  const prefix = parsePrefix(widen(text));
  if (!prefix || family === 'inet6')
    throw new Stop(`Error: ${FAMILY_WORDS[family]} prefix is expected rather than "${text}".\n`, 1);
  return formatPrefix(prefix);
}

/** get_addr_ipv4(): missing octets are zeros. */
function widen(text: string): string {
  const [address = '', length] = text.split('/', 2);
  if (!/^\d+(\.\d+){0,2}$/.test(address) || text.split('/').length > 2) return text;
  const octets = address.split('.');
  while (octets.length < 4) octets.push('0');
  return length === undefined ? octets.join('.') : `${octets.join('.')}/${length}`;
}

/** What the kernel refused, as rtnl_talk() prints it. `prefix` is the extended ack's own: `ipv4: `. */
export function kernelStop(error: KernelError): Stop {
  return new Stop(error.message ? `Error: ${error.message}.\n` : `RTNETLINK answers: ${errorText(error.errno)}\n`, 2);
}

/** Changes need root: every other user hears what rtnetlink answers. */
export function requireRoot({ process }: Context): undefined {
  if (!process.root) throw new Stop('RTNETLINK answers: Operation not permitted\n', 2);
}

export function unknownCommand(command: string, object: string): Stop {
  return new Stop(`Command "${command}" is unknown, try "ip ${object} help".\n`, 255);
}

/** Usage goes to standard error, as iproute2 has it. */
export function usageStop(text: string): Stop {
  return new Stop(text, 255);
}

export function notSimulated(what: string): Stop {
  return new Stop(`ip: ${what}: not simulated in this lab\n`, 1);
}

/**
 * `tcpdump` 4.99: prints the packets of the simulation's flows as they pass an interface of this host or pod, on virtual time, writes
 * them to capture files and reads those. Leaves out rotating files and decryption; addresses are always numeric.
 */
import { bytesOf, textOfBytes } from '../../bytes.ts';
import type { Command, Process } from '../../command.ts';
import { FilterError, readFilter } from './filter.ts';
import { type Frame, viewOf } from './frame.ts';
import { linkTypeOf, listen } from './live.ts';
import { type Options, readOptions, USAGE, VERSION } from './options.ts';
import { LINK_NAMES, readPcap, writePcap } from './pcap.ts';
import { Printer } from './print.ts';

const packets = (count: number) => `${count} packet${count === 1 ? '' : 's'}`;

/** Where frames go: printed, kept for a file, or both. */
class Output {
  readonly #process: Process;
  readonly #file: string | undefined;
  readonly #printer: Printer | undefined;
  readonly #kept: Frame[] = [];
  readonly #options: Options;
  captured = 0;

  constructor(process: Process, options: Options) {
    this.#process = process;
    this.#options = options;
    this.#file = options.value('w');
    const links = Object.values(process.kernel.namespace().links);
    const prints = this.#file === undefined || options.has('print');
    const linkName = (index: number) => links.find((link) => link.index === index)?.name ?? `ifindex ${index}`;
    this.#printer = prints ? new Printer(options.style, linkName) : undefined;
  }

  /** @returns why the file cannot be written */
  open(): string | undefined {
    return this.#file === undefined || this.#file === '-' ? undefined : this.#process.files.write(this.#file, '');
  }

  take(frames: readonly Frame[]): void {
    this.captured += frames.length;
    if (this.#file !== undefined) this.#kept.push(...frames);
    if (this.#printer) for (const frame of frames) this.#process.out(this.#printer.text(frame));
  }

  /** Writes the file. @returns what belongs to standard output instead */
  close(link: Frame['link'], snaplen = this.#options.snaplen): string {
    if (this.#file === undefined) return '';
    const text = textOfBytes(writePcap(link, this.#kept, snaplen));
    if (this.#file === '-') return text;
    const problem = this.#process.files.write(this.#file, text);
    if (problem !== undefined) this.#process.err(`tcpdump: Unable to write output: ${problem}\n`);
    return '';
  }
}

/** @returns the text of a file of `-r` or `-F`; a complaint where there is none */
function fileText(process: Process, name: string): { readonly text: string } | { readonly error: string } {
  if (name === '-') return { text: process.stdin };
  const text = process.files.read(name);
  if (text !== undefined) return { text };
  return { error: process.files.isDirectory(name) ? 'Is a directory' : 'No such file or directory' };
}

function filterOf(process: Process, options: Options, fromFile = false) {
  const file = options.value('F');
  if (file === undefined) return readFilter(options.operands, fromFile);
  const read = fileText(process, file);
  if ('error' in read) throw new FilterError(`can't open ${file}: ${read.error}`);
  return readFilter([read.text.replace(/#.*/g, '')], fromFile);
}

function readFrom(process: Process, options: Options, name: string): number {
  const read = fileText(process, name);
  const file = 'error' in read ? `${name}: ${read.error}` : readPcap(bytesOf(read.text));
  if (typeof file === 'string') {
    process.err(`tcpdump: ${file}\n`);
    return 1;
  }
  const cooked = file.link === 'LINUX_SLL2' ? '\nWarning: interface names might be incorrect' : '';
  process.err(`reading from file ${name}, link-type ${LINK_NAMES[file.link]}, snapshot length ${file.snaplen}${cooked}\n`);
  const filter = filterOf(process, options, file.link === 'EN10MB');
  const output = new Output(process, options);
  const refused = output.open();
  if (refused !== undefined) {
    process.err(`tcpdump: ${options.value('w')}: ${refused}\n`);
    return 1;
  }
  const frames = file.frames.filter((frame) => filter(viewOf(frame))).slice(0, options.count);
  if (options.has('count')) process.out(`${packets(frames.length)}\n`);
  else output.take(frames);
  process.out(output.close(file.link, file.snaplen));
  if (file.broken === undefined || frames.length >= options.count) return 0;
  process.err(`tcpdump: pcap_loop: ${file.broken}\n`);
  return 1;
}

function listInterfaces(process: Process): string {
  return interfaces(process)
    .map((name, i) => {
      const what =
        name === 'any'
          ? ' (Pseudo-device that captures on all interfaces) [Up, Running]'
          : name === 'lo'
            ? ' [Up, Running, Loopback]'
            : ' [Up, Running, Connected]';
      return `${i + 1}.${name}${what}\n`;
    })
    .join('');
}

function interfaces(process: Process): readonly string[] {
  return [...Object.keys(process.kernel.namespace().links).filter((name) => name !== 'lo'), 'any', 'lo'];
}

async function capture(process: Process, options: Options): Promise<number> {
  const { links } = process.kernel.namespace();
  const fail = (text: string) => {
    process.err(`tcpdump: ${text}\n`);
    return 1;
  };
  const given = options.value('i') ?? Object.keys(links).find((name) => name !== 'lo') ?? 'lo';
  const dev = /^\d+$/.test(given) ? (interfaces(process)[Number(given) - 1] ?? given) : given;
  if (dev !== 'any' && !Object.hasOwn(links, dev)) return fail(`${dev}: No such device exists\n(No such device exists)`);
  if (!process.root)
    return fail(`${dev}: You don't have permission to perform this capture on that device\n(socket: Operation not permitted)`);
  const link = linkTypeOf(dev);
  if (dev === 'any') process.err('tcpdump: data link type LINUX_SLL2\n');
  const filter = filterOf(process, options);
  const output = new Output(process, options);
  const refused = output.open();
  if (refused !== undefined) return fail(`${options.value('w')}: ${refused}`);
  const quiet = options.style.verbose === 0 && options.value('w') === undefined;
  const begin = quiet ? 'verbose output suppressed, use -v[v]... for full protocol decode\n' : '';
  process.err(`tcpdump: ${begin}listening on ${dev}, link-type ${LINK_NAMES[link]}, snapshot length ${options.snaplen} bytes\n`);
  const received = { count: 0 };
  const report = () =>
    `${packets(output.captured)} captured\n${packets(received.count)} received by filter\n0 packets dropped by kernel\n`;
  // A line may have been half written.
  const lineEnd = options.value('w') === undefined ? '\n' : '';
  process.lastWords?.(() => ({ out: output.close(link) + lineEnd, err: report() }));
  const { snaplen, count } = options;
  const take = (frames: readonly Frame[]) => output.take(frames);
  await listen({ process, dev, filter, snaplen, count, direction: options.value('Q') ?? 'inout', take }, received);
  if (process.signal.aborted) return 0;
  process.out(output.close(link));
  process.err(report());
  return 0;
}

async function run(process: Process, args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if ('mistake' in options) {
    process.err(`tcpdump: ${options.mistake}\n${options.usage ? USAGE : ''}`);
    return 1;
  }
  if (options.has('h')) {
    process.err(USAGE);
    return 0;
  }
  if (options.has('version') || options.has('D')) {
    process.out(options.has('version') ? VERSION : listInterfaces(process));
    return 0;
  }
  const file = options.value('r');
  return file === undefined ? capture(process, options) : readFrom(process, options, file);
}

export const tcpdump: Command = {
  name: 'tcpdump',
  summary: 'print packets that pass an interface',
  where: 'everywhere',
  async run(process, args) {
    try {
      return await run(process, args);
    } catch (error) {
      if (!(error instanceof FilterError)) throw error;
      process.err(`tcpdump: ${error.message}\n`);
      return 1;
    }
  },
  complete(process, words, index) {
    if (words[index - 1] !== '-i' && !/^-\w*i$/.test(words[index - 1] ?? '')) return [];
    const typed = words[index] ?? '';
    return ['any', ...Object.keys(process.kernel.namespace().links)]
      .filter((name) => name.startsWith(typed))
      .map((text) => ({ text }));
  },
};

/** gzip, gunzip, zcat: GNU gzip 1.12. The compression is fflate's, so that a packed file has other bytes than zlib's, and unpacks the same. */
import { Gunzip, gzipSync } from 'fflate';
import { type Invocation, stderr, stdin, stdout } from '../../bash/execution.ts';
import { readAll } from '../../bash/streams.ts';
import { bytesOf, textOfBytes } from '../../bytes.ts';
import { type Given, readOptions } from '../gnu/options.ts';
import { fail, print } from '../tool.ts';
import { filesOf, isStat, joinName, look, pathOf } from './paths.ts';

/** Bytes that an archive may unpack to. */
const MAX_UNPACKED = 32_000_000;

export type Unpacked = { readonly bytes: Uint8Array } | { readonly error: string };

export function unpack(bytes: Uint8Array): Unpacked {
  if (bytes.length === 0) return { error: 'unexpected end of file' };
  if (bytes.length < 3 || bytes[0] !== 0x1f || bytes[1] !== 0x8b)
    return { error: bytes.length < 2 ? 'unexpected end of file' : 'not in gzip format' };
  const pieces: Uint8Array[] = [];
  let size = 0;
  let ended = false;
  try {
    const stream = new Gunzip((piece, final) => {
      size += piece.length;
      if (size > MAX_UNPACKED) throw new Error('too large');
      pieces.push(piece);
      ended ||= final;
    });
    stream.push(bytes, true);
  } catch (error) {
    const why = error instanceof Error ? error.message : '';
    return {
      error: /too large/.test(why)
        ? 'not enough memory for this lab'
        : /EOF|unexpected end/i.test(why)
          ? 'unexpected end of file'
          : 'invalid compressed data--format violated',
    };
  }
  if (!ended) return { error: 'unexpected end of file' };
  const all = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return crcHolds(bytes, all) ? { bytes: all } : { error: 'invalid compressed data--crc error' };
}

function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

/** Of one member; of several, only the last one's is told at the end, and they are taken as they are. */
function crcHolds(packed: Uint8Array, bytes: Uint8Array): boolean {
  const tail = new DataView(packed.buffer, packed.byteOffset + packed.length - 8, 8);
  return tail.getUint32(4, true) !== bytes.length || tail.getUint32(0, true) === crc32(bytes);
}

export const pack = (bytes: Uint8Array, level: number, name?: string, time = 0): Uint8Array =>
  gzipSync(bytes, { level: level as 6, mtime: time, ...(name !== undefined && { filename: name }) });

const OPTIONS = {
  short: 'ab:cdfhklLmMnNqrS:tvVZ123456789',
  long: {
    ascii: 'a',
    'to-stdout': 'c',
    stdout: 'c',
    decompress: 'd',
    uncompress: 'd',
    force: 'f',
    help: 'h',
    keep: 'k',
    list: 'l',
    license: 'L',
    'no-name': 'n',
    name: 'N',
    quiet: 'q',
    silent: 'q',
    recursive: 'r',
    'suffix=': 'S',
    test: 't',
    verbose: 'v',
    version: 'V',
    fast: '1',
    best: '9',
    synchronous: 'synchronous',
    rsyncable: 'rsyncable',
  },
} as const;

interface Job {
  readonly invocation: Invocation;
  readonly given: Given;
  readonly unpacking: boolean;
  readonly toOutput: boolean;
  readonly suffix: string;
  readonly level: number;
  readonly totals: { packed: number; bytes: number; files: number };
}

export async function gzip(called: Invocation): Promise<number> {
  const invocation = { ...called, name: 'gzip' };
  const given = readOptions(invocation, { ...OPTIONS, help: "Try `gzip --help' for more information." });
  if (typeof given === 'number') return given;
  if (given.has('V')) {
    print(invocation, 'gzip 1.12\n');
    return 0;
  }
  if (given.has('h')) return fail(invocation, '--help: not simulated in this lab');
  const cat = called.name === 'zcat';
  const level = given.order.filter((letter) => /^[1-9]$/.test(letter)).at(-1) ?? '6';
  const job: Job = {
    invocation,
    given,
    unpacking: given.has('d') || given.has('l') || given.has('t') || called.name !== 'gzip',
    toOutput: given.has('c') || cat,
    suffix: given.value('S') ?? '.gz',
    level: Number(level),
    totals: { packed: 0, bytes: 0, files: 0 },
  };
  let status = 0;
  for (const name of given.operands.length > 0 ? given.operands : ['-']) status = worse(status, await one(job, name));
  if (given.has('l') && job.totals.files > 1 && !given.has('q'))
    print(invocation, listing(job.totals.packed, job.totals.bytes, '(totals)'));
  return status;
}

/** An error outweighs a warning. */
const worse = (a: number, b: number) => (a === 1 || b === 1 ? 1 : Math.max(a, b));

async function one(job: Job, name: string): Promise<number> {
  const { invocation, given } = job;
  const files = filesOf(invocation);
  if (name === '-') return throughPipe(job);
  let real = name;
  let stat = look(invocation, name);
  if (!isStat(stat) && job.unpacking && !/\.(gz|z|Z|tgz|taz)$/.test(name)) {
    real = name + job.suffix;
    stat = look(invocation, real);
  }
  if (!isStat(stat)) return fail(invocation, `${real}: ${stat}`);
  const path = pathOf(invocation, real);
  if (stat.type === 'directory') {
    if (!given.has('r')) return warn(job, `${name} is a directory -- ignored`);
    let status = 0;
    for (const each of files.list(path) ?? []) status = worse(status, await one(job, joinName(name, each)));
    return status;
  }
  const text = files.read(path);
  if (text === undefined) return fail(invocation, `${real}: Permission denied`);
  return job.unpacking ? unpackFile(job, real, bytesOf(text)) : packFile(job, real, bytesOf(text));
}

function warn({ invocation, given }: Job, message: string): number {
  if (!given.has('q')) fail(invocation, message);
  return 2;
}

const broken = ({ invocation }: Job, name: string, error: string): number => {
  stderr(invocation.x)?.write(`\ngzip: ${name}: ${error}\n`);
  return 1;
};

async function throughPipe(job: Job): Promise<number> {
  const { invocation, given } = job;
  const source = stdin(invocation.x);
  if (!job.unpacking && stdout(invocation.x)?.isTTY && !given.has('f'))
    return fail(invocation, 'compressed data not written to a terminal. Use -f to force compression.\nFor help, type: gzip -h');
  if (job.unpacking && source?.isTTY && !given.has('f'))
    return fail(invocation, 'compressed data not read from a terminal. Use -f to force decompression.\nFor help, type: gzip -h');
  const bytes = bytesOf(source ? await readAll(source) : '');
  if (!job.unpacking) {
    print(invocation, textOfBytes(pack(bytes, job.level)));
    return 0;
  }
  const done = unpack(bytes);
  if ('error' in done) return broken(job, 'stdin', done.error);
  if (given.has('l')) listOne(job, 'stdout', bytes, done.bytes);
  else if (!given.has('t')) print(invocation, textOfBytes(done.bytes));
  return 0;
}

const ratio = (packed: number, bytes: number) =>
  `${(bytes === 0 ? 0 : (100 * (bytes - (packed - 18))) / bytes).toFixed(1).padStart(5)}%`;
const listing = (packed: number, bytes: number, name: string, head = 18) =>
  `${String(packed).padStart(19)} ${String(bytes).padStart(19)} ${ratio(packed - head + 18, bytes)} ${name}\n`;

/** The bytes around the compressed ones: header, name, checksum and size. */
const overhead = (packed: Uint8Array) => 18 + (packed[3]! & 8 ? packed.indexOf(0, 10) - 9 : 0);

function listOne(job: Job, name: string, packed: Uint8Array, bytes: Uint8Array): void {
  const { given } = job;
  if (job.totals.files === 0 && !given.has('q'))
    print(
      job.invocation,
      `${given.has('v') ? 'method  crc     date  time  ' : ''}         compressed        uncompressed  ratio uncompressed_name\n`,
    );
  job.totals.packed += packed.length;
  job.totals.bytes += bytes.length;
  job.totals.files++;
  print(job.invocation, listing(packed.length, bytes.length, name, overhead(packed)));
}

function unpackFile(job: Job, name: string, packed: Uint8Array): number {
  const { invocation, given } = job;
  const ending = [job.suffix, '.gz', '.z', '-gz', '-z', '_z', '.tgz', '.taz', '.Z'].find(
    (each) => name.endsWith(each) && name.length > each.length,
  );
  if (!ending && !job.toOutput && !given.has('t') && !given.has('l')) return warn(job, `${name}: unknown suffix -- ignored`);
  const fresh = !ending ? name : name.slice(0, -ending.length) + (/^\.(tgz|taz)$/.test(ending) ? '.tar' : '');
  const done = unpack(packed);
  if ('error' in done) {
    if (done.error === 'not in gzip format' && job.toOutput && given.has('f')) {
      print(invocation, textOfBytes(packed));
      return 0;
    }
    return broken(job, name, done.error);
  }
  if (given.has('l')) listOne(job, fresh, packed, done.bytes);
  else if (given.has('t')) {
    if (given.has('v')) stderr(invocation.x)?.write(`${name}:\t OK\n`);
  } else if (job.toOutput) print(invocation, textOfBytes(done.bytes));
  else return replace(job, name, fresh, done.bytes, packed.length, done.bytes.length, overhead(packed));
  return 0;
}

function packFile(job: Job, name: string, bytes: Uint8Array): number {
  const { invocation, given } = job;
  const known = [job.suffix, '.gz', '.z', '.tgz', '.taz', '.Z', '-gz', '-z'].find(
    (each) => name.endsWith(each) && name.length > each.length,
  );
  if (known && !job.toOutput) return warn(job, `${name} already has ${known} suffix -- unchanged`);
  const base = name.replace(/^.*\//s, '');
  const stat = look(invocation, name);
  const packed = pack(bytes, job.level, given.has('n') ? undefined : base, isStat(stat) && !given.has('n') ? stat.modifiedAt : 0);
  if (job.toOutput) {
    print(invocation, textOfBytes(packed));
    return 0;
  }
  return replace(job, name, name + job.suffix, packed, packed.length, bytes.length, overhead(packed));
}

/** Writes the new file; the old one goes unless it is to be kept. */
function replace(job: Job, old: string, fresh: string, bytes: Uint8Array, packed: number, plain: number, head: number): number {
  const { invocation, given } = job;
  const files = filesOf(invocation);
  const place = pathOf(invocation, fresh);
  const stat = look(invocation, old);
  if (files.stat(place) && !given.has('f')) return warn(job, `${fresh} already exists;\tnot overwritten`);
  const error = files.write(place, textOfBytes(bytes));
  if (error) return fail(invocation, `${fresh}: ${error}`);
  if (isStat(stat)) {
    files.changeMode(place, stat.mode);
    files.changeTime(place, stat.modifiedAt);
  }
  if (!given.has('k')) files.remove(pathOf(invocation, old));
  if (given.has('v'))
    stderr(invocation.x)?.write(
      `${old}:\t${ratio(packed - head + 18, plain)} -- ${given.has('k') ? 'created' : 'replaced with'} ${fresh}\n`,
    );
  return 0;
}

/** Signals by number and name, as bash lists them on Linux. */

const NAMES =
  'HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS'.split(
    ' ',
  );
const REAL_TIME = 34;

function nameOf(number: number): string | undefined {
  if (number >= 1 && number <= NAMES.length) return NAMES[number - 1];
  if (number < REAL_TIME || number > 64) return undefined;
  if (number === REAL_TIME) return 'RTMIN';
  if (number === 64) return 'RTMAX';
  return number < 50 ? `RTMIN+${number - REAL_TIME}` : `RTMAX-${64 - number}`;
}

/** @param text `9`, `KILL`, `sigkill`, `EXIT`. @returns the name without SIG; undefined: there is none */
export function signalName(text: string): string | undefined {
  if (/^\d+$/.test(text)) return text === '0' ? 'EXIT' : nameOf(Number(text));
  const name = text.toUpperCase().replace(/^SIG/, '');
  return name === 'EXIT' || signalNumber(name) > 0 ? name : undefined;
}

/** @returns 0 when there is none */
export function signalNumber(name: string): number {
  for (let number = 1; number <= 64; number++) if (nameOf(number) === name) return number;
  return 0;
}

/** `kill -l`, `trap -l`: five to a row. */
export function listSignals(): string {
  let out = '';
  let column = 0;
  for (let number = 1; number <= 64; number++) {
    const name = nameOf(number);
    if (name === undefined) continue;
    out += `${String(number).padStart(2)}) SIG${name}${++column % 5 === 0 ? '\n' : '\t'}`;
  }
  return `${out}\n`;
}

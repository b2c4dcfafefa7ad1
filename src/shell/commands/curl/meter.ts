/** The progress meter on standard error, as curl draws it when its output does not go to the terminal. */

const HEADER = `  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current
                                 Dload  Upload   Total   Spent    Left  Speed
`;
const NOTHING = row(0, 0, 0, 0, 0, '--:--:--', 0);

/** Five characters at most, as curl's max5data: 1234, 12.3k, 1234k, 12.3M … */
function five(bytes: number): string {
  if (bytes < 100_000) return String(bytes).padStart(5);
  if (bytes < 10_000 * 1024) return `${String(Math.floor(bytes / 1024)).padStart(4)}k`;
  if (bytes < 100 * 1_048_576)
    return `${String(Math.floor(bytes / 1_048_576)).padStart(2)}.${Math.floor((bytes % 1_048_576) / 104_858)}M`;
  return `${String(Math.floor(bytes / 1_048_576)).padStart(4)}M`;
}

function row(total: number, received: number, sent: number, down: number, up: number, spent: string, current: number): string {
  const all = total + sent;
  const percent = (part: number, whole: number) => String(whole === 0 ? 0 : Math.floor((part / whole) * 100)).padStart(3);
  return `\r${percent(received + sent, all)} ${five(all)}  ${percent(received, total)} ${five(received)}  ${percent(sent, sent)} ${five(sent)}  ${five(down)}  ${five(up)} --:--:-- ${spent} --:--:-- ${five(current)}`;
}

export function spentText(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds === 0) return '--:--:--';
  const two = (value: number) => String(value).padStart(2, '0');
  return `${String(Math.floor(seconds / 3600)).padStart(2)}:${two(Math.floor((seconds % 3600) / 60))}:${two(seconds % 60)}`.replace(
    /^ /,
    ' ',
  );
}

export interface Meter {
  begin(): void;
  /** A row while one waits. */
  tick(ms: number): void;
  done(received: number, sent: number, ms: number): void;
  /** After a failure the last row stays and a new line begins. */
  failed(ms: number, total?: number): void;
}

export function createMeter(write: (text: string) => void): Meter {
  const empty = (ms: number, total = 0) =>
    row(0, 0, 0, 0, 0, spentText(ms), 0).replace(/^\r( {2}0) {5}0/, (_all, percent: string) => `\r${percent} ${five(total)}`);
  return {
    begin: () => write(HEADER + NOTHING),
    tick: (ms) => write(empty(ms)),
    failed: (ms, total) => write(`${empty(ms, total)}\n`),
    done(received, sent, ms) {
      const speed = (bytes: number) => Math.round((bytes * 1000) / Math.max(1, ms));
      write(`${row(received, received, sent, speed(received), speed(sent), spentText(ms), speed(received + sent))}\n`);
    },
  };
}

export const silentMeter: Meter = { begin() {}, tick() {}, done() {}, failed() {} };

/** -#: one bar, full when all is there. Its width is curl's without a terminal. */
export const createBar = (write: (text: string) => void): Meter => ({
  ...silentMeter,
  done: () => write(`\r${'#'.repeat(72)} 100.0%\n`),
});

/**
 * What two kubectl processes on one world cannot share, masked alike in both texts: where the server listens, the caches and temporary
 * files of a process, uids and versions of what the line itself made, the wall clock. Columns keep their widths but for the spaces
 * after an age, which depend on the age.
 */
const MASKS: readonly (readonly [RegExp, string])[] = [
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, '<uid>'],
  [/(resourceVersion"?: ?")\d+"/g, '$1<rv>"'],
  [/(Resource Version: +)\d+/g, '$1<rv>'],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[-+]\d\d:\d\d)/g, '<time>'],
  [/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [-+]\d{4} UTC/g, '<time>'],
  [/\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d [-+]\d{4}/g, '<date>'],
  [/\/tmp\/kubectl-\w{6}(?=\/|')|\/home\/ubuntu/g, '<home>'],
  [/[WEIF]\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ /g, '<klog> '],
  [/\/tmp\/(kubectl-edit|LIVE|MERGED)-\d+/g, '/tmp/$1-<n>'],
  [/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ [-+]\d{4}/g, '<time>'],
  [/ in \d+ milliseconds/g, ' in <ms>'],
  [/https?:\/\/(?:127\.0\.0\.1:\d+|10\.0\.1\.20:6443)/g, '<server>'],
  [/\b(?:127\.0\.0\.1:\d+|10\.0\.1\.20:6443)\b/g, '<server>'],
  // Which name server this machine has.
  [/(: lookup \S+ on )[\d.]+:53/g, '$1<resolver>'],
];

/** `3d4h`, `38s (x3 over 49s)`, `(5m ago)`, and the spaces after it: the next column's place depends on it. */
const AGE = String.raw`(?:\d+y\d+d|\d+y|\d+d\d+h|\d+d|\d+h\d+m|\d+h|\d+m\d+s|\d+m|\d+s)(?![\w.-])`;
const AGES = new RegExp(String.raw`(?<![\w.=-]|for )${AGE}(?<over> \(x\d+ over )?(?:(?<=over )${AGE}\))?(?<gap> {2,})?`, 'g');

/** Lines of -v that tell of this process's own caches, settings and files. */
const PRIVATE = /^<klog> (?:loader|envvar|cached_discovery|table_printer|reflector|streamwatcher).*\n/gm;

/** Asking what the server serves, at -v=6. */
const ASKED = /^<klog> round_trippers\.go:\d+\] GET <server>\/apis?\?.*\n/gm;

/** The same at -v=7 and above, where a request is several lines. */
const DISCOVERY = new RegExp(
  [
    String.raw`^(?:<klog> discovery_client\.go:(?:253|319)\] "Request Body" body=""\n)?`,
    String.raw`<klog> round_trippers\.go:(?:470\] |473\] curl -v -X)GET .*<server>/apis?\?.*\n`,
    // Up to the next request.
    String.raw`(?:<klog> round_trippers\.go:(?!47[03]\])\d+\] .*\n)+`,
    String.raw`(?:<klog> discovery_client\.go:(?:253|319)\] "Response Body" body=(?:".*"|<\n(?:\t.*\n)* >)\n)?`,
  ].join(''),
  'gm',
);

/** What the transport and the front of kube-apiserver add to an answer; the served world speaks HTTP/1.1 through Node. */
const TRANSPORT =
  /^<klog> round_trippers\.go:(?:587\] {5}(?:Connection|Keep-Alive|Date|Content-Length|Transfer-Encoding): |517\] HTTP Trace: ).*\n/gm;

/** Times of a request at -v=9, and its headers there. */
const TIMES = /(HTTP Statistics: ).*/g;
const CURL = /( -H "[^"]*")+(?= ')/g;

/** Go keeps headers in a map: they come in any order. */
const HEADERS = /(?:^<klog> round_trippers\.go:(?:480|587)\].*\n)+/gm;

/** A heading with an age column, and the underline that describe puts below it: their gaps go with the ages'. */
const HEADING = /\b(?:AGE|Age|LAST SEEN|DURATION|FIRST SEEN)(?<gap> {2,})/g;

function maskAges(text: string): string {
  let dashes: number[] = [];
  return text
    .split('\n')
    .map((line) => {
      if (dashes.length > 0 && /^ *-+(?: +-+)*$/.test(line)) {
        const skip = dashes;
        dashes = [];
        let column = 0;
        return line.replace(/(-+)( {2,})/g, (all, dash: string) => (skip.includes(column++) ? `${dash}  ` : all));
      }
      dashes = /^ *Type +Reason +Age /.test(line) ? [2] : [];
      const heading = line.replace(HEADING, (all) => `${all.trimEnd()}  `);
      return heading.replace(AGES, (_, over: string | undefined, gap: string | undefined) => {
        return `<age>${over ? `${over}<age>)` : ''}${gap ? '  ' : ''}`;
      });
    })
    .join('\n');
}

/** calicoctl names the columns it knows in the order of a Go map. */
const KNOWN_COLUMNS = /(, valid values are: )(.+)/g;

/** Lines calicoctl prints in the order of a Go map: nodes with as many addresses, handles. */
const ANY_ORDER = /(?:^ {2}\S+ (?:has \d+ allocations|is in use in a block but doesn't exist\.)\n){2,}/gm;

/** describe writes what a ConfigMap and a Secret hold in the order of a Go map (`for k, v := range configMap.Data`): any order. */
const DATA = /(?<=^Data\n====\n)[\w.-]+:\n----\n[\s\S]*?(?=\nBinaryData\n)/gm;
const ENTRY = /(?=^[\w.-]+:\n----\n)/m;
const SIZES = /(?:^[\w.-]+: +\d+ bytes\n){2,}/gm;

/** Both sides through the same masks. */
export function mask(text: string): string {
  let out = text.replace(KNOWN_COLUMNS, (_, words: string, list: string) => words + list.split(', ').sort().join(', '));
  for (const [pattern, replacement] of MASKS) out = out.replace(pattern, replacement);
  out = out.replace(ANY_ORDER, (lines) => `${lines.trimEnd().split('\n').sort().join('\n')}\n`);
  out = out.replace(SIZES, (lines) => `${lines.trimEnd().split('\n').sort().join('\n')}\n`);
  out = out.replace(DATA, (entries) => entries.split(ENTRY).sort().join(''));
  out = out.replace(TRANSPORT, '').replace(TIMES, '$1<times>');
  out = out.replace(CURL, (all) =>
    all
      .split(/(?= -H )/)
      .sort()
      .join(''),
  );
  out = out.replace(HEADERS, (lines) => `${lines.trimEnd().split('\n').sort().join('\n')}\n`);
  return maskAges(out.replace(PRIVATE, '').replace(DISCOVERY, '').replace(ASKED, ''));
}

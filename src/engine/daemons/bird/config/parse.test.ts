import { describe, expect, test } from 'vitest';
import { failureText } from '../control.ts';
import { parseConfig } from './parse.ts';
import { NO_FILES } from './reader.ts';

const FILE = '/tmp/be/b.conf';

function failure(text: string): string {
  const result = parseConfig(text, FILE, NO_FILES);
  return 'error' in result ? failureText(result) : 'accepted';
}

const BGP = 'protocol bgp x {\n  local as 64512;\n  neighbor 10.0.1.20 as 64512;\n';

/** Recorded from BIRD 1.6.8 (`bird -p -c`). */
const RECORDED: readonly (readonly [string, string])[] = [
  [
    'router id 10.0.1.10;\nprotocol device { }\nprotocol bgp x {\n  local as 64512\n  neighbor 10.0.1.20 as 64512;\n}\n',
    ':5:3 syntax error',
  ],
  ['router id 10.0.1.10;\nprotocol device { }\nprotocol bgp x {\n  local as 64512;\n}\n', ':5:1 Neighbor must be configured'],
  [`router id 10.0.1.10;\nprotocol device { }\n${BGP}  import filter nope;\n}\n`, ':6:17 No such filter.'],
  ['router id 10.0.1.10;\nfoo bar;\n', ':2:1 syntax error'],
  ['router id 10.0.1.10;\n', ':1:0 No protocol is specified in the config file'],
  ['', ':1:1 No protocol is specified in the config file'],
  [
    'filter a {\n if net ~ [ 10.0.0.1/8+ ] then accept;\n reject;\n}\nprotocol device { }\n',
    ':2:22 Invalid network prefix: 10.0.0.1/8.',
  ],
  ['filter a {\n if net ~ [ 10.0.0.0/8+ ] then accept\n reject;\n}\nprotocol device { }\n', ':3:2 syntax error'],
  ['filter a {\n if nt ~ [ 10.0.0.0/8+ ] then accept;\n reject;\n}\nprotocol device { }\n', ':2:8 nt: variable expected.'],
  ['filter a {\n b();\n reject;\n}\nprotocol device { }\n', ":2:4 You can't call something which is not a function. Really."],
  [`protocol device { }\n${BGP}  import all\n}\n`, ':6:1 syntax error'],
  [`protocol device { }\n${BGP}`, ':1:0 syntax error'],
  ['protocol device { }\nprotocol device y { scan time abc; }\n', ':2:10 Kernel device protocol already defined'],
  ['include "x.conf";\nprotocol device { }\n', ':1:1 Unable to open included file /tmp/be/x.conf: No such file or directory'],
  [`protocol device { }\n${BGP}}\nprotocol bgp x {\n  local as 64512;\n}\n`, ':6:16 Symbol already defined'],
  [
    'protocol device { }\nprotocol bgp x {\n  local as 64512;\n  neighbor 10.0.1.300 as 64512;\n}\n',
    ':4:12 Invalid IPv4 address 10.0.1.300',
  ],
  [`protocol device { }\n${BGP}  neighbour 1.1.1.1;\n}\n`, ':5:3 syntax error'],
  ['protocol device { }\nlog "abc\n";\n', ':2:5 Unterminated string'],
  ['protocol device { }\n@\n', ':2:1 Unknown character'],
  [
    `router id 10.0.1.10;\nprotocol device { }\n${BGP}  export none;\n  multihop 300;\n}\n`,
    ':7:15 Multihop must be in range 1-255',
  ],
  ['router id 10.0.1.10;\nprotocol device { }\nprotocol kernel { merge paths on; merge path on; }\n', ':3:41 syntax error'],
  ['router id 10.0.1.10;\nprotocol device { }\nprotocol static { route 10.0.0.0/8 via; }\n', ':3:39 syntax error'],
];

describe('a configuration with a mistake', () => {
  for (const [text, expected] of RECORDED) {
    test(`is refused as BIRD does: ${expected}`, () => {
      expect(failure(text)).toBe(`${FILE}${expected}`);
    });
  }
});

import { expect, test } from 'vitest';
import { host } from '../packet/builders.ts';
import { allSysctls, confNumber, forwards, getSysctl, setSysctl } from './sysctl.ts';

const ns = host('host1', '10.0.1.10').netns['']!;
const after = (name: string, value: string, at = ns) => {
  const result = setSysctl(at, name, value);
  if ('errno' in result) throw new Error(result.errno);
  return result;
};

test('parameters have the kernel defaults until they are written', () => {
  expect(getSysctl(ns, 'net.ipv4.fib_multipath_hash_policy')).toBe('0');
  const set = after('net.ipv4.fib_multipath_hash_policy', '1');
  expect(set.sysctl).toEqual({ 'net.ipv4.fib_multipath_hash_policy': '1' });
  expect(after('net.ipv4.fib_multipath_hash_policy', '0', set).sysctl).toEqual({});
});

test('what is not there and what it does not take are refused', () => {
  expect(setSysctl(ns, 'net.ipv4.foo', '1')).toEqual({ errno: 'ENOENT' });
  expect(setSysctl(ns, 'net.ipv4.conf.eth9.rp_filter', '1')).toEqual({ errno: 'ENOENT' });
  expect(setSysctl(ns, 'net.ipv4.ip_forward', 'yes')).toEqual({ errno: 'EINVAL' });
  expect(setSysctl(ns, 'net.ipv4.fib_multipath_hash_policy', '9')).toEqual({ errno: 'EINVAL' });
});

test('ip_forward and conf.all.forwarding are one switch', () => {
  const on = after('net.ipv4.conf.all.forwarding', '1');
  expect([forwards(ns), forwards(on), getSysctl(on, 'net.ipv4.ip_forward')]).toEqual([false, true, '1']);
});

test('an interface follows the greater of all and its own value', () => {
  const all = after('net.ipv4.conf.all.rp_filter', '1');
  const both = after('net.ipv4.conf.ens5.rp_filter', '2', all);
  expect([
    confNumber(ns, 'ens5', 'rp_filter'),
    confNumber(all, 'ens5', 'rp_filter'),
    confNumber(both, 'ens5', 'rp_filter'),
    confNumber(both, 'lo', 'rp_filter'),
  ]).toEqual([0, 1, 2, 1]);
});

test('every link has its own set, in order of name', () => {
  const names = allSysctls(ns).map(([name]) => name);
  expect(names).toEqual([...names].sort());
  expect(names.filter((name) => name.endsWith('.rp_filter'))).toEqual([
    'net.ipv4.conf.all.rp_filter',
    'net.ipv4.conf.default.rp_filter',
    'net.ipv4.conf.ens5.rp_filter',
    'net.ipv4.conf.lo.rp_filter',
  ]);
});

import { beforeAll, describe, expect, it } from 'vitest';
import { loadWorld, type World } from '../../../engine/index.ts';
import { worlds } from '../../../worlds/index.ts';
import { testSession } from '../../testing.ts';

const bank = worlds.yaobank;
let booted: World;
beforeAll(() => {
  if (!bank) throw new Error('no world yaobank');
  booted = loadWorld(bank).world();
}, 120_000);

function atBastion() {
  if (!bank) throw new Error('no world yaobank');
  return testSession(loadWorld(bank, booted), 'host1');
}

describe('systemctl and journalctl on the bastion', () => {
  it('refuses to start a bird whose configuration is wrong, and says where', async () => {
    const host1 = atBastion();
    await host1.type("sudo sed -i 's/merge paths on/merge path on/' /etc/bird/bird.conf");
    expect(await host1.type('sudo birdc configure')).toEqual({
      stdout: 'BIRD 1.6.8 ready.\nReading configuration from /etc/bird/bird.conf\n/etc/bird/bird.conf:23:9 syntax error\n',
      stderr: '',
      exitCode: 0,
    });
    expect(await host1.type('sudo systemctl restart bird')).toEqual({
      stdout: '',
      stderr:
        'Job for bird.service failed because the control process exited with error code.\nSee "systemctl status bird.service" and "journalctl -xeu bird.service" for details.\n',
      exitCode: 1,
    });
    const { stdout } = await host1.type('journalctl -u bird -n 5');
    expect(stdout.replace(/^.*? host1 /gm, '').replace(/bird\[\d+\]/, 'bird[…]')).toBe(
      [
        'systemd[1]: Starting bird.service - BIRD Internet Routing Daemon (IPv4)...',
        'bird[…]: bird: /etc/bird/bird.conf:23:9 syntax error',
        'systemd[1]: bird.service: Control process exited, code=exited, status=1/FAILURE',
        "systemd[1]: bird.service: Failed with result 'exit-code'.",
        'systemd[1]: Failed to start bird.service - BIRD Internet Routing Daemon (IPv4).',
        '',
      ].join('\n'),
    );
    expect(await host1.type('systemctl is-active bird')).toEqual({ stdout: 'failed\n', stderr: '', exitCode: 3 });
    expect(await host1.type('sudo birdc show status')).toEqual({
      stdout: '',
      stderr: 'Unable to connect to server control socket (/run/bird/bird.ctl): Connection refused\n',
      exitCode: 1,
    });
  }, 60_000);

  it('lets only root touch a service, and knows no other names', async () => {
    const host1 = atBastion();
    expect(await host1.type('systemctl stop bird')).toEqual({
      stdout: '',
      stderr:
        "Failed to stop bird.service: Interactive authentication required.\nSee system logs and 'systemctl status bird.service' for details.\n",
      exitCode: 1,
    });
    expect(await host1.type('systemctl status nope')).toEqual({
      stdout: '',
      stderr: 'Unit nope.service could not be found.\n',
      exitCode: 4,
    });
  }, 60_000);

  it('keeps the routes of a stopped bird, as persist says, and takes up the sessions again', async () => {
    const host1 = atBastion();
    const before = await host1.type('ip route');
    await host1.type('sudo systemctl stop bird');
    expect(await host1.type('ip route')).toEqual(before);
    await host1.type('sudo systemctl start bird');
    const { stdout } = await host1.type('sudo birdc show protocols');
    expect(stdout.replace(/\d\d:\d\d:\d\d/g, 'hh:mm:ss')).toBe(
      [
        'BIRD 1.6.8 ready.',
        'name     proto    table    state  since       info',
        'direct1  Direct   master   up     hh:mm:ss    ',
        'kernel1  Kernel   master   up     hh:mm:ss    ',
        'device1  Device   master   up     hh:mm:ss    ',
        'control1 BGP      master   up     hh:mm:ss    Established   ',
        'worker1  BGP      master   up     hh:mm:ss    Established   ',
        'worker2  BGP      master   up     hh:mm:ss    Established   ',
        '',
      ].join('\n'),
    );
  }, 60_000);
});

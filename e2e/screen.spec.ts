import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { atPrompt, openLab, rows, screenText, type, watchErrors } from './support.ts';

test('landmarks have the names people look for', async ({ page }) => {
  await openLab(page);
  for (const name of ['Lesson', 'Topology', 'Terminal', 'Timeline'])
    await expect(page.getByRole('region', { name, exact: true })).toBeVisible();
  await expect(page.getByRole('complementary', { name: 'Inspector' })).toBeVisible();
});

test('a click on a command types it, Enter runs it', async ({ page }) => {
  await openLab(page);
  await page.getByTestId('command').filter({ hasText: 'kubectl get svc -n yaobank customer' }).first().click();
  await expect.poll(() => screenText(page)).toBe('ubuntu@host1:~$ kubectl get svc -n yaobank customer');
  await page.keyboard.press('Enter');
  await atPrompt(page);
  expect((await screenText(page)).split('\n')[1]).toMatch(/^NAME +TYPE +CLUSTER-IP +EXTERNAL-IP +PORT\(S\) +AGE$/);
});

test('the map follows a change: routes, announcements and what changed', async ({ page }) => {
  await openLab(page);
  await page.evaluate(() => window.nexthop.run('calicoctl apply -f 3.2-default-bgp.yaml'));
  await expect(page.getByTestId('route-host1-10.49.0.0/16')).toBeVisible();
  await expect(page.getByTestId('announces-control1-10.49.0.0/16')).toBeVisible();
  const edges = page.getByTestId('ecmp-host1-10.49.0.0/16');
  await expect(edges).toHaveCount(3);
  expect(await edges.evaluateAll((all) => all.map((edge) => edge.getAttribute('data-nexthop')))).toEqual([
    '10.0.1.20',
    '10.0.1.30',
    '10.0.1.31',
  ]);
  await expect(page.getByRole('region', { name: 'What changed' })).toContainText('bgpconfiguration/default');
});

test('a packet is drawn, listed and explained', async ({ page }) => {
  await openLab(page);
  await page.evaluate(async () => {
    await window.nexthop.run('calicoctl apply -f 3.2-default-bgp.yaml');
    await window.nexthop.run('curl -s 10.49.50.18');
  });
  await expect(page.getByTestId('packet')).toBeVisible();
  const inspector = page.getByRole('complementary', { name: 'Inspector' });
  await expect(inspector.getByText('✓ delivered')).toBeVisible();
  await expect(inspector.getByText(/longest prefix/i).first()).toBeVisible();
});

test('a reload keeps the world, the ticks and what the terminal showed', async ({ page }) => {
  await openLab(page);
  await type(page, 'kubectl patch svc -n yaobank customer -p \'{"spec":{"externalTrafficPolicy":"Local"}}\'');
  await expect
    .poll(() => page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('nexthop:lab:')).length))
    .toBe(1);
  await page.waitForTimeout(700);
  const before = await page.evaluate(() => window.nexthop.world().inputs);
  await page.reload();
  await atPrompt(page);
  expect(await page.evaluate(() => window.nexthop.world().inputs)).toBe(before);
  const told = (
    await page.evaluate(() => window.nexthop.run('kubectl get svc -n yaobank customer -o jsonpath={.spec.externalTrafficPolicy}'))
  ).stdout;
  expect(told).toBe('Local');
  expect(await screenText(page)).toContain('service/customer patched');
});

test('Reset lab starts over', async ({ page }) => {
  await openLab(page);
  await type(page, 'kubectl delete svc -n yaobank customer');
  await page.getByRole('button', { name: 'Reset lab' }).click();
  await page.getByRole('button', { name: 'Start over' }).click();
  await expect.poll(() => page.evaluate(() => window.nexthop.world().inputs)).toBe(0);
  await expect.poll(() => screenText(page)).toBe('ubuntu@host1:~$');
  await expect(
    page.getByTestId('pod-customer-787758576-sz9w6').or(page.locator('[data-testid^="pod-customer-"]')).first(),
  ).toBeVisible();
});

test('the keyboard alone is enough', async ({ page }) => {
  await openLab(page);
  const focused = () =>
    page.evaluate(() => document.activeElement?.getAttribute('data-testid') ?? document.activeElement?.textContent?.trim() ?? '');
  await page.keyboard.press('Tab');
  expect(await focused()).toBe('Skip to the terminal');
  for (let i = 0; i < 60 && (await focused()) !== 'command'; i++) await page.keyboard.press('Tab');
  expect(await focused()).toBe('command');
  await page.keyboard.press('Enter');
  await expect.poll(() => screenText(page)).toBe('ubuntu@host1:~$ ip route');
  await page.keyboard.press('Enter');
  await atPrompt(page);
  await page.keyboard.press('Escape');
  expect(await page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('tab');
});

for (const theme of ['dark', 'light', 'projector']) {
  test(`axe finds nothing in the ${theme} theme`, async ({ page }) => {
    test.slow();
    await page.addInitScript((name) => localStorage.setItem('nexthop:theme', name), theme);
    await openLab(page);
    await page.evaluate(() =>
      window.nexthop.run('kubectl patch svc -n yaobank customer -p \'{"spec":{"externalTrafficPolicy":"Local"}}\''),
    );
    for (const tab of ['Packet', 'Routes', 'BGP', 'NAT', 'Objects']) {
      await page.getByRole('tab', { name: tab }).click();
      const whole = new AxeBuilder({ page }).exclude('.xterm');
      const builder = tab === 'Packet' ? whole : new AxeBuilder({ page }).include('#inspector');
      const rules = theme === 'projector' ? builder.options({ rules: { 'color-contrast-enhanced': { enabled: true } } }) : builder;
      const { violations } = await rules.analyze();
      expect(violations.map((each) => `${tab} ${each.id}: ${each.nodes.map((node) => node.target.join(' ')).join(', ')}`)).toEqual(
        [],
      );
    }
  });
}

test('nothing is drawn while nothing happens', async ({ page }) => {
  await openLab(page);
  await page.waitForTimeout(2500);
  const frames = await page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const real = window.requestAnimationFrame.bind(window);
        let asked = 0;
        window.requestAnimationFrame = (callback) => {
          asked++;
          return real(callback);
        };
        setTimeout(() => resolve(asked + document.getAnimations().filter((each) => each.playState === 'running').length), 5000);
      }),
  );
  expect(frames).toBe(0);
});

test('where motion is not wanted the way of a packet stands still', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await openLab(page);
  await page.evaluate(() => window.nexthop.run('curl -s -m 2 10.0.1.20:30180'));
  await expect(page.getByTestId('caption')).toBeVisible();
  await expect(page.getByTestId('packet')).toHaveCount(0);
});

test('it opens again without a network', async ({ page, context }) => {
  await openLab(page);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  const missing = () =>
    page.evaluate(async () => {
      const kept = new Set((await (await caches.open('nexthop-1')).keys()).map((request) => request.url));
      const listed: string[] = await (await fetch('./precache.json')).json();
      return listed.filter((file) => !kept.has(new URL(file, location.href).href));
    });
  await expect.poll(missing, { timeout: 30_000 }).toEqual([]);
  await context.setOffline(true);
  await page.reload();
  await atPrompt(page);
  await type(page, 'hostname');
  expect(await screenText(page)).toContain('\nhost1\n');
});

test('a saved state that is broken is set aside and said', async ({ page }) => {
  await page.addInitScript(() => {
    if (sessionStorage.getItem('broken')) return;
    sessionStorage.setItem('broken', 'yes');
    localStorage.setItem('nexthop:lab:service-bgp', '{"version":1,"journal":[{"at":1,"input":{"type":"__proto__"}}]}');
  });
  const errors = watchErrors(page);
  await openLab(page);
  await expect(page.getByTestId('notice-broken')).toBeVisible();
  await type(page, 'kubectl get ns yaobank');
  expect(errors).toEqual([]);
});

test('a second tab of one lab is told that it is a copy', async ({ page, context }) => {
  await openLab(page);
  const second = await context.newPage();
  await openLab(second);
  await expect(second.getByTestId('notice-second')).toBeVisible();
  await second.evaluate(() => window.nexthop.run('kubectl delete ns external-ns'));
  await second.close();
  await page.reload();
  await atPrompt(page);
  expect(await page.evaluate(() => window.nexthop.world().inputs)).toBe(0);
});

test('at 390 px every pane is there and nothing overflows', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto('./');
  await expect(page.getByRole('region', { name: 'Lesson' }).getByRole('heading', { level: 1 })).toBeVisible({ timeout: 30_000 });
  for (const pane of ['Map', 'Terminal', 'Inspector', 'Lesson']) {
    await page.getByRole('navigation', { name: 'Panes' }).getByRole('button', { name: pane }).click();
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(wide, pane).toBe(390);
  }
});

test('breaking and mending from the map', async ({ page }) => {
  await openLab(page);
  await page.getByRole('button', { name: 'Actions on worker2' }).click();
  const offered = await page.getByRole('menuitem').allInnerTexts();
  const texts = offered.map((text) => text.trim().replace(/\s+/g, ' '));
  expect(texts).toEqual(expect.arrayContaining(['Open a terminal', 'Power off', 'Cut cable ens5', 'Kill bird', 'Kill kube-proxy']));
  expect(new Set(texts).size).toBe(texts.length);
  await page.getByRole('menuitem', { name: 'Power off' }).click();
  await expect(page.getByTestId('host-worker2')).toHaveAttribute('data-state', 'off');
  await expect(page.getByTestId('link-worker2')).toHaveAttribute('data-state', 'down');
  await page.getByRole('button', { name: 'Actions on worker2' }).click();
  await page.getByRole('menuitem', { name: 'Power on' }).click();
  await expect(page.getByTestId('host-worker2')).toHaveAttribute('data-state', 'up');
});

test('an endless loop and a flood of text leave the page alive', async ({ page }) => {
  const errors = watchErrors(page);
  await openLab(page);
  await page.locator('.xterm-screen:visible').click();
  await page.keyboard.insertText('while :; do :; done');
  await page.keyboard.press('Enter');
  await page.waitForTimeout(800);
  await page.keyboard.press('Control+c');
  await atPrompt(page);
  await page.evaluate(() => {
    const paste = new DataTransfer();
    paste.setData('text/plain', `echo ${'x'.repeat(1_000_000)}`);
    document
      .querySelector('.xterm-helper-textarea')!
      .dispatchEvent(new ClipboardEvent('paste', { clipboardData: paste, bubbles: true }));
  });
  await page.waitForTimeout(1500);
  await page.keyboard.press('Control+c');
  await expect.poll(() => rows(page).count()).toBe(1);
  await type(page, 'hostname', 40_000);
  expect(await page.evaluate(() => window.nexthop.world().inputs)).toBe(0);
  expect(errors).toEqual([]);
});

test('how true the terminal is can be looked up, line by line', async ({ page }) => {
  await openLab(page);
  await page.getByRole('button', { name: 'Help and about' }).click();
  await page.getByRole('button', { name: 'How true is this terminal?' }).click();
  const dialog = page.getByRole('dialog', { name: 'How true is this terminal?' });
  await expect(dialog.getByText(/^[\d,]+ of [\d,]+ lines are identical$/)).toBeVisible();
  await dialog.getByLabel('Find a line').fill('kubectl patch svc');
  await expect(dialog.getByRole('listitem').first()).toContainText('kubectl patch svc');
  await dialog.getByRole('button', { name: /^≠? ?deviates/ }).click();
  for (const line of await dialog.getByRole('listitem').all()) await expect(line).toContainText('deviates');
});

test('a browser that forbids storage, as for a frame of another site, has the lab all the same', async ({ page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(window, 'localStorage', {
      get() {
        throw new DOMException('denied', 'SecurityError');
      },
    });
  });
  const errors = watchErrors(page);
  await openLab(page);
  await expect(page.getByTestId('notice-unsaved')).toBeVisible();
  await type(page, 'hostname');
  expect(await screenText(page)).toContain('\nhost1\n');
  expect(errors).toEqual([]);
});

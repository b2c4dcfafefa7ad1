import { expect, type Page, test } from '@playwright/test';
import { atPrompt, openLab, screenText, watchErrors } from './support.ts';

/** Scripts the page has asked for. */
const scripts = (page: Page) =>
  page.evaluate(() => [
    ...new Set(
      performance
        .getEntriesByType('resource')
        .map(({ name }) => name)
        .filter((name) => name.endsWith('.js')),
    ),
  ]);

/** Keeps back every script that index.html does not name, until `go`. */
async function holdTheRest(page: Page): Promise<{ readonly named: readonly string[]; go(): void }> {
  const html = await (await page.request.get('./')).text();
  const named = [...html.matchAll(/(?:src|href)="\.\/(assets\/[^"]+\.js)"/g)].map((match) => match[1]!);
  let go = () => {};
  const released = new Promise<void>((resolve) => {
    go = resolve;
  });
  await page.route('**/assets/*.js', async (route) => {
    if (!named.some((file) => route.request().url().endsWith(file))) await released;
    await route.continue();
  });
  return { named, go };
}

test('a lab is ready with what index.html names: to be read, looked at, asked and typed into', async ({ page }) => {
  const errors = watchErrors(page);
  const { named, go } = await holdTheRest(page);
  await page.goto('./');
  await page.locator('[data-phase=ready]').waitFor();
  const lesson = page.getByRole('region', { name: 'Lesson' });
  await expect(lesson.getByText('Nothing there leads to the service range 10.49.0.0/16.')).toBeVisible();
  await expect(page.getByTestId('host-worker2')).toBeVisible();
  await expect(page.getByTestId('route-host1-default')).toBeVisible();
  const asked = await page.evaluate(() => {
    const { flow, disposition, hops } = window.nexthop.trace('host1', '10.0.1.20:22');
    return {
      dst: flow.dst,
      disposition,
      hops: hops.map((hop) => hop.place.host),
      hosts: Object.keys(window.nexthop.world().hosts),
    };
  });
  expect(asked).toEqual({
    dst: '10.0.1.20',
    disposition: 'delivered',
    hops: ['host1', 'control1'],
    hosts: ['gateway', 'host1', 'control1', 'worker1', 'worker2'],
  });

  const terminal = page.getByRole('region', { name: 'Terminal', exact: true });
  await terminal.getByRole('textbox').click();
  await page.keyboard.type('hostname\necho half a li');
  const worker = page.getByRole('button', { name: 'Actions on worker2' });
  await worker.click();
  await page.getByRole('menuitem', { name: 'Power off' }).click();
  await terminal.getByRole('textbox').click();
  const early = page.evaluate(() => window.nexthop.run('whoami'));
  const loaded = (await scripts(page)).map((url) => new URL(url).pathname.slice(1));
  expect(named.filter((file) => !loaded.includes(file))).toEqual([]);

  go();
  await expect(page.getByTestId('host-worker2')).toHaveAttribute('data-state', 'off');
  expect(await early).toEqual({ stdout: 'ubuntu\n', stderr: '', exitCode: 0 });
  await expect.poll(() => screenText(page)).toMatch(/hostname\nhost1\n.*\$ echo half a li$/s);
  await page.keyboard.type('ne\n');
  await atPrompt(page);
  expect(await screenText(page)).toMatch(/\$ echo half a line\nhalf a line\n/);
  expect(errors).toEqual([]);
});

test.describe('a site in a folder', () => {
  // A service worker's own requests cannot be redirected.
  test.use({ serviceWorkers: 'block' });

  test('it works from any sub-path', async ({ page, baseURL }) => {
    const folder = new URL('some/where/', baseURL).href;
    await page.route(`${folder}**`, async (route) => {
      const response = await route.fetch({ url: route.request().url().replace(folder, baseURL!) });
      await route.fulfill({ response });
    });
    const errors = watchErrors(page);
    await openLab(page, folder);
    const outside = await page.evaluate(
      (root) =>
        performance
          .getEntriesByType('resource')
          .map(({ name }) => name)
          .filter((name) => !name.startsWith(root)),
      folder,
    );
    expect(outside).toEqual([]);
    expect((await page.evaluate(() => window.nexthop.run('hostname'))).stdout).toBe('host1\n');
    expect(errors).toEqual([]);
    // What the page fetches ahead may still be under way.
    await page.unrouteAll({ behavior: 'ignoreErrors' });
  });
});

test('nothing moves while a lab opens', async ({ page }) => {
  await page.addInitScript(() => {
    const shifts: number[] = [];
    Object.assign(window, { shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) shifts.push((entry as unknown as { readonly value: number }).value);
    }).observe({ type: 'layout-shift', buffered: true });
  });
  await openLab(page);
  await page.waitForTimeout(500);
  const shifts = await page.evaluate(() => (window as unknown as { readonly shifts: readonly number[] }).shifts);
  expect(shifts.reduce((sum, each) => sum + each, 0)).toBeLessThan(0.01);
});

import { expect, test } from '@playwright/test';
import { atPrompt, openLab, screenText, type, watchErrors } from './support.ts';

const policy = (value: string) => `kubectl patch svc -n yaobank customer -p '{"spec":{"externalTrafficPolicy":"${value}"}}'`;
const routes = `ip route | grep -c '^10.49.50.18 '`;

test('the past can be looked at, and the world goes on from there with the rest kept as a branch', async ({ page }) => {
  const errors = watchErrors(page);
  await openLab(page);
  for (const line of ['calicoctl apply -f 3.2-default-bgp.yaml', policy('Local')])
    await page.evaluate((each) => window.nexthop.run(each), line);
  const timeline = page.getByRole('region', { name: 'Timeline' });
  const specific = page.getByTestId('route-host1-10.49.50.18');
  await expect(specific).toBeVisible();

  await timeline.getByRole('button', { name: /calicoctl apply/ }).click();
  await expect(specific).toHaveCount(0);
  await expect(page.getByText(/as it stood at \d\d:\d\d:\d\d/)).toBeVisible();
  expect((await page.evaluate((line) => window.nexthop.run(line), routes)).stdout).toBe('1\n');
  await page.keyboard.press('ArrowRight');
  await expect(specific).toBeVisible();

  await timeline.getByRole('button', { name: /calicoctl apply/ }).click();
  await page.getByRole('button', { name: 'Go on from here' }).click();
  expect((await page.evaluate((line) => window.nexthop.run(line), routes)).stdout).toBe('0\n');
  await timeline.getByRole('button', { name: 'Other branches: 1' }).click();
  await page.getByRole('menuitem', { name: /^Compare with/ }).click();
  await expect(page.getByRole('region', { name: 'What changed' })).toContainText('10.49.50.18');
  await timeline.getByRole('button', { name: 'Other branches: 1' }).click();
  await page.getByRole('menuitem', { name: /^Go over to/ }).click();
  await expect(specific).toBeVisible();
  expect(errors).toEqual([]);
});

test('taking back survives a reload, and so do the marks', async ({ page }) => {
  await openLab(page);
  await type(page, 'calicoctl apply -f 3.2-default-bgp.yaml');
  await type(page, policy('Local'));
  await page.getByRole('button', { name: 'Take back the last command' }).click();
  await expect.poll(() => page.evaluate(() => window.nexthop.world().inputs)).toBe(1);
  await page.waitForTimeout(700);
  await page.reload();
  await atPrompt(page);
  expect(await page.evaluate(() => window.nexthop.world().inputs)).toBe(1);
  await expect(page.getByRole('region', { name: 'Timeline' }).getByRole('listitem')).toHaveCount(2);
});

test('a command that waits is cut off when its moment is left', async ({ page }) => {
  await openLab(page);
  await type(page, 'calicoctl apply -f 3.2-default-bgp.yaml');
  await page.locator('.xterm-screen:visible').click();
  await page.keyboard.insertText('curl 10.49.1.2');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('status').filter({ hasText: 'SYN' })).toBeVisible();
  await page.getByRole('button', { name: 'Take back the last command' }).click();
  await atPrompt(page);
  expect(await screenText(page)).toContain('^C');
});

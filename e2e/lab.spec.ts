import { expect, test } from '@playwright/test';
import { openLab, screenText, type, watchErrors } from './support.ts';

test('the whole lab, typed line by line, ticks every step', async ({ page }) => {
  test.setTimeout(240_000);
  const errors = watchErrors(page);
  await openLab(page);
  const steps = page.locator('article[data-testid^="step-"]');
  const ids = await steps.evaluateAll((all) => all.map((each) => each.getAttribute('data-testid')!));
  expect(ids.length).toBeGreaterThan(5);
  for (const id of ids) {
    const step = page.getByTestId(id);
    if ((await step.getAttribute('data-state')) === 'done') continue;
    const show = step.getByRole('button', { name: 'Show solution' });
    if ((await show.count()) === 0) continue;
    await show.click();
    const lines = await step.locator('[data-solution] [data-testid="command"] code').allInnerTexts();
    for (const line of lines) await type(page, line, 60_000);
    await expect(step, `${id}\n${await screenText(page)}`).toHaveAttribute('data-state', 'done');
  }
  await expect(page.getByTestId('finish')).toBeVisible();
  expect(errors).toEqual([]);
});

/** What every journey needs: opening the lab, typing like a learner, reading the terminal. */
import { expect, type Locator, type Page } from '@playwright/test';

export async function openLab(page: Page, path = './'): Promise<void> {
  await page.goto(path);
  await expect(page.getByTestId('host-host1')).toBeVisible({ timeout: 30_000 });
  await expect(prompt(page)).toBeVisible({ timeout: 30_000 });
}

/** The rows of the terminal that is shown. */
export const rows = (page: Page): Locator => page.locator('.xterm-rows:visible');

const prompt = (page: Page) => rows(page).getByText(/\$/).first();

/** What the shown terminal says, trailing blanks and empty rows taken away. */
export async function screenText(page: Page): Promise<string> {
  const lines = await rows(page).locator('> div').allInnerTexts();
  return lines
    .map((line) => line.replaceAll(' ', ' ').trimEnd())
    .join('\n')
    .trimEnd();
}

/** Waits until the shell asks for the next line. */
export async function atPrompt(page: Page, timeout = 20_000): Promise<void> {
  await expect.poll(async () => /[$#]$/.test(await screenText(page)), { timeout }).toBe(true);
}

/** Types a line into the shown terminal and waits for the prompt. */
export async function type(page: Page, line: string, timeout = 20_000): Promise<void> {
  await page.locator('.xterm-screen:visible').click();
  for (const part of line.split('\n')) {
    await page.keyboard.insertText(part);
    await page.keyboard.press('Enter');
  }
  await page.waitForTimeout(60);
  await atPrompt(page, timeout);
}

/** Errors of the page; a journey ends with none. */
export function watchErrors(page: Page): string[] {
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/ERR_INTERNET_DISCONNECTED|Failed to load resource/.test(message.text()))
      errors.push(message.text());
  });
  return errors;
}

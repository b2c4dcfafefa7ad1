/**
 * Measures the built page in a headless Chromium, from localhost: prints one JSON object (see bench/page.ts), or fails with a sentence.
 * Every visit has a browser context of its own, so nothing is cached.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { chromium } from '@playwright/test';
import { build, preview } from 'vite';
import { ROOT } from './ensure.mjs';

const VISITS = 5;
const executablePath = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (path) => path && existsSync(path),
);
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** In the page: when the lab was open (its lesson to be read, its map drawn, its terminal taking keys) and when its first line was answered, ms since the navigation began. */
async function visit() {
  const until = async (holds) => {
    while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2));
    return performance.now();
  };
  const parts = ['[data-phase=ready]', '[data-testid^=step-] p', '[data-testid=host-host1]', '#terminal textarea'];
  const ready = await until(() => window.nexthop && parts.every((part) => document.querySelector(part)));
  await window.nexthop.run('ip route');
  return { ready, answered: performance.now() };
}

/** In the page: animation frames asked for, and animations that run, in five seconds. */
function countFrames() {
  return new Promise((resolve) => {
    const real = window.requestAnimationFrame.bind(window);
    let asked = 0;
    window.requestAnimationFrame = (callback) => {
      asked++;
      return real(callback);
    };
    setTimeout(() => resolve(asked + document.getAnimations().filter((each) => each.playState === 'running').length), 5000);
  });
}

const kb = (files) =>
  files.reduce((sum, file) => sum + gzipSync(readFileSync(join(ROOT, 'dist', file)), { level: 9 }).length, 0) / 1024;

async function measure(browser, url) {
  const visits = [];
  for (let i = 0; i < VISITS; i++) {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(url, { waitUntil: 'commit' });
    visits.push(await page.evaluate(visit));
    await context.close();
  }
  const empty = [];
  for (let i = 0; i < VISITS; i++) {
    const page = await browser.newPage();
    await page.goto(`${url}precache.json`);
    empty.push(await page.evaluate(() => performance.getEntriesByType('navigation')[0].loadEventEnd));
    await page.close();
  }
  const page = await browser.newPage();
  await page.goto(url);
  await page.evaluate(visit);
  await page.waitForTimeout(5000);
  const idleFrames = await page.evaluate(countFrames);
  const html = readFileSync(join(ROOT, 'dist/index.html'), 'utf8');
  return {
    readyMs: median(visits.map((each) => each.ready)),
    answeredMs: median(visits.map((each) => each.answered)),
    emptyMs: median(empty),
    idleFrames,
    firstKb: kb([...html.matchAll(/(?:src|href)="\.\/(assets\/[^"]+\.js)"/g)].map((match) => match[1])),
  };
}

await build({ root: ROOT, logLevel: 'silent' });
const server = await preview({ root: ROOT, logLevel: 'silent', preview: { port: 0, host: '127.0.0.1' } });
let browser;
try {
  browser = await chromium.launch({ ...(executablePath ? { executablePath } : {}), args: ['--no-sandbox', '--disable-gpu'] });
} catch {
  console.error('no Chromium was found: set CHROMIUM=/path/to/chromium');
}
if (browser) {
  const { port } = server.httpServer.address();
  console.log(JSON.stringify(await measure(browser, `http://127.0.0.1:${port}/`)));
  await browser.close();
}
await server.close();
process.exit(browser ? 0 : 1);

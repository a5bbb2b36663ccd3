#!/usr/bin/env node
// inspect.mjs FILE PICTURES: opens a page from a file in every look and prints what was found, as one JSON object.
import { pathToFileURL } from 'node:url';
import { load } from '../load.mjs';

const [file, pictures] = process.argv.slice(2);
const address = pathToFileURL(file).href;
const { chromium } = (await load('playwright-core')).default;
const axe = (await load('axe-core')).default;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--host-resolver-rules=MAP * ~NOTFOUND'],
});
const found = { violations: [], errors: [], requests: [], overflow: {}, passes: 0 };
try {
  for (const [look, colorScheme, width] of [['light', 'light', 1280], ['dark', 'dark', 1280], ['narrow', 'dark', 380]]) {
    // The page's policy lets no foreign script in, axe neither.
    const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 }, bypassCSP: true });
    const page = await open(context);
    await page.evaluate(() => document.querySelectorAll('details').forEach((details) => (details.open = true)));
    await page.evaluate(axe.source);
    const result = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
    found.passes += result.passes.length;
    for (const { id, help, nodes } of result.violations) {
      found.violations.push({ look, id, help, nodes: nodes.slice(0, 3).map((node) => node.html.slice(0, 200)) });
    }
    found.overflow[look] = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    await page.screenshot({ path: `${pictures}-${look}.png`, fullPage: true });
    await context.close();
  }
  found.sorting = await sorting();
  found.without_script = await withoutScript();
  found.contrast = await themes();
} finally {
  await browser.close();
}
console.log(JSON.stringify(found));

async function open(context) {
  const page = await context.newPage();
  page.on('console', (message) => found.errors.push(message.text()));
  page.on('pageerror', (error) => found.errors.push(String(error)));
  page.on('request', (request) => request.url() !== address && found.requests.push(request.url()));
  await page.goto(address);
  return page;
}

// With the page's own policy, and the keyboard alone: to the head "Requests" of the people, Enter twice.
async function sorting() {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await open(context);
  await page.locator('#h-user').scrollIntoViewIfNeeded();
  const button = page.locator('section[aria-labelledby=h-user] thead button', { hasText: 'Requests' });
  await page.locator('section[aria-labelledby=h-user] .scroll').focus();
  for (let tabs = 0; tabs < 20 && !(await button.evaluate((it) => it === document.activeElement)); tabs += 1) {
    await page.keyboard.press('Tab');
  }
  const column = () => page.evaluate(() => {
    const head = [...document.querySelectorAll('section[aria-labelledby=h-user] thead th')];
    const place = head.findIndex((it) => it.textContent.startsWith('Requests'));
    const rows = [...document.querySelectorAll('section[aria-labelledby=h-user] tbody tr')];
    return { sort: head[place].getAttribute('aria-sort'), values: rows.map((row) => Number(row.cells[place].dataset.v)) };
  });
  await page.keyboard.press('Enter');
  const first = await column();
  await page.keyboard.press('Enter');
  const second = await column();
  await context.close();
  return { first, second };
}

async function withoutScript() {
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 1280, height: 900 } });
  const page = await open(context);
  const text = await page.locator('section[aria-labelledby=h-user] tbody tr').count();
  await context.close();
  return text;
}

// The ground of both themes.
async function themes() {
  const grounds = {};
  for (const colorScheme of ['light', 'dark']) {
    const context = await browser.newContext({ colorScheme });
    const page = await open(context);
    grounds[colorScheme] = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await context.close();
  }
  return grounds;
}

#!/usr/bin/env node
// Signs in with a real Chromium, as a person would. Usable as $BROWSER: login.mjs URL
//
// Environment: LOGIN (user, default alice), ABORT=1 (presses Cancel), USER_CODE (device page), THEME=dark|light, WIDTH=390,
// SHOT=file.png and PAGE_TEXT=file (the final page), SHOTS=prefix and FIRST_SHOTS=prefix (the final and the first page, light and
// dark, wide and narrow: prefix-light-1000.png and so on), BROWSER_LOG=file (what was done), BROWSER_LIMIT (seconds, default 60),
// CHROMIUM (default /usr/bin/chromium).
import { appendFileSync, renameSync, writeFileSync } from 'node:fs';
import { load } from '../load.mjs';

const { LOGIN = 'alice', ABORT, USER_CODE, THEME = 'light', WIDTH = '1000', SHOT, PAGE_TEXT, BROWSER_LOG } = process.env;
const { SHOTS, FIRST_SHOTS } = process.env;
const { CHROMIUM = '/usr/bin/chromium', BROWSER_LIMIT = '60' } = process.env;
const start = process.argv[2];
let cancelled = false;
const deadline = Date.now() + Number(BROWSER_LIMIT) * 1000;

const note = (text) => BROWSER_LOG && appendFileSync(BROWSER_LOG, `${new Date().toISOString()} ${text}\n`);

try {
  const { chromium } = (await load('playwright-core')).default;
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: flags() });
  try {
    await visit(await browser.newContext({
      colorScheme: THEME, viewport: { width: Number(WIDTH), height: 800 }, ignoreHTTPSErrors: true,
    }));
  } finally {
    await browser.close();
  }
} catch (error) {
  note(`failed: ${error.stack}`);
  process.stderr.write(`login.mjs: ${error.message}\n`);
  process.exitCode = 1;
}

// Root has no sandbox; the rest keeps Chromium from calling anyone but this machine.
function flags() {
  return [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage',
    '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1',
  ];
}

async function visit(context) {
  const page = await context.newPage();
  note(`opens ${start}`);
  await page.goto(start);
  if (FIRST_SHOTS) await shoot(page, FIRST_SHOTS);
  while (!await isFinal(page)) {
    if (Date.now() > deadline) throw new Error(`no callback page after ${BROWSER_LIMIT} s; at ${page.url()}`);
    const before = await pageId(page);
    await act(page);
    await changed(page, before);
  }
  await page.waitForLoadState('load');
  await keep(page);
}

// The relying party's page on localhost, or in a device sign-in the page that asks for nothing more. After Cancel a provider may
// ask for the code once more.
async function isFinal(page) {
  const { hostname, pathname } = new URL(page.url());
  const isLocal = hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]';
  return (isLocal && pathname === '/callback') || (Boolean(USER_CODE) && (cancelled || await submits(page).count() === 0));
}

function submits(page) {
  return page.locator('button[type=submit]:visible, input[type=submit]:visible, form button:not([type]):visible');
}

async function act(page) {
  const code = page.locator('input[name=user_code]:visible').first();
  const asksForCode = USER_CODE && await code.count();
  if (asksForCode) await code.fill(USER_CODE);
  if (ABORT && !asksForCode) {
    cancelled = true;
    return press(page, page.locator('button, a').filter({ hasText: /cancel|abort|deny/i }).first());
  }
  await chooseUser(page);
  const password = page.locator('input[type=password]:visible').first();
  if (await password.count()) await password.fill('any password');
  // The page that asks first goes on by a link.
  const goOn = page.locator('form a').filter({ hasText: 'Sign in' }).first();
  return press(page, await goOn.count() ? goOn : submits(page).first());
}

async function chooseUser(page) {
  const text = ['[name=login]', '[name=username]', '[name=user]:not([type=radio])', '[type=email]'];
  const field = page.locator(text.map((which) => `input${which}:visible`).join()).first();
  const radio = page.locator(`input[type=radio][value="${LOGIN}"]`).first();
  const option = page.locator(`select:visible:has(option[value="${LOGIN}"])`).first();
  if (await field.count()) await field.fill(LOGIN);
  else if (await radio.count()) await radio.check();
  else if (await option.count()) await option.selectOption(LOGIN);
}

async function press(page, target) {
  if (!await target.count()) throw new Error(`nothing to press at ${page.url()}: ${await page.locator('body').innerText()}`);
  note(`presses "${(await target.innerText()).trim() || await target.getAttribute('value')}" at ${new URL(page.url()).pathname}`);
  await target.click({ noWaitAfter: true });
}

function pageId(page) {
  return page.evaluate(() => performance.timeOrigin).catch(() => null);
}

// A press leads to a new document; while it is on its way, asking fails, which is no answer yet.
async function changed(page, before) {
  while (Date.now() < deadline) {
    const now = await pageId(page);
    if (now !== null && now !== before) break;
    await page.waitForTimeout(20);
  }
  await page.waitForLoadState('load');
}

async function keep(page) {
  note(`arrived at ${new URL(page.url()).pathname}`);
  if (SHOT) await page.screenshot({ path: SHOT, fullPage: true });
  if (SHOTS) await shoot(page, SHOTS);
  if (PAGE_TEXT) {
    // Renamed into place, so that a reader who waits for the file never sees half of it.
    writeFileSync(`${PAGE_TEXT}.part`, await page.locator('body').innerText());
    renameSync(`${PAGE_TEXT}.part`, PAGE_TEXT);
  }
}

// The same page in every look, without asking for it again.
async function shoot(page, prefix) {
  for (const colorScheme of ['light', 'dark']) {
    for (const width of [1000, 390]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      await page.screenshot({ path: `${prefix}-${colorScheme}-${width}.png`, fullPage: true });
    }
  }
  await page.emulateMedia({ colorScheme: THEME });
  await page.setViewportSize({ width: Number(WIDTH), height: 800 });
}

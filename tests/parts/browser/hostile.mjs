#!/usr/bin/env node
// A web page that wants to end, read or take over a sign-in that waits on a port of this machine: hostile.mjs PORT
//
// The page is `http://evil.example:N/`, which a real Chromium loads from here, and, for DNS rebinding, `http://evil.example:PORT/`:
// its first answer comes from here, and from then on that name is the callback server itself. Prints one JSON object:
// {"attempts": [{"how": "..", "outcome": ".."}], "rebound": [..]}. An outcome is what the page gets to know: "nothing", or a
// status and a text that it could read.
import http from 'node:http';
import { load } from '../load.mjs';

const { CHROMIUM = '/usr/bin/chromium' } = process.env;
const port = Number(process.argv[2]);
const flood = 300;

const { chromium } = (await load('playwright-core')).default;
const server = http.createServer((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Cats</h1>'));
const own = await new Promise((resolve) => { server.listen(0, '127.0.0.1', () => resolve(server.address().port)); });

const browser = await chromium.launch({
  executablePath: CHROMIUM,
  args: [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage',
    // Newer browsers keep pages of other networks away from loopback by themselves; people have older ones too.
    '--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests,PrivateNetworkAccessSendPreflights',
    // The attacker's name is an address of this machine; nobody else's name is anything.
    '--host-resolver-rules=MAP evil.example 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1, EXCLUDE [::1]',
  ],
});
try {
  const context = await browser.newContext();
  const attempts = await fromAnotherOrigin(context);
  const rebound = await rebinding(context);
  process.stdout.write(`${JSON.stringify({ attempts, rebound })}\n`);
} finally {
  await browser.close();
  server.close();
}

async function fromAnotherOrigin(context) {
  const page = await context.newPage();
  await page.goto(`http://evil.example:${own}/`);
  const attempts = [];
  for (const host of ['localhost', '127.0.0.1', '[::1]']) {
    attempts.push(...await page.evaluate(attack, { base: `http://${host}:${port}`, flood }));
  }
  attempts.push(...await navigations(context));
  return attempts;
}

// Runs in the page: everything that a page may try without a click.
async function attack({ base, flood }) {
  const forged = `${base}/callback?code=forged&state=forged`;
  const refused = `${base}/callback?error=access_denied`;
  const limit = (promise) => Promise.race([promise, new Promise((resolve) => { setTimeout(resolve, 4000, 'nothing'); })]);
  const found = [];
  const attempt = async (how, promise) => {
    found.push({ how: `${how} ${base}`, outcome: await limit(promise).catch(() => 'nothing') });
  };
  const element = (name, set) => new Promise((resolve) => {
    const made = Object.assign(document.createElement(name), set);
    made.onload = () => resolve(name === 'iframe' ? frame(made) : 'loaded');
    made.onerror = () => resolve('nothing');
    document.body.append(made);
  });
  // An error page of the browser loads too; what counts is what can be read of it.
  const frame = (made) => {
    try { return made.contentDocument?.body?.innerText || 'nothing'; } catch { return 'nothing'; }
  };
  const read = async (response) => (response.type === 'opaque' ? 'nothing' : `${response.status} ${await response.text()}`);

  for (const address of [forged, refused]) {
    await attempt('image', element('img', { src: address }));
    await attempt('script', element('script', { src: address }));
    await attempt('stylesheet', element('link', { rel: 'stylesheet', href: address }));
    await attempt('iframe', element('iframe', { src: address }));
    await attempt('fetch cors', fetch(address, { credentials: 'include' }).then(read));
    await attempt('fetch no-cors', fetch(address, { mode: 'no-cors' }).then(read));
    await attempt('fetch no-cors POST', fetch(address, { method: 'POST', mode: 'no-cors', body: 'code=forged&state=forged' }).then(read));
    await attempt('fetch with a preflight', fetch(address, { method: 'PUT', headers: { 'x-evil': '1' } }).then(read));
  }
  await attempt('not now', fetch(`${base}/not-now?key=guess`, { method: 'POST', mode: 'no-cors' }).then(read));
  await attempt('ask first', fetch(`${base}/sign-in?key=guess`).then(read));
  await attempt('beacon', Promise.resolve(navigator.sendBeacon(forged, 'x') ? 'nothing' : 'nothing'));
  await attempt('event source', new Promise((resolve) => {
    const source = new EventSource(forged);
    source.onmessage = (event) => resolve(event.data);
    source.onerror = () => { source.close(); resolve('nothing'); };
  }));
  await attempt('WebSocket', new Promise((resolve) => {
    const socket = new WebSocket(forged.replace('http', 'ws'));
    socket.onopen = () => resolve('open');
    socket.onmessage = (event) => resolve(event.data);
    socket.onerror = () => resolve('nothing');
  }));
  const many = Array.from({ length: flood }, (_, index) => fetch(`${forged}${index}`, { mode: 'no-cors' }).then(read, () => 'nothing'));
  const outcomes = new Set(await Promise.all(many.map(limit)));
  found.push({ how: `a flood of ${flood} ${base}`, outcome: [...outcomes].join(', ') });
  return found;
}

// Forms lead the whole window away; what it shows then is out of the page's reach, and shown to the person.
async function navigations(context) {
  const found = [];
  for (const method of ['get', 'post']) {
    const page = await context.newPage();
    await page.goto(`http://evil.example:${own}/`);
    const action = `http://localhost:${port}/callback`;
    await page.evaluate(({ method, action }) => {
      document.body.innerHTML = `<form method="${method}" action="${action}"><input name="code" value="forged">
        <input name="state" value="forged"></form>`;
      document.forms[0].submit();
    }, { method, action });
    await page.waitForURL(`${action}**`);
    found.push({ how: `form ${method}`, outcome: 'nothing', shown: await page.locator('body').innerText() });
    await page.close();
  }
  return found;
}

// The name that the page came from is the callback server now: to the browser it is the page's own origin.
async function rebinding(context) {
  const page = await context.newPage();
  const origin = `http://evil.example:${port}`;
  await page.route(`${origin}/`, (route) => route.fulfill({ contentType: 'text/html', body: '<h1>Cats</h1>' }));
  await page.goto(`${origin}/`);
  return page.evaluate(async () => {
    const targets = ['/callback', '/callback?code=forged&state=forged', '/callback?error=access_denied', '/sign-in', '/x'];
    const answers = [];
    for (const method of ['GET', 'POST']) {
      for (const target of targets) {
        const response = await fetch(target, { method });
        const headers = [...response.headers].map(([name, value]) => `${name}: ${value}`).join('\n');
        answers.push({ how: `${method} ${target}`, status: response.status, headers, text: await response.text() });
      }
    }
    return answers;
  });
}

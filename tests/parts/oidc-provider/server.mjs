// A scripted server around the OpenID-certified npm `oidc-provider`.
//
// Environment: PORT (0: a free one), ISSUER (default http://localhost:PORT), STATE (folder for the certificate client's key),
// TLS_KEY and TLS_CERT (PEM files: serve https). Prints one line of JSON when ready: {"port":N,"issuer":"..","control":".."}.
//
// Control, on a port of its own and always plain: POST /_ctl {fault, mutate, discovery, rotate, ttlId, ttlAccess, ttlDevice, ttlRefresh};
// POST /_rotate {"keep":bool}; POST /_revoke; GET /_log.
import { mkdtempSync, readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clients } from './clients.mjs';
import { playFault, setFaults } from './faults.mjs';
import { freshKeys } from './keys.mjs';
import { record, requestLog } from './log.mjs';
import { forget } from './memory.mjs';
import { build } from './provider.mjs';

const { PORT = '0', ISSUER, STATE = mkdtempSync(join(tmpdir(), 'oidc-provider-')), TLS_KEY, TLS_CERT } = process.env;
const world = { rotate: true, ttl: { access: 3600, device: 600, id: 3600, refresh: 86400 }, mutation: null, discovery: null };
let provider;

const CONTROLS = {
  'POST /_ctl': ({ fault, mutate, discovery, rotate, ttlId, ttlAccess, ttlDevice, ttlRefresh }) => {
    if (fault !== undefined) setFaults(fault);
    if (mutate !== undefined) world.mutation = mutate;
    if (discovery !== undefined) world.discovery = discovery;
    world.rotate = rotate ?? world.rotate;
    world.ttl = {
      access: ttlAccess ?? world.ttl.access,
      device: ttlDevice ?? world.ttl.device,
      id: ttlId ?? world.ttl.id,
      refresh: ttlRefresh ?? world.ttl.refresh,
    };
  },
  'POST /_rotate': ({ keep = true }) => {
    world.keys = [...freshKeys(), ...(keep ? world.keys : [])];
    provider = build(world);
  },
  'POST /_revoke': () => forget('RefreshToken'),
  'GET /_log': () => requestLog(),
};

const listen = (server, port) => new Promise((resolve) => {
  server.listen(port, '127.0.0.1', () => resolve(server.address().port));
});

const tls = TLS_KEY && { key: readFileSync(TLS_KEY), cert: readFileSync(TLS_CERT) };
const port = await listen(tls ? https.createServer(tls, answering(serve)) : http.createServer(answering(serve)), Number(PORT));
const controlPort = await listen(http.createServer(answering(control)), 0);
const issuer = ISSUER ?? `${tls ? 'https' : 'http'}://localhost:${port}`;
Object.assign(world, { issuer, clients: clients(STATE), keys: freshKeys() });
provider = build(world);
process.stdout.write(`${JSON.stringify({ port, issuer, control: `http://127.0.0.1:${controlPort}` })}\n`);

// Reads the request to its end and answers a fault of ours with 500.
function answering(handler) {
  return async (request, response) => {
    try {
      await handler(request, response, new URL(request.url, world.issuer), await read(request));
    } catch (error) {
      response.writeHead(500, { 'content-type': 'text/plain' }).end(String(error.stack));
    }
  };
}

async function serve(request, response, url, body) {
  const form = Object.fromEntries(new URLSearchParams(body));
  record(request, response, url, form);
  if (await playFault(request, response, url.pathname, form)) return;
  request.body = body; // oidc-provider takes it from here, as the stream has been read
  provider(request, response);
}

function control(request, response, url, body) {
  const action = CONTROLS[`${request.method} ${url.pathname}`];
  if (!action) throw new Error(`no such control: ${request.method} ${url.pathname}`);
  const answer = action(body ? JSON.parse(body) : {}) ?? {};
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
}

async function read(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

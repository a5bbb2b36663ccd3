// Makes an endpoint fail in the way a test asks for.
import { setTimeout as sleep } from 'node:timers/promises';

const ENDPOINTS = {
  '/auth': 'auth',
  '/token': 'token',
  '/jwks': 'jwks',
  '/.well-known/openid-configuration': 'discovery',
  '/device/auth': 'device',
  '/token/revocation': 'revocation',
  '/me': 'userinfo',
};

let faults = [];

/**
 * @param wanted one fault, a list of them, or null for none: `{endpoint, grant?, times?, delayMs?, hang?, drop?, status?,
 *   headers?, body?}`. With only `delayMs` the answer is late and good.
 */
export function setFaults(wanted) {
  faults = [wanted ?? []].flat().map((fault) => ({ times: Infinity, ...fault }));
}

/** Plays the next fault that fits. True: the request has had its answer (or never gets one). */
export async function playFault(request, response, path, form) {
  const fault = faults.find(({ endpoint, grant, times }) => times > 0
    && endpoint === ENDPOINTS[path] && (grant === undefined || grant === form.grant_type));
  if (!fault) return false;
  fault.times -= 1;
  if (fault.hang) return true;
  if (fault.drop) return Boolean(request.socket.destroy());
  if (fault.delayMs) await sleep(fault.delayMs);
  if (fault.status === undefined && fault.body === undefined) return false;
  answer(response, fault);
  return true;
}

function answer(response, { status = 200, headers = {}, body = '' }) {
  const isJson = typeof body === 'object';
  response.writeHead(status, { 'content-type': isJson ? 'application/json' : 'text/html', ...headers });
  response.end(isJson ? JSON.stringify(body) : body);
}

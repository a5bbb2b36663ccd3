// Turns a good ID token into the bad one that a test asks for, signed again with the provider's live key.
import { createHmac, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { freshKeys } from './keys.mjs';

const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const decode = (part) => JSON.parse(Buffer.from(part, 'base64url'));
const TIMES = ['exp', 'iat', 'nbf', 'auth_time'];

/**
 * @param mutation `{exp|iat|nbf|auth_time: seconds from now, nonce|aud|iss|azp|...: value, set: {..}, drop: [..],
 *   alg: 'none'|'HS256'|'badsig'|'unknownkid'}`
 */
export function mutate(token, { drop = [], set = {}, alg, ...values }, keys) {
  const [header, payload] = token.split('.').slice(0, 2).map(decode);
  const now = Math.floor(Date.now() / 1000);
  for (const [claim, value] of Object.entries(values)) payload[claim] = TIMES.includes(claim) ? now + value : value;
  Object.assign(payload, set);
  for (const claim of drop) delete payload[claim];
  return seal(header, payload, alg, keys.find(({ kid }) => kid === header.kid));
}

function seal(header, payload, forgery, key) {
  const foreign = () => freshKeys().find(({ alg }) => alg === header.alg);
  switch (forgery) {
    case undefined: return signed(header, payload, key);
    case 'badsig': return signed(header, payload, foreign());
    case 'unknownkid': return signed({ ...header, kid: 'unknown' }, payload, foreign());
    case 'none': return `${encode({ ...header, alg: 'none' })}.${encode(payload)}.`;
    case 'HS256': return hmacWithPublicKey({ ...header, alg: 'HS256' }, payload, key);
    default: throw new Error(`unknown alg mutation ${forgery}`);
  }
}

function signed(header, payload, jwk) {
  const input = `${encode(header)}.${encode(payload)}`;
  const key = createPrivateKey({ key: jwk, format: 'jwk' });
  return `${input}.${sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

// The classic key confusion (CVE-2015-9235): the public key, known to all, as an HMAC secret.
function hmacWithPublicKey(header, payload, jwk) {
  const input = `${encode(header)}.${encode(payload)}`;
  const secret = createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}

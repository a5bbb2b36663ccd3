// The signing keys: RS256 and ES256, newest first, rotated on demand.
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';

let generation = 0;

// Through DER: in Node 20, exporting one half of a fresh pair as JWK can wait for ever for a lock that collecting the other
// half holds.
const DER = {
  publicKeyEncoding: { type: 'spki', format: 'der' },
  privateKeyEncoding: { type: 'pkcs8', format: 'der' },
};

function fresh(alg, type, options) {
  const { privateKey } = generateKeyPairSync(type, { ...options, ...DER });
  const jwk = createPrivateKey({ key: privateKey, type: 'pkcs8', format: 'der' }).export({ format: 'jwk' });
  return { ...jwk, alg, use: 'sig', kid: `${alg.toLowerCase()}-${generation}` };
}

/** One new key for each algorithm, as private JWKs. */
export function freshKeys() {
  generation += 1;
  return [fresh('RS256', 'rsa', { modulusLength: 2048 }), fresh('ES256', 'ec', { namedCurve: 'P-256' })];
}

// The registered clients: one for each way to authenticate that the product supports.
import { execFileSync } from 'node:child_process';
import { X509Certificate, createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Holds what RFC 6749 section 2.3.1 has percent-encoded in HTTP Basic and what clients forget to encode. */
export const SECRET = 'test:secret/with+signs and spaces';

const common = {
  application_type: 'native',
  redirect_uris: Array.from({ length: 10 }, (_, index) => `http://localhost:${8400 + index}/callback`),
  response_types: ['code'],
  grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
};

/** @param state folder where the certificate client's `client.key` and `client.crt` (PEM) are written */
export function clients(state) {
  return [
    { ...common, client_id: 'ccwb-public', token_endpoint_auth_method: 'none' },
    { ...common, client_id: 'ccwb-es256', token_endpoint_auth_method: 'none', id_token_signed_response_alg: 'ES256' },
    { ...common, client_id: 'ccwb-secret', token_endpoint_auth_method: 'client_secret_basic', client_secret: SECRET },
    { ...common, client_id: 'ccwb-secret-post', token_endpoint_auth_method: 'client_secret_post', client_secret: SECRET },
    {
      ...common,
      client_id: 'ccwb-certificate',
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'PS256',
      jwks: { keys: [certificateKey(state)] },
    },
  ];
}

function certificateKey(state) {
  const [key, certificate] = [join(state, 'client.key'), join(state, 'client.crt')];
  execFileSync('openssl', [
    'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=ccwb-certificate',
    '-keyout', key, '-out', certificate,
  ], { stdio: 'pipe' });
  const x509 = new X509Certificate(readFileSync(certificate));
  return {
    ...x509.publicKey.export({ format: 'jwk' }),
    alg: 'PS256',
    use: 'sig',
    'x5t#S256': createHash('sha256').update(x509.raw).digest('base64url'),
  };
}

// The certified OpenID provider, set up as an organisation would for this product.
import { load } from '../load.mjs';
import { claims, findAccount } from './accounts.mjs';
import { Memory } from './memory.mjs';
import { mutate } from './mutation.mjs';

const { default: Provider } = await load('oidc-provider');

/** Builds a provider around `world`: `{issuer, clients, keys, rotate, ttl, mutation, discovery}`, read at each request. */
export function build(world) {
  const provider = new Provider(world.issuer, {
    adapter: Memory,
    claims,
    clients: world.clients,
    conformIdTokenClaims: false, // or email and groups would be in userinfo only
    cookies: { keys: ['test'] },
    enabledJWA: {
      clientAuthSigningAlgValues: ['PS256', 'RS256', 'ES256'],
      idTokenSigningAlgValues: ['RS256', 'ES256'],
    },
    features: {
      deviceFlow: { enabled: true },
      devInteractions: { enabled: true },
      revocation: { enabled: true },
    },
    findAccount,
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    jwks: { keys: world.keys },
    pkce: { required: () => true },
    rotateRefreshToken: () => world.rotate,
    ttl: {
      AccessToken: () => world.ttl.access,
      AuthorizationCode: 60,
      DeviceCode: () => world.ttl.device,
      Grant: 14 * 86400,
      IdToken: () => world.ttl.id,
      Interaction: 3600,
      RefreshToken: () => world.ttl.refresh,
      Session: 14 * 86400,
    },
  });
  provider.use(async (ctx, next) => {
    await next();
    if (ctx.path === '/token' && ctx.body?.id_token && world.mutation) {
      ctx.body.id_token = mutate(ctx.body.id_token, world.mutation, world.keys);
    }
    if (ctx.path === '/.well-known/openid-configuration' && world.discovery) edit(ctx.body, world.discovery);
  });
  return provider.callback();
}

function edit(document, { set = {}, drop = [] }) {
  Object.assign(document, set);
  for (const name of drop) delete document[name];
}

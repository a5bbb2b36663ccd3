// Who can sign in. Any other name works too and gets the claims of an ordinary user.

const groups = (count) => Array.from({ length: count }, (_, index) => `engineering-team-${String(index).padStart(3, '0')}`);

const special = {
  noemail: { email: undefined, email_verified: undefined },
  utf8: { name: 'José Ñandú', email: 'josé@example.com', 'custom:department': '東京' },
  many: { groups: groups(60) },
  bigsub: { sub: 's'.repeat(255), groups: groups(120) },
};

const ordinary = (login) => ({
  sub: `user-${login}`,
  name: login,
  email: `${login}@example.com`,
  email_verified: true,
  groups: ['engineering', 'claude-code-users'],
  'custom:department': 'Platform',
  'custom:cost_center': 'CC-1001',
});

/** The scopes and the claims that each of them brings. */
export const claims = {
  openid: ['sub'],
  email: ['email', 'email_verified'],
  profile: ['name', 'groups', 'custom:department', 'custom:cost_center'],
};

/** `findAccount` of oidc-provider. */
export function findAccount(_ctx, login) {
  return { accountId: login, claims: async () => ({ ...ordinary(login), ...special[login] }) };
}

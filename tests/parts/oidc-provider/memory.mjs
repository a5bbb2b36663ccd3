// Where grants, codes and tokens rest. It outlives a key rotation, which makes a new provider.

const items = new Map(); // `${model}:${id}` -> { payload, expires }

const live = (key) => {
  const item = items.get(key);
  if (item && item.expires > Date.now()) return item.payload;
  items.delete(key);
  return undefined;
};

/** Forgets every item of a model, as an administrator who revokes all sessions does. */
export function forget(model) {
  for (const key of items.keys()) if (key.startsWith(`${model}:`)) items.delete(key);
}

/** The adapter that oidc-provider asks for. */
export class Memory {
  constructor(model) {
    this.model = model;
  }

  async upsert(id, payload, expiresIn) {
    const expires = expiresIn === undefined ? Infinity : Date.now() + expiresIn * 1000;
    items.set(`${this.model}:${id}`, { payload, expires });
  }

  async find(id) {
    return live(`${this.model}:${id}`);
  }

  async findByUid(uid) {
    return this.#search((payload) => payload.uid === uid);
  }

  async findByUserCode(userCode) {
    return this.#search((payload) => payload.userCode === userCode);
  }

  async consume(id) {
    const payload = live(`${this.model}:${id}`);
    if (payload) payload.consumed = Math.floor(Date.now() / 1000);
  }

  async destroy(id) {
    items.delete(`${this.model}:${id}`);
  }

  async revokeByGrantId(grantId) {
    for (const [key, { payload }] of items) if (payload.grantId === grantId) items.delete(key);
  }

  #search(matches) {
    for (const key of items.keys()) {
      const payload = key.startsWith(`${this.model}:`) ? live(key) : undefined;
      if (payload && matches(payload)) return payload;
    }
    return undefined;
  }
}

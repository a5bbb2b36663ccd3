// What the client asked for, with secrets shortened.

const SECRET = /^(code|code_verifier|client_secret|client_assertion|refresh_token|device_code|token|access_token)$/;
const requests = [];

const shorten = (value) => `${String(value).slice(0, 4)}…(${String(value).length})`;
const safe = (fields) => Object.fromEntries(
  Object.entries(fields).map(([name, value]) => [name, SECRET.test(name) ? shorten(value) : value]),
);

/** What a client says of itself (RFC 7523), without the signature that proves it. */
function opened(jwt) {
  const [header, claims] = jwt.split('.').slice(0, 2).map((part) => JSON.parse(Buffer.from(part, 'base64url')));
  return { header, claims };
}

/** Adds a request; its status is filled in when the answer has gone out. */
export function record(request, response, url, form) {
  const entry = {
    at: Date.now(),
    method: request.method,
    path: url.pathname,
    query: safe(Object.fromEntries(url.searchParams)),
    form: safe(form),
    assertion: form.client_assertion ? opened(form.client_assertion) : null,
    auth: request.headers.authorization?.split(' ')[0] ?? null,
    status: null,
  };
  requests.push(entry);
  response.on('finish', () => { entry.status = response.statusCode; });
}

/** Every request so far, oldest first. */
export const requestLog = () => requests;

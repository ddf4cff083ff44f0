// The official Notte client, set up for a daemon.
import assert from 'node:assert/strict';

import { NotteClient } from 'notte-sdk';
import { chromium } from 'playwright-core';

export { NotteClient };
export const nobody = '00000000-0000-4000-8000-000000000000';

export const clientFor = (daemon, { prefix = '', apiKey = daemon.key } = {}) => new NotteClient({ baseUrl: daemon.baseURL + prefix, apiKey });

export const connectPlaywright = (url) => chromium.connectOverCDP(url, { timeout: 30_000 });

/** A plain request with the key, spelled as another client would. */
export const call = (daemon, method, path, { body, headers = {}, key = daemon.key } = {}) =>
  fetch(daemon.baseURL + path, {
    method,
    redirect: 'manual',
    headers: { ...(key ? { authorization: `Bearer ${key}` } : {}), ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });

/** All four members, `status` a number; for 422 the list of places. Returns the body. */
export async function assertErrorBody(response, status, what = '') {
  const text = await response.text();
  assert.equal(response.status, status, `${what}: ${text}`);
  assert.match(response.headers.get('content-type'), /application\/json/, what);
  return assertError(JSON.parse(text), status, what);
}

export function assertError(body, status, what = '') {
  assert.equal(body?.status, status, `${what}: ${JSON.stringify(body)}`);
  assert.equal(typeof body.message, 'string', what);
  assert.ok(body.message.length > 0 && body.error, what);
  if (status !== 422) assert.equal(typeof body.detail, 'string', what);
  else for (const place of body.detail) assert.ok(Array.isArray(place.loc) && place.msg && place.type, what);
  return body;
}

// What Hyperbrowser's client hears of wrong keys and of everything that is not done.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { useDaemon } from '../support/daemon.mjs';
import { Hyperbrowser, call, nobody, rejectionOf, sdkFor } from './client.mjs';

const held = await useDaemon({ limits: { sessions: 1 } });
const sdk = sdkFor(held.daemon);
const url = 'https://x.example';

test('keys, ids and bodies that are wrong', async () => {
  for (const apiKey of ['wrong', ' ', 'gr-test-key-0123456789abcde']) {
    const error = await rejectionOf(sdkFor(held.daemon, { apiKey }).sessions.list(), 401);
    assert.equal(error.code, 'unauthenticated');
  }
  for (const id of [nobody, 'x', '%00', 'a'.repeat(3_000)]) await rejectionOf(sdk.sessions.get(id), 404, id.slice(0, 20));
  await rejectionOf(sdk.sessions.stop(nobody), 404);
  const none = await call(held.daemon, 'GET', '/api/sessions', { key: null });
  assert.equal(none.status, 401);
  assert.equal(typeof (await none.json()).message, 'string');
  for (const body of ['{', '[]', '7', '{"screen":[]}', '{"timeoutMinutes":"5"}', `{"imageCaptchaParams":${'['.repeat(200)}`]) {
    const response = await call(held.daemon, 'POST', '/api/session', { body });
    assert.equal(response.status, 400, body.slice(0, 40));
    const { message, error } = await response.json();
    assert.ok(message.length > 0 && (error === undefined || typeof error === 'string'));
  }
});

test('at the limit: 429, and worth another try', async () => {
  const session = await sdk.sessions.create();
  const error = await rejectionOf(sdk.sessions.create(), 429);
  assert.equal(error.retryable, true);
  await sdk.sessions.stop(session.id);
});

test('a session of another API is the same session', async () => {
  const session = await sdk.sessions.create({ userMetadata: { made: 'here' } });
  const response = await fetch(`${held.daemon.baseURL}/v1/sessions/${session.id}`, { headers: { 'x-bb-api-key': held.daemon.key } });
  const seen = await response.json();
  assert.equal(seen.status, 'RUNNING');
  assert.deepEqual(seen.userMetadata, { made: 'here' });
  await sdk.sessions.stop(session.id);
});

const notServed = {
  'sessions.createSnapshot': () => sdk.sessions.createSnapshot(nobody),
  'sessions.evaluateCaptcha': () => sdk.sessions.evaluateCaptcha(nobody),
  'volumes.create': () => sdk.volumes.create({ name: 'x' }),
  'volumes.list': () => sdk.volumes.list(),
  'volumes.get': () => sdk.volumes.get(nobody),
  'volumes.delete': () => sdk.volumes.delete('a name'),
  'scrape.start': () => sdk.scrape.start({ url }),
  'scrape.startAndWait': () => sdk.scrape.startAndWait({ url }),
  'scrape.batch.start': () => sdk.scrape.batch.start({ urls: [url] }),
  'crawl.start': () => sdk.crawl.start({ url }),
  'web.fetch': () => sdk.web.fetch({ url }),
  'web.batchFetch.start': () => sdk.web.batchFetch.start({ urls: [url] }),
  'web.crawl.start': () => sdk.web.crawl.start({ url }),
  'web.search': () => sdk.web.search({ query: 'x' }),
  'sandboxes.create': () => sdk.sandboxes.create({ imageName: 'x' }),
  'sandboxes.get': () => sdk.sandboxes.get(nobody),
  'sandboxes.list': () => sdk.sandboxes.list(),
};

test('what is not done is refused at once, and not worth another try', async () => {
  for (const [name, ask] of Object.entries(notServed)) {
    const error = await rejectionOf(Promise.resolve().then(ask), 501, name);
    assert.equal(error.retryable, false, name);
    assert.equal(error.code, 'not_implemented', name);
  }
});

test('what needs a language model fails at its start', async () => {
  for (const [name, agent] of Object.entries(sdk.agents)) {
    const error = await rejectionOf(agent.startAndWait({ task: 'x' }), 402, name);
    assert.equal(error.code, 'llm_unavailable');
  }
  await rejectionOf(sdk.extract.startAndWait({ urls: [url], prompt: 'x' }), 402);
  await rejectionOf(sdk.extract.get(nobody), 404);
  await rejectionOf(sdk.scrape.get(nobody), 404);
  await rejectionOf(sdk.crawl.getStatus(nobody), 404);
});

test('computer actions are refused at the address that the session names', async () => {
  const session = await sdk.sessions.create();
  await rejectionOf(sdk.computerAction.screenshot(session), 501);
  await sdk.sessions.stop(session.id);
});

test('credits are never short', async () => {
  const { usage, limit, remaining } = await sdk.team.getCreditInfo();
  assert.ok(usage === 0 && limit > 0 && remaining === limit);
});

test('every request of the whole SDK finds a route', async () => {
  // Each method is called with arguments that mean nothing; whatever it asks for must be known to the daemon.
  const unknown = [];
  const seen = new Set();
  const probing = new Hyperbrowser({ apiKey: held.daemon.key, baseUrl: held.daemon.baseURL, timeout: 5_000 });
  const visit = async (service, name) => {
    for (const method of Object.getOwnPropertyNames(Object.getPrototypeOf(service))) {
      if (method === 'constructor' || /^(request|is|warn|resolve|get runtime)/.test(method) || seen.has(`${name}.${method}`)) continue;
      seen.add(`${name}.${method}`);
      if (/startAndWait|^wait|connect|getRuntime/.test(method) || typeof service[method] !== 'function') continue;
      try {
        await service[method](nobody, {});
      } catch (error) {
        if (/Route .* not found/.test(error.message)) unknown.push(`${name}.${method}: ${error.message}`);
      }
    }
    for (const [key, value] of Object.entries(service)) if (value?.baseUrl && value !== service) await visit(value, `${name}.${key}`);
  };
  for (const [key, value] of Object.entries(probing)) {
    if (value?.baseUrl) await visit(value, key);
    else if (value && typeof value === 'object') for (const [agent, service] of Object.entries(value)) if (service?.baseUrl) await visit(service, `${key}.${agent}`);
  }
  assert.ok(seen.size > 60, `${seen.size} methods were tried`);
  assert.deepEqual(unknown, []);
  const { sessions } = await sdk.sessions.list({ status: 'active' });
  for (const { id } of sessions) await sdk.sessions.stop(id);
});

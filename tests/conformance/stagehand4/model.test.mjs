// The model gateway and its cache over HTTP: what is passed on, what is refused, and what never leaves the daemon.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';

import { call } from '../support/client.mjs';
import { Daemon, useDaemon } from '../support/daemon.mjs';
import { until } from '../support/wait.mjs';
import { startModel } from './model.mjs';

const home = await mkdtemp(path.join(tmpdir(), 'model-'));
const keyFile = path.join(home, 'key');
await writeFile(keyFile, 'sk-first\n', { mode: 0o600 });
const model = await startModel();
after(async () => {
  await model.close();
  await rm(home, { recursive: true });
});
const held = await useDaemon({ browser: { pool_size: 0 }, model: { base_url: `${model.url}/`, api_key_file: keyFile, timeout: '2s' } });
const { daemon } = held;
const question = { model: 'openai/gpt-4.1', input: [{ role: 'user', content: 'hello' }], text: { format: { type: 'json_schema', name: 'Metadata', schema: {} } } };
const ask = (body = question, options = {}) => call(options.daemon ?? daemon, 'POST', '/v1/llm/responses', { body, ...options });
const messageOf = async (response) => (await response.json()).message;

test('a request is passed on with the operator\'s key, and its answer comes back as it is', async () => {
  const response = await ask({ ...question, unknown: { kept: true } }, { headers: { authorization: 'Bearer of-the-client' } });
  assert.equal(response.status, 200);
  const answer = await response.json();
  assert.equal(answer.object, 'response');
  const { body, headers, path: asked } = model.asked.at(-1);
  assert.equal(asked, '/v1/responses');
  assert.deepEqual(body, { ...question, unknown: { kept: true }, model: 'gpt-4.1' });
  assert.equal(headers.authorization, 'Bearer sk-first');
  await writeFile(keyFile, 'sk-second');
  await ask();
  assert.equal(model.asked.at(-1).headers.authorization, 'Bearer sk-second', 'a key may be changed while the daemon runs');
});

test('without a model\'s name, with a stream, or with no JSON it is refused', async () => {
  assert.equal((await ask({ input: [] })).status, 400);
  assert.match(await messageOf(await ask({ ...question, stream: true })), /stream/);
  assert.equal((await ask('{')).status, 400);
  assert.equal((await ask(question, { key: 'nobody' })).status, 401);
});

test('the endpoint\'s refusals', async () => {
  model.next.push({ status: 429, body: '{"error":{"message":"slow down"}}', headers: { 'retry-after': '3' } });
  const busy = await ask();
  assert.equal(busy.status, 429);
  assert.equal(busy.headers.get('retry-after'), '3');
  assert.equal((await busy.json()).error.message, 'slow down');
  model.next.push({ status: 400, body: '{"error":{"message":"bad schema"}}' });
  assert.equal((await ask()).status, 400);
  model.next.push({ status: 401, body: '{"error":{"message":"Incorrect API key provided: sk-second"}}' });
  const unknown = await ask();
  assert.equal(unknown.status, 502, 'the client\'s own key is a good one');
  const text = await unknown.text();
  assert.ok(!text.includes('sk-second') && text.includes('api_key_file'), text);
  model.next.push({ status: 200, body: '<html>' });
  assert.equal((await ask()).status, 502);
  model.next.push({ status: 404, body: '{}' });
  assert.equal((await ask()).status, 502);
});

test('an endpoint that hangs costs its deadline, and a client that gives up ends the exchange', async () => {
  model.next.push({ hang: true });
  const began = Date.now();
  assert.equal((await ask()).status, 504);
  assert.ok(Date.now() - began < 4_000);
  model.next.push({ hang: true });
  await assert.rejects(fetch(`${daemon.baseURL}/v1/llm/responses`, {
    method: 'POST', headers: { 'x-bb-api-key': daemon.key }, body: JSON.stringify(question), signal: AbortSignal.timeout(300),
  }));
  assert.equal((await ask()).status, 200);
});

test('nothing of a key or a question is in the log', async () => {
  const log = await readFile(path.join(daemon.home, 'daemon.log'), 'utf8');
  assert.ok(!/sk-first|sk-second|of-the-client|hello/.test(log));
});

test('with no model configured the refusal says so', async () => {
  const other = await Daemon.start({ browser: { pool_size: 0 }, model: { cache_size: '0B' } });
  const refused = await ask(question, { daemon: other });
  assert.equal(refused.status, 501);
  assert.equal(refused.headers.get('x-should-retry'), 'false');
  assert.match(await messageOf(refused), /model\.base_url/);
  const { data } = await (await call(other, 'POST', '/v1/cache/get', { body: lookup })).json();
  assert.deepEqual(data, { cacheKey: null, hit: false, missReason: 'not_enabled' });
  await other.stop();
});

test('an https endpoint must prove its name', async () => {
  const [key, certificate] = ['tls.key', 'tls.pem'].map((name) => path.join(home, name));
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', certificate, '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'], { stdio: 'ignore' });
  const secure = createServer({ key: await readFile(key), cert: await readFile(certificate) }, (request, response) => {
    request.resume().on('end', () => response.setHeader('content-type', 'application/json').end('{"object":"response","output":[]}'));
  });
  await new Promise((resolve) => secure.listen(0, '127.0.0.1', resolve));
  const settings = { browser: { pool_size: 0 }, model: { base_url: `https://localhost:${secure.address().port}/v1`, name: 'm' } };
  const trusting = await Daemon.start(settings, { environment: { SSL_CERT_FILE: certificate } });
  const good = await ask(question, { daemon: trusting });
  assert.equal(good.status, 200, await good.clone().text());
  assert.equal(good.headers.get('greenroom-ignored'), 'model', 'another model was asked than the named one');
  await trusting.stop();
  const careful = await Daemon.start(settings);
  const refused = await ask(question, { daemon: careful });
  assert.ok(refused.status >= 500, await refused.clone().text());
  assert.match(await refused.text(), /certificate is not good/);
  await careful.stop();
  secure.closeAllConnections();
  await new Promise((resolve) => secure.close(resolve));
});

const node = (id, role, name, more = {}) => ({ nodeId: String(id), ignored: false, role: { type: 'role', value: role }, name: { type: 'computedString', value: name }, backendDOMNodeId: id, childIds: [], ...more });
const tree = (base, title = 'Go') => ({ rootFrameId: `F${base}`, frames: [{ frameId: `F${base}`, axNodes: [node(base, 'RootWebArea', 'Page', { childIds: [String(base + 1)] }), node(base + 1, 'button', title)] }] });
const lookup = { method: 'act', sessionId: 's', url: 'http://h/p?b=2&a=1', cdpTree: tree(10), data: { input: 'click', options: { variables: { name: 'alpha-secret' }, timeout: 5 } } };
const cache = async (what, body) => (await (await call(daemon, 'POST', `/v1/cache/${what}`, { body })).json()).data;

test('the cache tells what was stored for the same page and question, whatever its numbers', async () => {
  const first = await cache('get', lookup);
  assert.equal(first.hit, false);
  assert.equal(first.missReason, 'not_found');
  const stored = await cache('set', { ...lookup, value: [{ selector: '/button', arguments: ['%name%'] }], llmUsage: { inputTokens: 5, outputTokens: 2 } });
  assert.deepEqual(stored, { cacheKey: first.cacheKey, written: true });
  const same = { ...lookup, sessionId: 'other', url: 'http://h/p?a=1&b=2', cdpTree: tree(70), data: { options: { variables: { name: 'beta-secret' }, timeout: 9 }, input: 'click' } };
  const found = await cache('get', same);
  assert.equal(found.hit, true, JSON.stringify(found));
  assert.deepEqual(found.value, [{ selector: '/button', arguments: ['%name%'] }]);
  assert.deepEqual(found.tokensSaved, { input: 5, output: 2, total: 7 });
  assert.equal(found.hitCount, 2);
  const strict = await cache('get', { ...same, data: { ...same.data, options: { ...same.data.options, cacheThreshold: 10 } } });
  assert.deepEqual([strict.hit, strict.missReason, strict.threshold, strict.hitCount], [false, 'threshold', 10, 3]);
  for (const other of [{ ...lookup, cdpTree: tree(10, 'Stop') }, { ...lookup, method: 'observe' }, { ...lookup, url: 'http://h/q' }, { ...lookup, data: { input: 'press' } }])
    assert.equal((await cache('get', other)).hit, false);
});

test('what must not be kept is not', async () => {
  const secret = await cache('set', { ...lookup, url: 'http://h/secret', value: [{ arguments: ['alpha-secret'] }] });
  assert.deepEqual([secret.written, secret.skippedReason], [false, 'variables']);
  assert.equal((await cache('set', { ...lookup, value: [] })).skippedReason, 'empty_array');
  const pictured = { ...lookup, method: 'extract', data: { instruction: 'x', options: { screenshot: true } } };
  assert.equal((await cache('set', { ...pictured, value: { a: 1 } })).skippedReason, 'screenshot');
  assert.equal((await call(daemon, 'POST', '/v1/cache/set', { body: lookup })).status, 400);
  assert.equal((await call(daemon, 'POST', '/v1/cache/get', { body: { ...lookup, cdpTree: 7 } })).status, 400);
  const database = await readFile(path.join(daemon.data, 'greenroom.db-wal')).catch(() => Buffer.alloc(0));
  assert.ok(!database.includes('alpha-secret') && !database.includes('beta-secret'));
});

test('a cache with little room drops what was not used the longest', async () => {
  const small = await Daemon.start({ browser: { pool_size: 0 }, model: { cache_size: '64KiB' } });
  const put = (number) => call(small, 'POST', '/v1/cache/set', { body: { ...lookup, url: `http://h/${number}`, value: { text: 'x'.repeat(10_000) } } });
  for (let number = 0; number < 20; number++) assert.equal((await put(number)).status, 200);
  const has = async (number) => (await (await call(small, 'POST', '/v1/cache/get', { body: { ...lookup, url: `http://h/${number}` } })).json()).data.hit;
  assert.equal(await has(0), false);
  assert.equal(await has(19), true);
  await until('done', () => true);
  await small.stop();
});

// What is refused, and how: the statuses and bodies that the SDK's error classes promise.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import Browserbase from '@browserbasehq/sdk';

import { assertErrorBody, call, connectPlaywright, createWhenRoom, rejectionOf, release, sdkFor } from '../support/client.mjs';
import { useDaemon } from '../support/daemon.mjs';
import { nobody, notServed, operationsOf, served } from '../support/operations.mjs';

const held = await useDaemon({ limits: { sessions: 2 } });
let sdk;

before(() => {
  sdk = sdkFor(held.daemon);
});

test('bad JSON is 400', async () => {
  for (const body of ['{"timeout": ', '[1, 2', 'not json', '"text"', '[]', '\u0000']) {
    await assertErrorBody(await call(held.daemon, 'POST', '/v1/sessions', { body }), 400);
  }
});

test('wrong types and values out of range are 400 and say which', async () => {
  const wrong = {
    timeout: [{ timeout: '60' }, { timeout: 59 }, { timeout: 21_601 }, { timeout: 60.5 }, { timeout: -1 }],
    keepAlive: [{ keepAlive: 'yes' }, { keepAlive: 1 }],
    region: [{ region: 'moon-1' }, { region: 7 }],
    userMetadata: [{ userMetadata: 'text' }, { userMetadata: { long: 'x'.repeat(512) } }],
    browserSettings: [{ browserSettings: 7 }],
    viewport: [{ browserSettings: { viewport: { width: 'wide' } } }, { browserSettings: { viewport: { width: -5, height: 5 } } }],
    recordSession: [{ browserSettings: { recordSession: 'no' } }],
  };
  for (const [field, bodies] of Object.entries(wrong)) {
    for (const body of bodies) {
      const response = await call(held.daemon, 'POST', '/v1/sessions', { body });
      const answer = await assertErrorBody(response, 400);
      assert.ok(answer.message.includes(field), `"${answer.message}" names ${field} (${JSON.stringify(body)})`);
    }
  }
  assert.deepEqual((await sdk.sessions.list({ status: 'RUNNING' })).length, 0, 'no session was made');
});

test('update takes REQUEST_RELEASE and nothing else', async () => {
  const session = await createWhenRoom(sdk, { keepAlive: true });
  for (const body of [{}, { status: 'COMPLETED' }, { status: 5 }]) {
    await assertErrorBody(await call(held.daemon, 'POST', `/v1/sessions/${session.id}`, { body }), 400);
  }
  assert.equal((await sdk.sessions.retrieve(session.id)).status, 'RUNNING');
  await release(sdk, session);
});

test('a bad status or q in a list is 400', async () => {
  for (const query of ['status=running', "q=name:'x'", "q=user_metadata['a", "q=user_metadata['a']:5"]) {
    await assertErrorBody(await call(held.daemon, 'GET', `/v1/sessions?${encodeURI(query)}`), 400);
  }
});

test('an unknown id is 404 everywhere, and a malformed one is never more', async () => {
  const { sessions, projects } = sdk;
  await rejectionOf(sessions.retrieve(nobody), 404);
  await rejectionOf(sessions.update(nobody, { status: 'REQUEST_RELEASE' }), 404);
  await rejectionOf(sessions.debug(nobody), 404);
  await rejectionOf(sessions.logs.list(nobody), 404);
  await rejectionOf(sessions.replays.retrieve(nobody), 404);
  await rejectionOf(sessions.replays.retrievePage(nobody, '0'), 404);
  await rejectionOf(sessions.recording.downloads.list(nobody), 404);
  await rejectionOf(sessions.recording.downloads.create(nobody), 404);
  await rejectionOf(projects.retrieve(nobody), 404);
  for (const id of ['x', '..', '%2e%2e%2f%2e%2e', '..%2f..%2fetc%2fpasswd', 'A'.repeat(300), "';--", '%00']) {
    const response = await call(held.daemon, 'GET', `/v1/sessions/${id}`);
    assert.ok([400, 404].includes(response.status), `${id}: ${response.status}`);
    await response.arrayBuffer();
  }
});

test('a wrong or missing key is 401, and so is one that is nearly right', async () => {
  const wrong = sdkFor(held.daemon, { apiKey: 'bb_live_wrong' });
  assert.ok((await rejectionOf(wrong.sessions.list(), 401)) instanceof Browserbase.AuthenticationError);
  for (const key of [null, held.daemon.key + 'x', held.daemon.key.slice(0, -1), held.daemon.key.toUpperCase()]) {
    await assertErrorBody(await call(held.daemon, 'GET', '/v1/sessions', { key, headers: key ? {} : { 'x-bb-api-key': '' } }), 401);
  }
  await assertErrorBody(await call(held.daemon, 'POST', '/v1/sessions', { key: 'no', body: {} }), 401);
});

test('an ended session: debug 410, its websocket refused, its data still there', async () => {
  const session = await createWhenRoom(sdk, { keepAlive: true });
  await release(sdk, session);
  await rejectionOf(sdk.sessions.debug(session.id), 410);
  await assert.rejects(connectPlaywright(session), /410/, 'the handshake says 410');
  assert.equal((await sdk.sessions.retrieve(session.id)).status, 'COMPLETED');
  assert.ok(Array.isArray(await sdk.sessions.logs.list(session.id)));
});

test('a websocket with a wrong or altered token is refused', async () => {
  const session = await createWhenRoom(sdk, { keepAlive: true });
  const url = new URL(session.connectUrl);
  for (const token of ['', 'x', session.signingKey.slice(0, -2), session.signingKey + 'AA']) {
    url.searchParams.set('signingKey', token);
    await assert.rejects(connectPlaywright({ connectUrl: String(url) }), /40[0134]/, `token "${token.slice(0, 8)}…"`);
  }
  url.searchParams.delete('signingKey');
  await assert.rejects(connectPlaywright({ connectUrl: String(url) }), /40[0134]/);
  await release(sdk, session);
});

test('too many sessions: 429 in words that programs look for, and room again after a release', async () => {
  const first = await createWhenRoom(sdk, { keepAlive: true });
  const second = await createWhenRoom(sdk, { keepAlive: true });
  const error = await rejectionOf(sdk.sessions.create({ keepAlive: true }), 429);
  assert.ok(error instanceof Browserbase.RateLimitError);
  assert.match(error.message, /max concurrent sessions limit/);
  assert.match(error.message, /limit 2/);
  assert.ok(Number(error.headers['retry-after']) <= 60, 'a short retry-after: the SDK honours any');
  await release(sdk, first);
  const third = await createWhenRoom(sdk, { keepAlive: true });
  assert.equal(third.status, 'RUNNING');
  await release(sdk, second);
  await release(sdk, third);
});

test('an empty body with a JSON content type is accepted where the SDK sends it', async () => {
  const response = await call(held.daemon, 'POST', `/v1/sessions/${nobody}/recording/downloads`, {
    headers: { 'content-type': 'application/json' },
  });
  await assertErrorBody(response, 404); // for the id, not 400 for the body
});

test('unknown paths are 404 and wrong verbs 404 or 405, in the same shape', async () => {
  await assertErrorBody(await call(held.daemon, 'GET', '/v1/nothing'), 404);
  const response = await call(held.daemon, 'PUT', '/v1/sessions', { body: {} });
  await assertErrorBody(response, response.status === 405 ? 405 : 404);
});

test('a body over its limit is refused without being read to its end', async () => {
  const response = await call(held.daemon, 'POST', '/v1/sessions', { body: `{"x":"${'y'.repeat(64 << 20)}"}` }).catch((error) => error);
  // The daemon may answer 413 or have closed the connection before the client finished sending.
  assert.ok(response instanceof Error || response.status === 413, `answered ${response.status}`);
  assert.equal((await fetch(`${held.daemon.baseURL}/healthz`)).status, 200);
});

test('every operation of the SDK is either served or known not to be', () => {
  assert.deepEqual(operationsOf(sdk), [...served, ...Object.keys(notServed)].toSorted());
});

test('what is not served answers 501, in the same shape, and is asked once only', async () => {
  const patient = sdkFor(held.daemon, { maxRetries: 2 });
  for (const [name, ask] of Object.entries(notServed)) {
    patient.answers.length = 0;
    const error = await rejectionOf(Promise.resolve(patient).then(ask), 501, name);
    assert.equal(patient.answers.length, 1, `${name}: x-should-retry: false keeps the SDK from asking again`);
    assert.equal(patient.answers[0].headers.get('x-should-retry'), 'false', name);
    assert.equal(error.error?.statusCode, 501, `${name}: ${JSON.stringify(error.error)}`);
    assert.ok(error.error.message.length > 0, name);
  }
});

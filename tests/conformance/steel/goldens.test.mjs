// The golden pairs' requests are what the official client sends, and their answers are what it declares.
// GREENROOM_WRITE_GOLDENS=1 ./node --test steel/goldens.test.mjs writes the requests anew.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import Steel from 'steel-sdk';

import { capture, key, nobody, readPairs, session, startListener, writeRequests } from '../support/pairs.mjs';
import { typeErrors } from '../support/types.mjs';

const listener = await startListener();
after(() => listener.close());
const steel = new Steel({ steelAPIKey: key, baseURL: listener.url, maxRetries: 0 });
const { sessions } = steel;

const asks = [
  { name: 'create', type: 'Session', status: 201, ask: () => sessions.create() },
  { name: 'create with options', type: 'Session', status: 201, ask: () => sessions.create({ timeout: 60_000, dimensions: { width: 900, height: 700 }, userAgent: 'A Player/1.0', useProxy: true, stealthConfig: { humanizeInteractions: true } }) },
  { name: 'create with a wrong value', ask: () => sessions.create({ timeout: 1 }) },
  { name: 'create with what is not served', ask: () => sessions.create({ isSelenium: true }) },
  { name: 'create at the limit', fail: { call: 'create', code: 'limit_reached', detail: '20' }, ask: () => sessions.create() },
  { name: 'retrieve a live one', given: 'running', type: 'Session', ask: () => sessions.retrieve(session) },
  { name: 'retrieve a released one', given: 'ended', type: 'Session', ask: () => sessions.retrieve(session) },
  { name: 'retrieve one that crashed', given: 'ended:browser_crashed', type: 'Session', ask: () => sessions.retrieve(session) },
  { name: 'retrieve an unknown one', ask: () => sessions.retrieve(nobody) },
  { name: 'release', given: 'running', type: 'SessionReleaseResponse', ask: () => sessions.release(session) },
  { name: 'release all', given: 'running', type: 'SessionReleaseAllResponse', ask: () => sessions.releaseAll() },
  { name: 'list', given: 'running', type: 'Sessionslist', ask: () => sessions.list() },
  { name: 'list a page of a status', given: 'running', type: 'Sessionslist', ask: () => sessions.list({ status: 'released', limit: 2, cursorId: session }) },
  { name: 'a context', given: 'running', ask: () => sessions.context(session) },
  { name: 'a scrape', ask: () => steel.scrape({ url: 'https://a.example' }) },
];

test('the requests are the client\'s own', async () => {
  const captured = await capture(listener, asks);
  if (process.env.GREENROOM_WRITE_GOLDENS) await writeRequests('steel', captured);
  const known = await readPairs('steel');
  assert.deepEqual(known.map(({ calls, response, ...pair }) => pair), captured);
});

test('the answers fit its declarations', async () => {
  const pairs = await readPairs('steel');
  const typed = asks.filter(({ type }) => type).map((ask) => ({ ...ask, pair: pairs.find(({ name }) => name === ask.name) }));
  for (const { pair, status = 200 } of typed) assert.equal(pair.response.status, status, pair.name);
  assert.deepEqual(await typeErrors(typed.map(({ type, pair }) => ({ type, from: 'steel-sdk/resources/sessions/sessions', value: pair.response.body }))), []);
});

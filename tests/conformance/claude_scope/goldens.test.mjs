// The golden pairs' requests are what the contract describes, and their answers have its shapes; no daemon.
// GREENROOM_WRITE_GOLDENS=1 ./node --test claude_scope/goldens.test.mjs writes the requests anew.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { capture, key, readPairs, session, startListener, writeRequests } from '../support/pairs.mjs';
import { ask, assertShape } from './client.mjs';

const listener = await startListener();
after(() => listener.close());
const daemon = { key, baseURL: listener.url };
const of = (method, path, body, more) => () => ask(daemon, method, path, { body, ...more });
const recorded = '/sessions/sess_RECORDED';
const own = '/sessions/sess_OWNNOTES';

const asks = [
  { name: 'create', shape: 'session', ask: of('POST', '/sessions', { title: 'A story' }) },
  { name: 'create with everything', shape: 'session', ask: of('POST', '/sessions', { title: 'A story', agentTarget: 'CURSOR', frameCount: 2, urlCount: 1, prompt: 'Look at this' }) },
  { name: 'create with nothing', ask: of('POST', '/sessions', {}) },
  { name: 'create with wrong values', ask: of('POST', '/sessions', { title: '', agentTarget: 'codex', frameCount: -1, urlCount: 1.5, seedUrl: 'http://a.example' }) },
  { name: 'create with broken JSON', ask: of('POST', '/sessions', '{') },
  { name: 'list', given: 'recorded', ask: of('GET', '/sessions') },
  { name: 'list of one', given: 'recorded', ask: of('GET', '/sessions?limit=1') },
  { name: 'list of too many', given: 'recorded', ask: of('GET', '/sessions?limit=101') },
  { name: 'list of nothing', ask: of('GET', '/sessions') },
  { name: 'stats', given: 'recorded', shape: 'stats', ask: of('GET', '/sessions/stats') },
  { name: 'stats of nothing', shape: 'stats', ask: of('GET', '/sessions/stats') },
  { name: 'get one that runs', given: 'running', shape: 'whole', ask: of('GET', recorded) },
  { name: 'get a recorded one', given: 'recorded', shape: 'whole', ask: of('GET', recorded) },
  { name: 'get one by its browser session', given: 'recorded', shape: 'whole', ask: of('GET', `/sessions/${session}`) },
  { name: 'get one of which nothing was recorded', given: 'ended:browser_crashed', shape: 'whole', ask: of('GET', recorded) },
  { name: 'get an own one', given: 'recorded', shape: 'whole', ask: of('GET', own) },
  { name: 'get an unknown one', given: 'recorded', ask: of('GET', '/sessions/sess_UNKNOWN1') },
  { name: 'status of one that runs', given: 'running', shape: 'status', ask: of('GET', `${recorded}/status`) },
  { name: 'status of a recorded one', given: 'recorded', shape: 'status', ask: of('GET', `${recorded}/status`) },
  { name: 'status of an own one', given: 'recorded', shape: 'status', ask: of('GET', `${own}/status`) },
  { name: 'rename a recorded one', given: 'recorded', shape: 'session', ask: of('PATCH', recorded, { title: 'Better', notes: 'See the end' }) },
  { name: 'change what was measured', given: 'recorded', ask: of('PATCH', recorded, { title: 'Better', duration: 7 }) },
  { name: 'change an own one', given: 'recorded', shape: 'session', ask: of('PATCH', own, { status: 'complete', duration: 12, urls: ['https://a.example/', 'https://a.example/'], processingTime: 900, prompt: 'Do it' }) },
  { name: 'change with an unknown key', given: 'recorded', ask: of('PATCH', own, { colour: 'red' }) },
  { name: 'delete a recorded one', given: 'recorded', ask: of('DELETE', recorded) },
  { name: 'delete one that runs', given: 'running', ask: of('DELETE', recorded) },
  { name: 'delete an unknown one', given: 'running', ask: of('DELETE', '/sessions/sess_UNKNOWN1') },
  { name: 'settings', shape: 'settings', ask: of('GET', '/settings') },
  { name: 'change settings', shape: 'settings', ask: of('PATCH', '/settings', { defaultAgent: 'RAW', includeRawDiff: true, maxRecordingLength: 300 }) },
  { name: 'settings out of bounds', ask: of('PATCH', '/settings', { maxRecordingLength: 4, theme: 'dark' }) },
  { name: 'me', ask: of('GET', '/auth/me') },
  { name: 'health', ask: of('GET', '/health', undefined, { key: '' }) },
  { name: 'without a key', ask: of('GET', '/sessions', undefined, { key: '' }) },
  { name: 'a prompt', given: 'recorded', ask: of('POST', `${recorded}/generate-prompt`, {}) },
  { name: 'credentials', ask: of('GET', '/credentials') },
  { name: 'an asset', ask: of('GET', '/assets/ast_0123abcd') },
  { name: 'what is not there', ask: of('GET', '/frames') },
];

test('the requests are those of the contract', async () => {
  const captured = await capture(listener, asks);
  if (process.env.GREENROOM_WRITE_GOLDENS) await writeRequests('claude_scope', captured);
  const known = await readPairs('claude_scope');
  assert.deepEqual(known.map(({ calls, response, ...pair }) => pair), captured);
});

test('the answers have its shapes', async () => {
  const pairs = await readPairs('claude_scope');
  for (const { name, shape } of asks) {
    const { status, body } = pairs.find((pair) => pair.name === name).response;
    if (shape) assertShape(shape, body);
    if (status < 400) continue;
    assert.equal(body.statusCode, status, name);
    assert.equal(Array.isArray(body.message) || typeof body.message === 'string', true, name);
  }
  for (const name of ['list', 'list of one'])
    for (const item of pairs.find((pair) => pair.name === name).response.body) assertShape('entry', item);
});

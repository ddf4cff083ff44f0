// Records of one's own, settings and refusals, over HTTP as the contract describes it; and a daemon that starts again.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { Daemon } from '../support/daemon.mjs';
import { answerOf, ask, assertRefusal, assertShape, prefix } from './client.mjs';

let daemon = await Daemon.start();
after(() => daemon.stop());

const json = (method, path, body, status) => answerOf(ask(daemon, method, path, { body }), status);
const create = async (body) => assertShape('session', await json('POST', '/sessions', body, 201));
const remove = async (id) => {
  const response = await ask(daemon, 'DELETE', `/sessions/${id}`);
  assert.equal(response.status, 204);
  assert.equal(await response.text(), '');
};
const ids = async (query = '') => (await json('GET', `/sessions${query}`)).map(({ id }) => id);

test('a record of one\'s own: made, read, changed, deleted', async () => {
  const made = await create({ title: 'Träume', agentTarget: 'CODEX', frameCount: 3, urlCount: 2 });
  assert.deepEqual([made.title, made.agentTarget, made.frameCount, made.urlCount], ['Träume', 'CODEX', 3, 2]);
  assert.deepEqual([made.status, made.seedUrl, made.prompt, made.promptStatus, made.processingStatus], ['processing', null, '', 'not_started', null]);
  const { frames, analysis, ...same } = assertShape('whole', await json('GET', `/sessions/${made.id}`));
  assert.deepEqual([same, frames, analysis], [made, [], null]);
  const open = assertShape('status', await json('GET', `/sessions/${made.id}/status`));
  assert.deepEqual(open, { sessionId: made.id, sessionStatus: 'processing', processingStatus: null, processingTime: 0, lastError: null });

  const urls = ['https://a.example/', 'https://b.example/', 'https://a.example/'];
  const change = { status: 'complete', duration: 61, urls, prompt: 'Mend it', processingTime: 1500, notes: 'n', title: 'Dreams', urlCount: null };
  const changed = assertShape('session', await json('PATCH', `/sessions/${made.id}`, change));
  assert.deepEqual([changed.status, changed.duration, changed.urls, changed.prompt, changed.processingTime, changed.notes, changed.title], ['complete', 61, urls, 'Mend it', 1500, 'n', 'Dreams']);
  assert.deepEqual([changed.urlCount, changed.agentTarget, changed.promptStatus], [2, 'CODEX', 'complete'], 'what was not named stays');
  assert.equal(changed.createdAt, made.createdAt);
  assert.ok(changed.updatedAt > made.updatedAt);
  const done = assertShape('status', await json('GET', `/sessions/${made.id}/status`));
  assert.deepEqual([done.sessionStatus, done.processingStatus.overallStage, done.processingTime], ['complete', 'complete', 1500]);

  await remove(made.id);
  for (const [method, path] of [['GET', ''], ['GET', '/status'], ['DELETE', ''], ['PATCH', '']])
    await assertRefusal(ask(daemon, method, `/sessions/${made.id}${path}`, method === 'PATCH' ? { body: {} } : {}), 404, 'Session not found');
});

test('the list: the last updated first, a plain array, limited', async () => {
  const made = [];
  for (const title of ['one', 'two', 'three']) made.push((await create({ title })).id);
  assert.deepEqual(await ids(), made.toReversed());
  await json('PATCH', `/sessions/${made[0]}`, { title: 'one again' });
  assert.deepEqual(await ids(), [made[0], made[2], made[1]]);
  assert.deepEqual(await ids('?limit=2'), [made[0], made[2]]);
  assert.deepEqual(await ids('?limit=100'), [made[0], made[2], made[1]]);
  for (const entry of await json('GET', '/sessions')) assertShape('entry', entry);
  await assertRefusal(ask(daemon, 'GET', '/sessions?limit=0'), 400, ['limit must not be less than 1']);
  await assertRefusal(ask(daemon, 'GET', '/sessions?limit=101'), 400, ['limit must not be greater than 100']);
  await assertRefusal(ask(daemon, 'GET', '/sessions?limit=all'), 400, ['limit must be an integer number']);
  for (const id of made) await remove(id);
  assert.deepEqual(await ids(), []);
});

test('stats are of completed ones', async () => {
  const stats = async () => assertShape('stats', await json('GET', '/sessions/stats'));
  assert.deepEqual(await stats(), { totalSessions: 0, completedSessions: 0, totalDuration: 0, avgProcessingTime: 0 });
  const made = [];
  for (const title of ['one', 'two', 'three']) made.push((await create({ title })).id);
  await json('PATCH', `/sessions/${made[0]}`, { status: 'complete', duration: 10, processingTime: 3 });
  await json('PATCH', `/sessions/${made[1]}`, { status: 'complete', duration: 5, processingTime: 4 });
  await json('PATCH', `/sessions/${made[2]}`, { status: 'error', duration: 100, processingTime: 100 });
  assert.deepEqual(await stats(), { totalSessions: 3, completedSessions: 2, totalDuration: 15, avgProcessingTime: 4 });
  for (const id of made) await remove(id);
});

test('refusals: every broken rule at once, in the framework\'s words', async () => {
  const broken = { title: 7, agentTarget: 'codex', frameCount: -1, urlCount: 'two', seedUrl: 'http://a.example' };
  await assertRefusal(ask(daemon, 'POST', '/sessions', { body: broken }), 400, [
    'property seedUrl should not exist',
    'title must be a string',
    'agentTarget must be one of the following values: CLAUDE_CODE, CODEX, CURSOR, RAW',
    'frameCount must not be less than 0',
    'urlCount must be an integer number',
  ]);
  await assertRefusal(ask(daemon, 'POST', '/sessions', { body: { title: 'x'.repeat(501) } }), 400, ['title must be shorter than or equal to 500 characters']);
  await assertRefusal(ask(daemon, 'POST', '/sessions', { body: '{' }), 400, 'body is not valid JSON');
  await assertRefusal(ask(daemon, 'PATCH', '/settings', { body: { maxRecordingLength: 4 } }), 400, ['maxRecordingLength must not be less than 5']);
  for (const key of ['', 'wrong'])
    assert.deepEqual(await assertRefusal(ask(daemon, 'GET', '/sessions', { key }), 401), { statusCode: 401, message: 'Unauthorized' });
  await assertRefusal(ask(daemon, 'GET', '/sessions/sess_AAAA0000'), 404, 'Session not found');
  await assertRefusal(ask(daemon, 'GET', '/sessions/..%2f..%2fetc'), 404);
  await assertRefusal(ask(daemon, 'GET', '/frames'), 404);
  assert.deepEqual(await ids(), [], 'nothing was made');
});

test('what does not exist yet says so', async () => {
  for (const [method, path] of [
    ['POST', '/sessions/sess_AAAA0000/generate-prompt'], ['GET', '/assets/ast_0123abcd'], ['GET', '/credentials'],
    ['POST', '/credentials'], ['PATCH', '/credentials/cred_AAAA0000'], ['DELETE', '/credentials/cred_AAAA0000'],
  ])
    await assertRefusal(ask(daemon, method, path, method === 'GET' ? {} : { body: {} }), 501, /is not served by this version/);
  // A small body is read, a large one is not.
  for (const size of [1_000, 20_000_000]) {
    const body = new FormData();
    body.set('file', new Blob([new Uint8Array(size)], { type: 'video/webm' }), 'a.webm');
    body.set('title', 'An upload');
    await assertRefusal(ask(daemon, 'POST', '/recordings', { body }), 501, `POST ${prefix}/recordings is not served by this version of Greenroom`);
  }
});

test('at the root a bearer token leads here, health needs none, and me is somebody', async () => {
  assert.deepEqual(await answerOf(ask(daemon, 'GET', '/api/sessions', { base: '' })), []);
  assert.deepEqual(await answerOf(ask(daemon, 'GET', '/health', { key: '' })), { status: 'ok' });
  const me = await json('GET', '/auth/me');
  const made = await create({ title: 'whose' });
  assert.equal(made.userId, me.id);
  await remove(made.id);
});

test('a daemon that starts again has kept it all', async () => {
  const settings = assertShape('settings', await json('GET', '/settings'));
  assert.deepEqual(settings, { defaultAgent: 'CLAUDE_CODE', includeScreenshots: true, inlineAriaTree: true, includeRawDiff: false, maxRecordingLength: 30 });
  const preferred = { defaultAgent: 'RAW', includeRawDiff: true, maxRecordingLength: 300 };
  assert.deepEqual(await json('PATCH', '/settings', preferred), { ...settings, ...preferred });
  const made = await create({ title: 'to stay' });
  assert.equal(made.agentTarget, 'RAW', 'as is preferred');
  const changed = await json('PATCH', `/sessions/${made.id}`, { notes: 'kept', status: 'complete' });
  const { home } = daemon;
  await daemon.stop({ keepHome: true });
  daemon = await Daemon.start({}, { home });
  const { frames, analysis, ...again } = await json('GET', `/sessions/${made.id}`);
  assert.deepEqual(again, changed);
  assert.deepEqual(await json('GET', '/settings'), { ...settings, ...preferred });
  assert.deepEqual(await ids(), [made.id]);
});

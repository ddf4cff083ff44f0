// Browser sessions that another API made and recorded, as sessions here: while they run, afterwards, and over a restart.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { call, connectPlaywright, release, sdkFor } from '../support/client.mjs';
import { Daemon } from '../support/daemon.mjs';
import { startSite } from '../support/site.mjs';
import { pause, until } from '../support/wait.mjs';
import { answerOf, ask, assertRefusal, assertShape } from './client.mjs';

let daemon = await Daemon.start({ limits: { sessions: 4 } });
let site;
before(async () => (site = await startSite()));
after(async () => {
  await site.close();
  await daemon.stop();
});

const get = async (id) => assertShape('whole', await answerOf(ask(daemon, 'GET', `/sessions/${id}`)));
const list = async () => {
  const entries = await answerOf(ask(daemon, 'GET', '/sessions'));
  for (const entry of entries) assertShape('entry', entry);
  return entries;
};
const patch = (id, body, status) => answerOf(ask(daemon, 'PATCH', `/sessions/${id}`, { body }), status);
const complete = (id) => until('it is complete', async () => (await get(id)).status === 'complete', 30_000);

/** A session that showed a page for a while and has ended. */
async function record(sdk, name, params = {}) {
  const session = await sdk.sessions.create(params);
  const browser = await connectPlaywright(session);
  await browser.contexts()[0].pages()[0].goto(`${site.url}/stage/named?name=${name}`);
  await pause(1_500);
  await browser.close();
  await release(sdk, session);
  return session.id;
}

test('a session of another API: seen while it runs, complete afterwards, the same after a restart', async () => {
  const sdk = sdkFor(daemon);
  const session = await sdk.sessions.create({ keepAlive: true });
  const [entry] = await list();
  assert.deepEqual([entry.status, entry.duration, entry.urls, entry.seedUrl], ['processing', 0, [], null]);
  assert.equal((await get(session.id)).id, entry.id, 'its own id leads to the same');

  const browser = await connectPlaywright(session);
  const page = browser.contexts()[0].pages()[0];
  const first = `${site.url}/stage/named?name=curtain`;
  await page.goto(first);
  await page.evaluate(() => history.pushState({}, '', '#act-one'));
  const second = `${site.url}/stage/named?name=encore`;
  await page.goto(second);
  await page.goto(first);
  await until('what it does is seen at once', async () => (await get(entry.id)).urls.length === 3, 10_000);
  const running = await get(entry.id);
  assert.deepEqual([running.title, running.seedUrl, running.urls, running.urlCount], ['curtain', first, [first, `${first}#act-one`, second], 3]);
  const open = assertShape('status', await answerOf(ask(daemon, 'GET', `/sessions/${entry.id}/status`)));
  assert.deepEqual([open.sessionStatus, open.processingStatus.overallStage, open.processingStatus.frameExtraction.status], ['processing', 'uploading', 'pending']);
  await assertRefusal(ask(daemon, 'DELETE', `/sessions/${entry.id}`), 409, /has not ended/);
  assert.equal((await sdk.sessions.retrieve(session.id)).status, 'RUNNING', 'and it still runs');
  await pause(1_500);
  await browser.close();
  await release(sdk, session);

  await complete(entry.id);
  const over = await get(entry.id);
  assert.ok(over.duration >= 1 && over.duration < 60, `${over.duration} s`);
  assert.deepEqual([over.title, over.urls, over.lastError, over.frames], ['curtain', running.urls, null, []]);
  const status = assertShape('status', await answerOf(ask(daemon, 'GET', `/sessions/${entry.id}/status`)));
  assert.deepEqual([status.sessionStatus, status.processingStatus.overallStage], ['complete', 'complete']);
  const stats = await answerOf(ask(daemon, 'GET', '/sessions/stats'));
  assert.deepEqual([stats.totalSessions, stats.completedSessions, stats.totalDuration], [1, 1, over.duration]);

  const renamed = assertShape('session', await patch(entry.id, { title: 'The curtain', notes: 'Look at the end', agentTarget: 'CURSOR', prompt: 'Do' }));
  assert.ok(renamed.updatedAt > over.updatedAt);
  const told = await patch(entry.id, { duration: 7, status: 'error' }, 400);
  assert.deepEqual(told.message, ['status follows from the recording', 'duration follows from the recording']);
  const kept = await get(entry.id);
  assert.deepEqual([kept.title, kept.notes, kept.agentTarget, kept.prompt, kept.duration], ['The curtain', 'Look at the end', 'CURSOR', 'Do', over.duration]);

  const { home } = daemon;
  await daemon.stop({ keepHome: true });
  daemon = await Daemon.start({ limits: { sessions: 4 } }, { home });
  assert.deepEqual(await get(entry.id), kept);
  assert.deepEqual((await list()).map(({ id }) => id), [entry.id]);
});

test('what its maker wrote beside it is its title; what was not recorded is not there', async () => {
  const sdk = sdkFor(daemon);
  const known = (await list()).length;
  const silent = await record(sdk, 'silent', { browserSettings: { recordSession: false } });
  await assertRefusal(ask(daemon, 'GET', `/sessions/${silent}`), 404, 'Session not found');
  assert.equal((await list()).length, known);
  const named = await record(sdk, 'named', { userMetadata: { title: 'Checkout fails', notes: 'since Monday' } });
  await complete(named);
  const seen = await get(named);
  assert.deepEqual([seen.title, seen.notes], ['Checkout fails', 'since Monday']);
});

test('without a log there are no addresses, and the recording is all the same', async () => {
  const quiet = await record(sdkFor(daemon), 'quiet', { browserSettings: { logSession: false } });
  await complete(quiet);
  const seen = await get(quiet);
  assert.deepEqual([seen.urls, seen.seedUrl, seen.title], [[], null, `Session ${seen.id}`]);
  assert.ok(seen.duration >= 1);
});

test('a deleted one is gone from every API', async () => {
  const sdk = sdkFor(daemon);
  const id = await record(sdk, 'to-go');
  await complete(id);
  const { id: alias } = await get(id);
  const response = await ask(daemon, 'DELETE', `/sessions/${alias}`);
  assert.equal(response.status, 204, await response.text());
  await assertRefusal(ask(daemon, 'GET', `/sessions/${alias}`), 404, 'Session not found');
  assert.equal((await call(daemon, 'GET', `/v1/sessions/${id}`)).status, 404);
  assert.ok(!(await list()).some((entry) => entry.id === alias));
});

test('a daemon that was killed: the session is closed, under the same id, with what was recorded of it', async () => {
  const session = await sdkFor(daemon).sessions.create();
  const browser = await connectPlaywright(session);
  await browser.contexts()[0].pages()[0].goto(`${site.url}/stage/named?name=interrupted`);
  const { id } = await get(session.id);
  await until('its title is written down', async () => (await get(id)).title === 'interrupted', 10_000);
  await pause(2_500);
  const { home } = daemon;
  await daemon.kill9();
  await browser.close().catch(() => {});
  daemon = await Daemon.start({ limits: { sessions: 4 } }, { home });
  await complete(id);
  const seen = await get(session.id);
  assert.deepEqual([seen.id, seen.title, seen.lastError], [id, 'interrupted', 'lost_on_restart']);
  assert.ok(seen.duration >= 1);
});

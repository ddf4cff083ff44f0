// Notte's replay, as its clients and players use it; its idle clock; what is not served.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

import * as sdk from 'notte-sdk';
import { sessionReplay, sessionStart, sessionStop } from 'notte-sdk';

import { useDaemon } from '../support/daemon.mjs';
import { startSite } from '../support/site.mjs';
import { typeErrors } from '../support/types.mjs';
import { assertColour, colourAt, download, parsePlaylist, probe } from '../support/video.mjs';
import { pause, until } from '../support/wait.mjs';
import { assertError, assertErrorBody, call, clientFor, connectPlaywright, nobody } from './client.mjs';

const held = await useDaemon({ limits: { sessions: 4 } });
const notte = clientFor(held.daemon);
const client = notte.getClient();
const story = {};

before(async () => {
  story.site = await startSite();
  story.folder = await mkdtemp(path.join(tmpdir(), 'greenroom-video-'));
});
after(async () => {
  await story.site.close();
  await rm(story.folder, { recursive: true, force: true });
});

test('while the session runs: 404, and the words that clients look for', async () => {
  const { data } = await sessionStart({ client, body: {} });
  story.path = { session_id: data.session_id };
  const browser = await connectPlaywright(data.cdp_url);
  const page = browser.contexts()[0].pages()[0];
  await page.goto(`${story.site.url}/stage/colour`);
  await page.evaluate("show('rgb(0, 0, 255)')");
  const { error, response } = await sessionReplay({ client, path: story.path });
  assert.equal(response.status, 404);
  assertError(error, 404);
  assert.match(error.message, /still active/);
  assert.deepEqual([error.replay_status, error.retryable, error.session_id], ['waiting_for_session', true, data.session_id]);
  await pause(2_500);
  await browser.close();
});

test('behind the stop it is there, for clients that do not ask twice', async () => {
  await sessionStop({ client, path: story.path });
  const { data, error } = await sessionReplay({ client, path: story.path });
  assert.ok(data, JSON.stringify(error));
  assert.deepEqual(await typeErrors([{ type: 'ReplayResponse', from: 'notte-sdk', value: data }]), []);
  assert.ok(Number.isInteger(data.video_start_ms) && data.video_start_ms >= 0 && data.video_start_ms < 10_000);
  assert.ok(Number.isInteger(data.video_duration_ms) && data.video_duration_ms > 2_000);
  const expires = Date.parse(data.expires_at);
  assert.ok(expires > Date.now() + 3_600_000);
  for (const url of data.playlist_content.match(/https?:\/\/[^\s"]+/g)) assert.ok(!url.includes(held.daemon.key), 'no key in a link');
  const playlist = parsePlaylist(data.playlist_content);
  assert.ok(playlist.ended && playlist.segments.length > 0);
  const file = await download(data.playlist_content, story.folder);
  const facts = await probe(file);
  assert.equal(facts.codec, 'h264');
  assert.deepEqual([facts.width, facts.height], [1280, 1080]);
  const response = await fetch(data.mp4_url);
  assert.equal(response.status, 200, 'exactly, and without a key');
  const video = path.join(story.folder, 'replay.mp4');
  await writeFile(video, Buffer.from(await response.arrayBuffer()));
  const whole = await probe(video);
  assert.ok(Math.abs(whole.duration * 1000 - data.video_duration_ms) < 500, `${whole.duration} s and ${data.video_duration_ms} ms`);
  assertColour(await colourAt(video, whole.duration - 0.5), [0, 0, 255], 'its end');
});

test('of a session that nothing was recorded of: 410', async () => {
  const created = await call(held.daemon, 'POST', '/v1/sessions', { key: null, headers: { 'x-bb-api-key': held.daemon.key }, body: { browserSettings: { recordSession: false } } });
  const { id } = await created.json();
  const seen = await (await call(held.daemon, 'GET', `/sessions/${id}`)).json();
  assert.equal(seen.status, 'active', 'a session of another API is the same session');
  await sessionStop({ client, path: { session_id: id } });
  const { error, response } = await sessionReplay({ client, path: { session_id: id } });
  assert.equal(response.status, 410);
  assertError(error, 410);
  assert.deepEqual([error.replay_status, error.retryable], ['unavailable', false]);
});

test('what is not served is refused in the same shape', async () => {
  const path = Object.fromEntries(['session_id', 'agent_id', 'profile_id', 'vault_id', 'persona_id', 'function_id', 'run_id', 'filename'].map((name) => [name, nobody]));
  const served = new Set(['sessionStart', 'sessionStatus', 'sessionStop', 'listSessions', 'sessionReplay', 'sessionDebugInfo', 'sessionOffset', 'sessionCookiesGet', 'sessionCookiesSet', 'pageScreenshot', 'profileCreate', 'profileGet', 'profileDelete', 'profileList', 'healthCheck', 'fileUpload', 'fileListUploads', 'fileDownload', 'fileListDownloads', 'fileUploadDownloadedFile']);
  const operations = Object.entries(sdk).filter(([name, value]) => typeof value === 'function' && /^[a-z]/.test(name) && !['createClient', 'default'].includes(name));
  let refused = 0;
  for (const [name, operation] of operations) {
    if (served.has(name)) continue;
    // Only some take a body, and the others must not have one.
    const outcome = await operation({ client, path, body: {} }).catch(() => operation({ client, path }));
    // One of them streams: it has no answer to look at here.
    if (!outcome.response) continue;
    assert.equal(outcome.response.status, 501, `${name}: ${JSON.stringify(outcome.error)}`);
    assertError(outcome.error, 501, name);
    refused += 1;
  }
  assert.ok(refused >= 46, `${refused} of ${operations.length} operations were refused`);
  for (const [method, address] of [['GET', '/secrets'], ['POST', '/search'], ['GET', '/functions/']]) await assertErrorBody(await call(held.daemon, method, address), 501, address);
});

test('the idle clock runs though nobody is connected, and any use sets it back', async () => {
  const { data } = await sessionStart({ client, body: { idle_timeout_minutes: 1, max_duration_minutes: 1 } });
  const first = Date.parse(data.last_accessed_at);
  await pause(20);
  await call(held.daemon, 'GET', `/sessions/${data.session_id}/cookies?update_metadata=False`);
  const before = await (await call(held.daemon, 'GET', `/sessions/${data.session_id}`)).json();
  assert.ok(Date.parse(before.last_accessed_at) - first < 20_000);
  await call(held.daemon, 'GET', `/sessions/${data.session_id}/cookies`);
  const after = await (await call(held.daemon, 'GET', `/sessions/${data.session_id}`)).json();
  assert.ok(Date.parse(after.last_accessed_at) > Date.parse(before.last_accessed_at), 'a use is noted');
  await sessionStop({ client, path: { session_id: data.session_id } });
});

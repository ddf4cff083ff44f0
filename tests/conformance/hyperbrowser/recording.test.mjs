// Hyperbrowser's recordings, HLS, event logs and live page.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { useDaemon } from '../support/daemon.mjs';
import { startSite } from '../support/site.mjs';
import { typeErrors } from '../support/types.mjs';
import { assertColour, colourAt, parsePlaylist, probe } from '../support/video.mjs';
import { pause, until } from '../support/wait.mjs';
import { call, connectPlaywright, nobody, rejectionOf, sdkFor, types } from './client.mjs';

const held = await useDaemon({ limits: { sessions: 6 } });
const captured = [];
const story = {};
let sdk;

before(async () => {
  sdk = sdkFor(held.daemon);
  story.site = await startSite();
  story.folder = await mkdtemp(path.join(tmpdir(), 'greenroom-video-'));
  story.files = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-disposition': 'attachment; filename="script.bin"' });
    response.end('to be or not to be');
  });
  await new Promise((resolve) => story.files.listen(0, '127.0.0.1', resolve));
});
after(async () => {
  await story.site.close();
  story.files.close();
  await rm(story.folder, { recursive: true, force: true });
});

function typed(type, value) {
  captured.push({ type, from: types, value });
  return value;
}

const player = (session, name, headers = {}) =>
  fetch(`${held.daemon.baseURL}/api/session/${session.id}/${name}`, { headers: { authorization: session.token, origin: 'https://player.example', ...headers } });

test('a session is played, looked at live, and stopped', async () => {
  const session = (story.session = await sdk.sessions.create({ enableVideoWebRecording: true }));
  const browser = await connectPlaywright(`${session.wsEndpoint}&keepAlive=true`);
  const page = browser.contexts()[0].pages()[0];
  await page.goto(`${story.site.url}/stage/colour`);
  await page.evaluate("show('rgb(255, 0, 0)')");
  const video = typed('GetSessionVideoRecordingUrlResponse', await sdk.sessions.getVideoRecordingURL(session.id));
  assert.deepEqual(video, { status: 'in_progress', recordingUrl: null, error: null });
  const picture = await until('the live page has a picture', async () => {
    const url = new URL(session.liveUrl);
    assert.equal((await fetch(`${url}&keepAlive=true`)).headers.get('x-frame-options'), null, 'it may be framed');
    const response = await fetch(`${url.origin}${url.pathname}/picture${url.search}`);
    return response.ok && Buffer.from(await response.arrayBuffer());
  });
  assert.equal(picture.readUInt16BE(0), 0xffd8, 'a JPEG');
  story.download = page.waitForEvent('download', { timeout: 10_000 }).then((download) => download.path(), () => null);
  await page.evaluate((url) => { Object.assign(document.createElement('a'), { href: url }).click(); }, `http://127.0.0.1:${story.files.address().port}/`);
  await story.download;
  await pause(2_500);
  story.target = (await (await page.context().newCDPSession(page)).send('Target.getTargetInfo')).targetInfo.targetId;
  await browser.close();
  await sdk.sessions.stop(session.id);
});

test('the video link needs no header and is an MP4 of what was shown', async () => {
  const { recordingUrl, status } = await until('the video is completed', async () => {
    const answer = await sdk.sessions.getVideoRecordingURL(story.session.id);
    assert.ok(['pending', 'in_progress', 'completed'].includes(answer.status), JSON.stringify(answer));
    return answer.status === 'completed' && typed('GetSessionVideoRecordingUrlResponse', answer);
  });
  assert.equal(status, 'completed');
  assert.ok(!recordingUrl.includes(held.daemon.key));
  const response = await fetch(recordingUrl);
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('accept-ranges'), 'bytes');
  const file = path.join(story.folder, 'video.mp4');
  await writeFile(file, Buffer.from(await response.arrayBuffer()));
  const facts = await probe(file);
  assert.equal(facts.codec, 'h264');
  assert.deepEqual([facts.width, facts.height], [1280, 720]);
  assert.ok(facts.duration > 2.5 && facts.duration < 60, `${facts.duration} s`);
  assertColour(await colourAt(file, facts.duration - 0.5), [255, 0, 0], 'its end');
  const part = await fetch(recordingUrl, { headers: { range: 'bytes=0-99' } });
  assert.equal(part.status, 206);
});

test('the HLS playlist and its segments take the session token, also from pages of other origins', async () => {
  const asked = await fetch(`${held.daemon.baseURL}/api/session/${story.session.id}/video-playlist.m3u8`, {
    method: 'OPTIONS',
    headers: { origin: 'https://player.example', 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization' },
  });
  assert.equal(asked.status, 204);
  assert.equal(asked.headers.get('access-control-allow-origin'), '*');
  assert.match(asked.headers.get('access-control-allow-headers'), /authorization/);
  const response = await player(story.session, 'video-playlist.m3u8');
  const text = await response.text();
  assert.equal(response.status, 200, text);
  assert.equal(response.headers.get('access-control-allow-origin'), '*');
  const playlist = parsePlaylist(text);
  assert.ok(playlist.ended && playlist.segments.length > 0);
  const names = new Set(playlist.segments.flatMap(({ url, init }) => [init, url]));
  const pieces = [];
  for (const name of names) {
    assert.match(path.basename(name), /^[A-Za-z0-9._-]{1,128}\.(m4s|mp4)$/);
    const piece = await player(story.session, name);
    assert.equal(piece.status, 200, name);
    pieces.push(Buffer.from(await piece.arrayBuffer()));
  }
  const file = path.join(story.folder, 'hls.mp4');
  await writeFile(file, Buffer.concat(pieces));
  assert.equal((await probe(file)).codec, 'h264');
  assert.equal((await player(story.session, 'video-playlist.m3u8', { authorization: 'wrong' })).status, 401);
  const other = await sdk.sessions.create();
  assert.equal((await player({ id: story.session.id, token: other.token }, 'video-playlist.m3u8')).status, 403, "another session's token");
  assert.equal((await player(other, 'video-segment/..%2Findex.jsonl')).status, 404);
  await sdk.sessions.stop(other.id);
  const foreign = await fetch(`${held.daemon.baseURL}/api/session`, { method: 'OPTIONS', headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' } });
  assert.equal(foreign.status, 403, 'nothing else is for every origin');
});

test('the pages are recorded as events, which begin with a snapshot', async () => {
  const events = await sdk.sessions.getRecording(story.session.id);
  const kinds = events.map(({ type }) => type);
  assert.ok(kinds.includes(4) && kinds.includes(2), `a meta event and a full snapshot: ${kinds}`);
  assert.ok(events.every(({ timestamp }) => Math.abs(timestamp - Date.now()) < 600_000), 'milliseconds');
  const { status, recordingUrl } = typed('GetSessionRecordingUrlResponse', await sdk.sessions.getRecordingURL(story.session.id));
  assert.equal(status, 'completed');
  assert.deepEqual(await (await fetch(recordingUrl)).json(), events, 'the link needs no header');
});

test('what is not recorded says so, which is no error', async () => {
  const session = await sdk.sessions.create({ enableWebRecording: false, enableVideoWebRecording: false, enableLogCapture: false });
  const none = { status: 'not_enabled', recordingUrl: null, error: null };
  assert.deepEqual(typed('GetSessionVideoRecordingUrlResponse', await sdk.sessions.getVideoRecordingURL(session.id)), none);
  assert.deepEqual(typed('GetSessionRecordingUrlResponse', await sdk.sessions.getRecordingURL(session.id)), none);
  assert.deepEqual(await sdk.sessions.getRecording(session.id), []);
  await sdk.sessions.stop(session.id);
  assert.deepEqual(await sdk.sessions.getVideoRecordingURL(session.id), none);
  await rejectionOf(sdk.sessions.getVideoRecordingURL(nobody), 404);
  await rejectionOf(sdk.sessions.getRecordingURL(nobody), 404);
  await rejectionOf(sdk.sessions.getRecording(nobody), 404);
  assert.equal((await player(session, 'video-playlist.m3u8')).status, 404);
});

test('event logs: downloads, with filters and pages', async () => {
  const { id } = story.session;
  const list = (params) => sdk.sessions.eventLogs.list(id, params);
  const all = typed('SessionEventLogListResponse', await list());
  assert.equal(all.totalCount, 1, JSON.stringify(all));
  const [event] = all.data;
  assert.equal(event.type, 'file_downloaded');
  assert.equal(event.metadata.fileName, 'script.bin');
  assert.equal(event.pageUrl, `${story.site.url}/stage/colour`);
  assert.equal(event.targetId, story.target);
  assert.equal((await list({ types: ['captcha_detected', 'file_downloaded'] })).totalCount, 1);
  assert.equal((await list({ types: ['captcha_detected'] })).totalCount, 0);
  assert.equal((await list({ startTimestamp: event.timestamp, endTimestamp: event.timestamp })).totalCount, 1);
  assert.equal((await list({ startTimestamp: event.timestamp + 1 })).totalCount, 0);
  assert.equal((await list({ targetId: 'another' })).totalCount, 0);
  const beyond = await list({ page: 2, limit: 1 });
  assert.deepEqual([beyond.data.length, beyond.totalCount, beyond.page, beyond.perPage], [0, 1, 2, 1]);
  await rejectionOf(list({ types: ['curtain_call'] }), 400);
  await rejectionOf(sdk.sessions.eventLogs.list(nobody), 404);
  assert.equal((await call(held.daemon, 'GET', `/api/session/${id}/event-logs?startTimestamp=soon`)).status, 400);
});

test("every answer fits the SDK's declarations", async () => {
  assert.ok(captured.length >= 4, `${captured.length} answers were captured`);
  assert.deepEqual(await typeErrors(captured), []);
});

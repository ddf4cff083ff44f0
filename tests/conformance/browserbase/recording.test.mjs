// Recordings under stress: crashes of the encoder and of the daemon, size changes, several sessions.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { call, connectPlaywright, release, sdkFor } from '../support/client.mjs';
import { Daemon, useDaemon } from '../support/daemon.mjs';
import { stillRunning } from '../support/proc.mjs';
import { startSite } from '../support/site.mjs';
import { assertColour, colourAt, download, parsePlaylist, probe } from '../support/video.mjs';
import { pause, until } from '../support/wait.mjs';

const held = await useDaemon({ limits: { sessions: 4 } });
let site;
let folder;

before(async () => {
  site = await startSite();
  folder = await mkdtemp(path.join(tmpdir(), 'greenroom-video-'));
});
after(async () => {
  await site.close();
  await rm(folder, { recursive: true, force: true });
});

/** A session on the colour page: { session, usable (since when), page, browser, show(css, ms) → { from, to } }. */
async function onStage(sdk, params = {}) {
  const session = await sdk.sessions.create({ keepAlive: true, ...params });
  const usable = Date.now();
  const browser = await connectPlaywright(session);
  const page = browser.contexts()[0].pages()[0];
  await page.goto(`${site.url}/stage/colour`);
  const show = async (css, ms) => {
    const from = await page.evaluate((name) => window.show(name), css);
    await pause(ms);
    return { from, to: Date.now() };
  };
  return { session, usable, browser, page, show };
}

const playlistOf = async (sdk, session) => (await sdk.sessions.replays.retrievePage(session.id, '0')).text();
const finished = (sdk, session) => until('the recording is finished', async () => {
  const text = await playlistOf(sdk, session);
  return parsePlaylist(text).ended && text;
}, 20_000);

/** The second of the video that was on show in the middle of `span`. */
function secondOf(playlist, span) {
  const began = parsePlaylist(playlist).segments[0].time;
  assert.ok(began, 'EXT-X-PROGRAM-DATE-TIME ties the video to the clock');
  return ((span.from + span.to) / 2 - began) / 1000;
}

test('a still page is recorded for as long as it stood, to its end', async () => {
  const sdk = sdkFor(held.daemon);
  const { session, usable, browser, show } = await onStage(sdk);
  const blue = await show('blue', 8_000);
  await browser.close();
  const ended = await release(sdk, session);
  const text = await finished(sdk, session);
  const file = await download(text, folder);
  const { duration } = await probe(file);
  const wall = (Date.parse(ended.endedAt) - usable) / 1000;
  assert.ok(Math.abs(duration - wall) <= Math.max(0.02 * wall, 0.3), `${duration} s of ${wall} s`);
  assertColour(await colourAt(file, secondOf(text, blue)), [0, 0, 255], 'blue');
  assertColour(await colourAt(file, duration - 0.3), [0, 0, 255], 'the last picture is held to the end');
});

test('a change of the viewport goes on in the same recording', async () => {
  const sdk = sdkFor(held.daemon);
  const { session, browser, page, show } = await onStage(sdk);
  const before = await show('red', 2_000);
  await page.setViewportSize({ width: 900, height: 500 });
  const small = await show('lime', 2_500);
  await page.setViewportSize({ width: 1280, height: 720 });
  const large = await show('blue', 2_500);
  await browser.close();
  await release(sdk, session);
  const text = await finished(sdk, session);
  const file = await download(text, folder);
  assertColour(await colourAt(file, secondOf(text, before)), [255, 0, 0], 'before');
  assertColour(await colourAt(file, secondOf(text, small)), [0, 255, 0], 'smaller');
  assertColour(await colourAt(file, secondOf(text, large)), [0, 0, 255], 'larger');
});

test('two sessions are recorded apart', async () => {
  const sdk = sdkFor(held.daemon);
  const [one, two] = await Promise.all([onStage(sdk), onStage(sdk)]);
  const spans = await Promise.all([one.show('red', 2_500), two.show('lime', 2_500)]);
  await Promise.all([one.browser.close(), two.browser.close()]);
  await Promise.all([release(sdk, one.session), release(sdk, two.session)]);
  for (const [index, { session }] of [one, two].entries()) {
    const text = await finished(sdk, session);
    const file = await download(text, folder);
    assertColour(await colourAt(file, secondOf(text, spans[index])), [[255, 0, 0], [0, 255, 0]][index], `session ${index}`);
  }
});

test('kill -9 of the daemon: no orphan, the row is closed at the next start, finished segments play', async () => {
  const first = await Daemon.start({ browser: { pool_size: 1 } });
  let tree;
  let text;
  let red;
  let session;
  try {
    const sdk = sdkFor(first);
    const staged = await onStage(sdk);
    session = staged.session;
    red = await staged.show('red', 3_000);
    text = await until('the red second is in a finished segment', async () => {
      const list = await playlistOf(sdk, session);
      const { segments } = parsePlaylist(list);
      const seconds = segments.reduce((sum, segment) => sum + segment.seconds, 0);
      return segments[0]?.time + seconds * 1000 > (red.from + red.to) / 2 && list;
    }, 20_000);
  } finally {
    tree = await first.kill9();
  }
  assert.ok(tree.some(({ command }) => command.includes('--remote-debugging-pipe')));
  await until('browser, display and encoder have followed the daemon', () => stillRunning(tree).length === 0, 10_000).catch(() =>
    assert.deepEqual(stillRunning(tree).map(({ pid, command }) => `${pid} ${command.slice(0, 100)}`), []));
  const second = await Daemon.start({ browser: { pool_size: 1 } }, { home: first.home });
  try {
    const sdk = sdkFor(second);
    const row = await sdk.sessions.retrieve(session.id);
    assert.ok(['ERROR', 'COMPLETED'].includes(row.status), row.status);
    assert.ok(row.endedAt, 'it has an end');
    assert.ok(second.log.some((line) => /lost.on.restart/.test(line) && line.includes(session.id)), 'the log gives the reason');
    const metrics = await (await call(second, 'GET', '/metrics', { headers: { authorization: `Bearer ${second.key}` } })).text();
    assert.match(metrics, /greenroom_sessions_ended_total\{reason="lost_on_restart"\} 1\b/);
    const now = await finished(sdk, session);
    assert.ok(parsePlaylist(now).segments.length >= parsePlaylist(text).segments.length);
    const file = await download(now, folder);
    assertColour(await colourAt(file, secondOf(now, red)), [255, 0, 0], 'the recording of the lost session');
    const fresh = await sdk.sessions.create({});
    assert.equal(fresh.status, 'RUNNING', 'the restarted daemon works');
    await release(sdk, fresh);
  } finally {
    await second.stop();
  }
});

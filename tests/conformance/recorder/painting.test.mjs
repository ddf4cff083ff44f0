// A page without a display that paints on every frame: Greenroom takes screenshots of it instead of Chromium's
// screencast. Clients and the page see nothing of that, and nothing is missing when the painting stops.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { connectPlaywright, release, sdkFor } from '../support/client.mjs';
import { readClock } from '../support/clock.mjs';
import { useDaemon } from '../support/daemon.mjs';
import { startSite } from '../support/site.mjs';
import { assertColour, colourAt, fetchMovie } from '../support/video.mjs';
import { pause, until } from '../support/wait.mjs';

const held = await useDaemon({ browser: { headless: true }, recording: { fps: 10 }, log: { level: 'debug' } });
let sdk;
let site;
let folder;

before(async () => {
  sdk = sdkFor(held.daemon);
  site = await startSite();
  folder = await mkdtemp(path.join(tmpdir(), 'greenroom-painting-'));
});
after(async () => {
  await site.close();
  await rm(folder, { recursive: true, force: true });
});

/** The daemon's words on how it looks at a session's pages, oldest first: 'screenshots', 'screencast', 'no screenshots why=…'. */
const ways = (session) => held.daemon.log.filter((line) => line.includes(session.id))
  .map((line) => / debug (screenshots|screencast|no screenshots) .*?(why=.*)?$/.exec(line)).filter(Boolean)
  .map(([, way, why]) => (why ? `${way} ${why}` : way));

async function begin() {
  const session = await sdk.sessions.create({ keepAlive: true });
  const browser = await connectPlaywright(session);
  return { session, browser, page: browser.contexts()[0].pages()[0] };
}

/** Ends the session: { file, segments } of its recording's MP4. */
async function finish({ session, browser }) {
  await browser.close();
  await release(sdk, session);
  const { file, playlist } = await fetchMovie(sdk, session, folder);
  return { file, segments: playlist.segments };
}

/** Seconds of the movie in which the page painted, by its own clock. */
const paintedSeconds = (pictures) => {
  const seen = pictures.filter(({ time }, i) => time !== undefined && time !== pictures[i - 1]?.time);
  return new Set(seen.map(({ at }) => Math.floor(at)));
};

test('screenshots are taken while a page paints all the time; when it stops, what it looks like then is recorded', async () => {
  const it = await begin();
  await it.page.goto(`${site.url}/stage/clock?number=1`);
  await until('its rhythm is known', () => ways(it.session).at(-1) === 'screenshots');
  await pause(3_000);
  await it.page.goto(`${site.url}/stage/colour`);
  await it.page.evaluate(() => window.show('red'));
  await until('its stillness is known', () => ways(it.session).at(-1) === 'screencast');
  await it.page.evaluate(() => window.show('lime'));
  const shown = Date.now();
  await pause(1_500);
  const { file, segments } = await finish(it);
  assert.equal(new Set(segments.map(({ init }) => init)).size, 1, 'screenshots are of the size of the other pictures');
  const pictures = await readClock(file);
  assert.ok(paintedSeconds(pictures).size >= 3, 'the clock goes on');
  assertColour(await colourAt(file, (shown - segments[0].time) / 1000 + 0.5), [0, 255, 0], 'half a second behind the last change');
});

test('a client takes screenshots and a screencast of the same page', async () => {
  const it = await begin();
  await it.page.goto(`${site.url}/stage/clock?number=2`);
  await until('its rhythm is known', () => ways(it.session).at(-1) === 'screenshots');
  const size = it.page.viewportSize() ?? await it.page.evaluate(() => ({ width: innerWidth, height: innerHeight }));
  for (const fullPage of [false, true, false]) {
    const png = await it.page.screenshot({ fullPage });
    assert.deepEqual({ width: png.readUInt32BE(16), height: png.readUInt32BE(20) }, size, 'it has the size that the client asked for');
  }
  const cdp = await it.page.context().newCDPSession(it.page);
  let frames = 0;
  cdp.on('Page.screencastFrame', ({ sessionId }) => {
    frames += 1;
    cdp.send('Page.screencastFrameAck', { sessionId }).catch(() => {});
  });
  await cdp.send('Page.startScreencast', { format: 'jpeg', quality: 30 });
  await until('the client has its pictures', () => frames >= 10);
  await cdp.send('Page.stopScreencast');
  assert.equal(await it.page.evaluate(() => document.visibilityState), 'visible');
  const { file } = await finish(it);
  assert.ok((await readClock(file)).some(({ time }) => time !== undefined), 'and is recorded');
});

test('a page that does not answer for a while, for a dialog or its own script, is recorded behind that', async () => {
  const it = await begin();
  await it.page.goto(`${site.url}/stage/clock?number=3`);
  await until('its rhythm is known', () => ways(it.session).at(-1) === 'screenshots');
  it.page.once('dialog', async (dialog) => {
    await pause(3_000);
    await dialog.accept();
  });
  await it.page.evaluate(() => { setTimeout(() => alert('wait'), 0); });
  await pause(3_500);
  await it.page.evaluate(() => window.block(2_500));
  const free = Date.now();
  await pause(3_000);
  const { file, segments } = await finish(it);
  const behind = [...paintedSeconds(await readClock(file))].filter((second) => second > (free - segments[0].time) / 1000);
  assert.ok(behind.length >= 2, `in ${behind} the clock goes on`);
});

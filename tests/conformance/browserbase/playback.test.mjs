// hls.js in a real Chromium plays a recording while it is made, close to now, and when it is finished.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';

import { chromium } from 'playwright-core';

import { connectPlaywright, release, sdkFor } from '../support/client.mjs';
import { useDaemon } from '../support/daemon.mjs';
import { startSite } from '../support/site.mjs';
import { parsePlaylist } from '../support/video.mjs';
import { pause, until } from '../support/wait.mjs';

const held = await useDaemon({ limits: { sessions: 2 } });
const library = createRequire(import.meta.url).resolve('hls.js/dist/hls.min.js');
const player = `<!doctype html><video id="video" crossorigin muted autoplay width="640" height="360"></video><script src="/hls.js"></script>
<script>
const faults = [];
window.play = (source) => new Promise((ready) => {
  const hls = window.hls = new Hls({ lowLatencyMode: true, maxLiveSyncPlaybackRate: 1.5 });
  hls.on(Hls.Events.ERROR, (_, data) => faults.push(data.type + ' ' + data.details + (data.fatal ? ' FATAL' : '')));
  hls.on(Hls.Events.MANIFEST_PARSED, ready);
  hls.loadSource(source);
  hls.attachMedia(video);
});
// The colour in the middle of the picture that is shown, and what time it was when it was recorded.
window.look = () => {
  const canvas = Object.assign(document.createElement('canvas'), { width: 1, height: 1 });
  canvas.getContext('2d').drawImage(video, video.videoWidth / 2, video.videoHeight / 2, 1, 1, 0, 0, 1, 1);
  const [r, g, b] = canvas.getContext('2d').getImageData(0, 0, 1, 1).data;
  return { colour: [r, g, b], behind: hls.playingDate ? Date.now() - hls.playingDate.getTime() : null, at: video.currentTime,
    ended: video.ended, duration: video.duration, width: video.videoWidth, faults };
};
</script>`;

let site;
let server;
let viewer;

before(async () => {
  site = await startSite();
  server = createServer(async (request, response) => {
    if (request.url === '/hls.js') return response.writeHead(200, { 'content-type': 'text/javascript' }).end(await readFile(library));
    return response.writeHead(200, { 'content-type': 'text/html' }).end(player);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const executablePath = '/usr/lib/chromium/chromium';
  viewer = await chromium.launch({ executablePath, args: ['--no-sandbox', '--autoplay-policy=no-user-gesture-required'] });
});
after(async () => {
  await viewer?.close();
  await new Promise((done) => server.close(done));
  await site.close();
});

async function openPlayer() {
  const page = await viewer.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  return page;
}

/** The growing playlist's own address. */
async function livePlaylist(sdk, session) {
  const text = await (await sdk.sessions.replays.retrievePage(session.id, '0')).text();
  const segment = parsePlaylist(text).segments[0]?.url ?? /#EXT-X-MAP:URI="([^"]+)"/.exec(text)?.[1];
  return segment?.replace(/\/(seg|init)-0\.m[4p][s4]/, '/playlist.m3u8');
}

const isNear = (colour, wanted) => colour.every((value, i) => Math.abs(value - wanted[i]) < 60);

test('a recording is played while it is made, at most three seconds behind now, and to its end', async (context) => {
  const sdk = sdkFor(held.daemon);
  const session = await sdk.sessions.create({ keepAlive: true });
  const browser = await connectPlaywright(session);
  const page = browser.contexts()[0].pages()[0];
  await page.goto(`${site.url}/stage/colour`);
  await page.evaluate("window.show('red')");
  await pause(4_500);
  const source = await until('there is something to play', () => livePlaylist(sdk, session), 10_000);
  const text = await (await fetch(source)).text();
  assert.match(text, /#EXT-X-SERVER-CONTROL:.*CAN-BLOCK-RELOAD=YES/);
  assert.match(text, /#EXT-X-PART:DURATION=/);
  assert.doesNotMatch(text, /ENDLIST/);
  const tab = await openPlayer();
  await tab.evaluate((url) => window.play(url), source);
  await until('it plays', async () => (await tab.evaluate('look()')).at > 0.5, 15_000);
  await pause(6_000);
  const changed = Date.now();
  await page.evaluate("window.show('blue')");
  const blue = await until('the change is seen', async () => {
    const seen = await tab.evaluate('look()');
    return isNear(seen.colour, [0, 0, 255]) && { ...seen, after: Date.now() - changed };
  }, 10_000);
  context.diagnostic(`a change of the page was seen after ${blue.after} ms; by its own clock the player was ${blue.behind} ms behind`);
  assert.ok(blue.after < 3_000, `seen after ${blue.after} ms`);
  await browser.close();
  await release(sdk, session);
  const end = await until('the player comes to the end', async () => {
    const seen = await tab.evaluate('look()');
    return seen.ended && seen;
  }, 20_000);
  assert.ok(Number.isFinite(end.duration) && Math.abs(end.at - end.duration) < 0.3, JSON.stringify(end));
  assert.deepEqual(end.faults.filter((fault) => /FATAL/.test(fault)), []);
  await tab.close();
});

test('a finished recording of two sizes is played from its beginning to its end', async () => {
  const sdk = sdkFor(held.daemon);
  const session = await sdk.sessions.create({ keepAlive: true });
  const browser = await connectPlaywright(session);
  const page = browser.contexts()[0].pages()[0];
  await page.goto(`${site.url}/stage/colour`);
  await page.evaluate("window.show('lime')");
  await pause(1_500);
  await page.setViewportSize({ width: 900, height: 500 });
  await page.evaluate("window.show('blue')");
  await pause(1_500);
  const source = await until('there is something to play', () => livePlaylist(sdk, session), 10_000);
  await browser.close();
  await release(sdk, session);
  await until('the list has its end', async () => /ENDLIST/.test(await (await fetch(source)).text()), 15_000);
  for (const [what, url] of [['HLS', source], ['MP4', source.replace('playlist.m3u8', 'recording.mp4')]]) {
    const tab = await openPlayer();
    await tab.evaluate(([kind, address]) => (kind === 'HLS' ? window.play(address) : void (video.src = address, window.hls = {})), [what, url]);
    const widths = new Set();
    const end = await until(`${what} comes to its end`, async () => {
      const seen = await tab.evaluate('look()');
      if (seen.at > 0.2) widths.add(seen.width);
      return seen.ended && seen;
    }, 25_000);
    assert.ok(isNear(end.colour, [0, 0, 255]), `${what}: the last picture is ${end.colour}`);
    assert.deepEqual([...widths].sort((a, b) => b - a), [1280, 900], `${what}: both sizes were shown`);
    assert.deepEqual(end.faults.filter((fault) => /FATAL/.test(fault)), [], what);
    await tab.close();
  }
});

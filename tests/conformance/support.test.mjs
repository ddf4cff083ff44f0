// The suite's own instruments, tried without a daemon: each has to see what it is for.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

import { descendants, listeningSockets, processes, serverHolds, stillRunning } from './support/proc.mjs';
import { startSite } from './support/site.mjs';
import { typeErrors } from './support/types.mjs';
import { assertColour, colourAt, parsePlaylist, probe } from './support/video.mjs';
import { until, within } from './support/wait.mjs';

const run = promisify(execFile);
const from = '@browserbasehq/sdk/resources/sessions/sessions';
const session = {
  id: 'x', createdAt: 't', updatedAt: 't', startedAt: 't', expiresAt: 't', keepAlive: false, projectId: 'p', proxyBytes: 0,
  region: 'us-west-2', status: 'RUNNING',
};

test('a planted listening socket is seen, in this process and in a child, and no other is', async () => {
  assert.deepEqual(listeningSockets([process.pid]), []);
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const [found, ...others] = listeningSockets([process.pid]);
  assert.deepEqual(others, []);
  assert.match(found, new RegExp(`127\\.0\\.0\\.1:${server.address().port}\\b`));
  const client = connect(server.address().port, '127.0.0.1');
  const [accepted] = await once(server, 'connection');
  const ports = [server.address().port, accepted.remotePort];
  assert.ok(serverHolds(...ports));
  accepted.destroy();
  await until('the connection is let go', () => !serverHolds(...ports));
  client.destroy();
  server.close();
  const program = "require('net').createServer().listen(0, '::1', () => console.log('up'))";
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const tree = descendants(process.pid);
  assert.ok(tree.some(({ pid }) => pid === child.pid));
  assert.equal(listeningSockets(tree.map(({ pid }) => pid)).length, 1);
  const remembered = processes().filter(({ pid }) => pid === child.pid);
  assert.equal(stillRunning(remembered).length, 1);
  child.kill('SIGKILL');
  await until('it is gone', () => stillRunning(remembered).length === 0);
});

test('the type check takes a right answer and sees wrong ones', async () => {
  assert.deepEqual(await typeErrors([{ type: 'Session', from, value: { ...session, extra: { more: 1 } } }, { type: 'SessionListResponse', from, value: [session] }]), []);
  const { status, ...missing } = session;
  const wrong = { missing, null: { ...session, endedAt: null }, word: { ...session, status: 'running' }, number: { ...session, proxyBytes: '0' } };
  const errors = await typeErrors(Object.values(wrong).map((value) => ({ type: 'Session', from, value })));
  for (const [what, value] of Object.entries(wrong)) {
    assert.ok(errors.some((line) => line.includes(`<< is<`) && line.includes(JSON.stringify(value))), `${what} is seen: ${errors}`);
  }
  assert.ok(status);
});

test('colours are told apart at their seconds, in a file and in a playlist', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'greenroom-probe-'));
  try {
    const colours = ['red', 'blue', 'lime'].flatMap((name) => ['-f', 'lavfi', '-i', `color=${name}:s=320x180:r=5:d=2`]);
    const encode = ['-filter_complex', 'concat=n=3', '-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-g', '10'];
    const mp4 = path.join(folder, 'probe.mp4');
    await run('ffmpeg', ['-v', 'error', ...colours, ...encode, mp4]);
    const hls = path.join(folder, 'probe.m3u8');
    await run('ffmpeg', ['-v', 'error', '-i', mp4, '-c', 'copy', '-f', 'hls', '-hls_time', '2', '-hls_playlist_type', 'vod', '-hls_segment_type', 'fmp4', hls]);
    for (const file of [mp4, hls]) {
      const { duration, width, codec } = await probe(file);
      assert.ok(Math.abs(duration - 6) < 0.3, `${file}: ${duration}`);
      assert.deepEqual([width, codec], [320, 'h264']);
      assertColour(await colourAt(file, 1), [255, 0, 0], 'red');
      assertColour(await colourAt(file, 3), [0, 0, 255], 'blue');
      assertColour(await colourAt(file, 5), [0, 255, 0], 'lime');
      const blank = await colourAt(file, 5);
      assert.throws(() => assertColour(blank, [255, 0, 0], 'red'), /expected about/);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('playlists are read', () => {
  const text = '#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-MAP:URI="http://h/init.mp4"\n' +
    '#EXT-X-PROGRAM-DATE-TIME:2026-01-02T03:04:05.500Z\n#EXTINF:4.0,\nhttp://h/1.m4s\n#EXTINF:2.5,\nhttp://h/2.m4s\n';
  const playlist = parsePlaylist(text);
  assert.equal(playlist.ended, false);
  assert.deepEqual(playlist.segments.map(({ seconds, init }) => [seconds, init]), [[4, 'http://h/init.mp4'], [2.5, 'http://h/init.mp4']]);
  assert.equal(playlist.segments[0].time, Date.UTC(2026, 0, 2, 3, 4, 5, 500));
  assert.equal(parsePlaylist(text + '#EXT-X-ENDLIST\n').ended, true);
});

test('the application and its API are served', async () => {
  const site = await startSite();
  try {
    const page = await (await fetch(`${site.url}/-/web/detail/green-room`)).text();
    for (const script of page.matchAll(/src="([^"]+)"/g)) {
      const response = await fetch(site.url + script[1]);
      assert.equal(response.status, 200, script[1]);
      assert.ok((await response.text()).length > 1_000);
    }
    assert.equal((await (await fetch(`${site.url}/-/verdaccio/data/packages`)).json()).length, 3);
    assert.equal((await fetch(`${site.url}/-/verdaccio/data/sidebar/nothing`)).status, 404);
    assert.equal((await fetch(`${site.url}/stage/nothing`)).status, 404);
    assert.ok(site.requests.includes('GET /-/verdaccio/data/packages'));
  } finally {
    await site.close();
  }
});

test('waiting has a bound and says what it waited for', async () => {
  await assert.rejects(until('pigs fly', () => false, 50, 10), /pigs fly/);
  await assert.rejects(within(20, 'never', new Promise(() => {})), /never/);
  assert.equal(await within(1_000, 'now', Promise.resolve(3)), 3);
});

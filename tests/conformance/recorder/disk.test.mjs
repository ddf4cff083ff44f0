// A disk that fills up, a small one of its own: recordings stop first and say why, sessions are refused next and live
// on, nothing that was finished is lost, and everything goes on when there is room again.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { native } from '../support/cli.mjs';
import { assertErrorBody, call, connectPlaywright, release, sdkFor } from '../support/client.mjs';
import { Daemon } from '../support/daemon.mjs';
import { startSite } from '../support/site.mjs';
import { download, parsePlaylist, probe } from '../support/video.mjs';
import { pause, until } from '../support/wait.mjs';

const MiB = 1 << 20;
let site;
let folder;

/** A home whose data directory is a disk of that size; null where nobody may mount one. */
async function smallDisk(size) {
  const home = await mkdtemp(path.join(tmpdir(), 'greenroom-disk-'));
  const data = path.join(home, 'data');
  await mkdir(data);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=700`, 'tmpfs', data], { stdio: 'pipe' });
  } catch {
    await rm(home, { recursive: true });
    return null;
  }
  const unmount = async () => {
    execFileSync('umount', ['-l', data]);
    await rm(home, { recursive: true });
  };
  return { home, data, unmount };
}

const probeDisk = await smallDisk(MiB);
await probeDisk?.unmount();
const options = { skip: probeDisk ? false : 'mounting is not allowed here' };

before(async () => {
  site = await startSite();
  folder = await mkdtemp(path.join(tmpdir(), 'greenroom-video-'));
});
after(async () => {
  await site.close();
  await rm(folder, { recursive: true, force: true });
});

/** Writes until only about `left` bytes are free. */
async function fill(disk, left) {
  const file = path.join(disk.data, 'filler');
  await rm(file, { force: true });
  const { bavail, bsize } = await statfs(disk.data);
  await writeFile(file, Buffer.alloc(Math.max(0, bavail * bsize - left), 7)).catch((error) => assert.equal(error.code, 'ENOSPC'));
  return () => rm(file);
}

const recordingOf = async (daemon, session) => (await native(daemon, 'GET', `/sessions/${session.id}/recording`)).json();

async function onMovingPage(sdk) {
  const session = await sdk.sessions.create({ keepAlive: true });
  const browser = await connectPlaywright(session);
  const page = browser.contexts()[0].pages()[0];
  await page.goto(`${site.url}/stage/moving`);
  return { session, browser, page };
}

const hasSegment = (daemon, session) => until('a segment is finished', async () => (await recordingOf(daemon, session)).segments > 0, 20_000);
const failedFull = (daemon, session) => until('its recording failed for want of room', async () => {
  const { state, reason } = await recordingOf(daemon, session);
  return state === 'failed' && reason === 'disk_full';
}, 20_000);

async function assertPlays(sdk, session) {
  const text = await (await sdk.sessions.replays.retrievePage(session.id, '0')).text();
  const { segments, ended } = parsePlaylist(text);
  assert.ok(ended && segments.length > 0, text);
  const { duration } = await probe(await download(text, folder));
  const listed = segments.reduce((sum, { seconds }) => sum + seconds, 0);
  assert.ok(Math.abs(duration - listed) < 0.3, `${duration} s of ${listed} s can be decoded`);
}

test('below the first floor recordings stop, below the second sessions are refused', options, async () => {
  const disk = await smallDisk('64m');
  const settings = { recording: { min_free: '24MiB' }, limits: { min_free: '12MiB' }, browser: { pool_size: 0 } };
  const daemon = await Daemon.start(settings, { home: disk.home });
  try {
    const sdk = sdkFor(daemon);
    const { session, browser, page } = await onMovingPage(sdk);
    await hasSegment(daemon, session);
    let empty = await fill(disk, 20 * MiB);
    await failedFull(daemon, session);
    assert.equal(await page.evaluate('6 * 7'), 42, 'the session lives');
    const second = await sdk.sessions.create({ keepAlive: true });
    await failedFull(daemon, second);
    await release(sdk, second);
    await empty();
    empty = await fill(disk, 8 * MiB);
    await until('a create is refused', async () => (await call(daemon, 'POST', '/v1/sessions', { body: {} })).status === 507);
    const refused = await call(daemon, 'POST', '/v1/sessions', { body: {} });
    assert.equal(refused.headers.get('x-should-retry'), 'false');
    await assertErrorBody(refused, 507);
    assert.equal(await page.title(), 'Moving');
    await browser.close();
    assert.equal((await release(sdk, session)).status, 'COMPLETED');
    await empty();
    const third = await until('sessions are made again', () => onMovingPage(sdk).catch(() => null), 10_000);
    await hasSegment(daemon, third.session);
    await third.browser.close();
    await release(sdk, third.session);
    await until('and recorded again', async () => (await recordingOf(daemon, third.session)).state === 'ready');
    await assertPlays(sdk, session);
    await assertPlays(sdk, third.session);
  } finally {
    await daemon.stop({ keepHome: true });
    await disk.unmount();
  }
});

test('a disk that is full at once: the session lives, the recording says why, nothing is corrupt', options, async () => {
  const disk = await smallDisk('32m');
  const settings = { recording: { min_free: '0B' }, limits: { min_free: '0B' }, browser: { pool_size: 0 } };
  const daemon = await Daemon.start(settings, { home: disk.home });
  let session;
  try {
    const sdk = sdkFor(daemon);
    const stage = await onMovingPage(sdk);
    session = stage.session;
    await hasSegment(daemon, session);
    const empty = await fill(disk, 0);
    await failedFull(daemon, session);
    assert.equal(await stage.page.evaluate('6 * 7'), 42, 'the session lives');
    await stage.page.goto(`${site.url}/stage/colour`);
    await pause(500);
    await empty();
    assert.equal(await stage.page.title(), 'Colours');
    await stage.browser.close();
    assert.equal((await release(sdk, session)).status, 'COMPLETED');
    await assertPlays(sdk, session);
  } finally {
    await daemon.stop({ keepHome: true });
  }
  const again = await Daemon.start(settings, { home: disk.home });
  try {
    const sdk = sdkFor(again);
    assert.equal((await sdk.sessions.retrieve(session.id)).status, 'COMPLETED', 'the row was saved');
    assert.equal((await recordingOf(again, session)).reason, 'disk_full');
    await assertPlays(sdk, session);
    assert.ok((await sdk.sessions.logs.list(session.id)).length > 0);
  } finally {
    await again.stop({ keepHome: true });
    await disk.unmount();
  }
});

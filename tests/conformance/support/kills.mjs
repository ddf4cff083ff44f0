// kill -9 of an encoder or of a daemon in the middle of a recording, and what is left of it.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { native } from './cli.mjs';
import { connectPlaywright, release, sdkFor } from './client.mjs';
import { Daemon } from './daemon.mjs';
import { stillRunning } from './proc.mjs';
import { download, parsePlaylist, probe } from './video.mjs';
import { pause, until } from './wait.mjs';

/** At most a fragment (about a second) and one second more may be lost. */
export const allowedLoss = 2_000;

const encoders = (daemon) => daemon.tree().filter(({ command }) => /greenroom-encoder/.test(command.split(' ')[0]));

/** Milliseconds of the recording that are missing before `killed`, when something was killed. */
function lossBefore(text, killed) {
  const before = parsePlaylist(text).segments.filter(({ time }) => time < killed);
  assert.ok(before.length > 0, `something is left of the time before the kill:\n${text}`);
  const { time, seconds } = before.at(-1);
  return Math.max(0, killed - (time + seconds * 1000));
}

/** Every segment of the playlist plays, and for as long as it says. */
async function assertAllPlay(text) {
  const folder = await mkdtemp(path.join(tmpdir(), 'greenroom-kill-'));
  try {
    const { segments } = parsePlaylist(text);
    const { duration } = await probe(await download(text, folder));
    const listed = segments.reduce((sum, { seconds }) => sum + seconds, 0);
    // Players close the hole that a restart leaves.
    assert.ok(duration >= listed - 0.3, `${duration} s of ${listed} s can be played`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function ended(daemon, session) {
  return until('the recording has its end', async () => {
    const { playlist, state } = await (await native(daemon, 'GET', `/sessions/${session.id}/recording`)).json();
    const text = playlist && (await (await fetch(playlist)).text());
    return text && parsePlaylist(text).ended && state !== 'finalizing' && { text, state };
  }, 20_000);
}

/** Kills one of `what` ("encoder", "daemon") `after` ms. Returns { lost (ms), state }; asserts all the rest. */
export async function killInTheMiddle(what, after, site) {
  const settings = { browser: { pool_size: 0 } };
  let daemon = await Daemon.start(settings);
  try {
    const session = await sdkFor(daemon).sessions.create({ keepAlive: true });
    const browser = await connectPlaywright(session);
    const page = browser.contexts()[0].pages()[0];
    await page.goto(`${site.url}/stage/moving`);
    await until('the encoder runs', () => encoders(daemon).length === 1);
    await pause(after);
    const killed = Date.now();
    if (what === 'daemon') {
      const tree = await daemon.kill9();
      await until('everything has followed it', () => stillRunning(tree).length === 0, 10_000);
      daemon = await Daemon.start(settings, { home: daemon.home });
      const row = await sdkFor(daemon).sessions.retrieve(session.id);
      assert.equal(row.status, 'ERROR');
      assert.ok(row.endedAt);
    } else {
      process.kill(encoders(daemon)[0].pid, 'SIGKILL');
      await pause(1_500);
      assert.equal(await page.evaluate('6 * 7'), 42, 'the session lives');
      await browser.close();
      assert.equal((await release(sdkFor(daemon), session)).status, 'COMPLETED');
    }
    const { text, state } = await ended(daemon, session);
    const lost = lossBefore(text, killed);
    await assertAllPlay(text);
    assert.ok(['ready', 'failed'].includes(state), state);
    return { lost, state };
  } finally {
    await daemon.stop();
  }
}

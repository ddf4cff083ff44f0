// kill -9 of a recording's encoder, or of the daemon, at some moment: what is lost, and what is said afterwards.
import assert from 'node:assert/strict';

import { connectPlaywright, release, sdkFor } from './client.mjs';
import { readClock } from './clock.mjs';
import { Daemon } from './daemon.mjs';
import { stillRunning } from './proc.mjs';
import { download, fetchMovie, parsePlaylist, probe } from './video.mjs';
import { pause, until } from './wait.mjs';

/** Of a fragment of the recording, with what its end may be late by; and a second for what follows. */
export const mostLost = 1_200 + 1_000;
/** The same, by what the playlist says of its segments: a fragment and a second. */
const mostMissing = 2_000;

const range = 2 ** 26;
/** The page's times (ms since 1970) that the video shows, in order. */
function timesShown(pictures, began) {
  return pictures.filter(({ time }) => time !== undefined).map(({ at, time }) => {
    const video = began + at * 1000;
    const error = ((((video % range) - time + range * 1.5) % range) + range) % range - range / 2;
    return video - error;
  });
}

async function movieOf(sdk, session, folder) {
  const { file, playlist } = await fetchMovie(sdk, session, folder);
  const pictures = await readClock(file); // decodes every picture
  return { playlist, times: timesShown(pictures, playlist.segments[0].time) };
}

/** By its playlist: little is missing before the kill, and every segment plays for as long as it says. */
async function assertKept(text, { killed, session, folder }) {
  const { segments } = parsePlaylist(text);
  const before = segments.filter(({ time }) => time < killed);
  // Of the very first fragment nothing may be left.
  const end = before.length > 0 ? before.at(-1).time + before.at(-1).seconds * 1000 : Date.parse(session.startedAt);
  const missing = killed - end;
  assert.ok(missing <= mostMissing, `${missing} ms are missing before the kill`);
  const { duration } = await probe(await download(text, folder));
  const listed = segments.reduce((sum, segment) => sum + segment.seconds, 0);
  // Players close the hole that a restart leaves.
  assert.ok(duration >= listed - 0.3, `${duration} s of ${listed} s can be played`);
}

async function begin(daemon, site) {
  const sdk = sdkFor(daemon);
  const session = await sdk.sessions.create({ keepAlive: true });
  const browser = await connectPlaywright(session);
  await browser.contexts()[0].pages()[0].goto(`${site.url}/stage/clock?number=1`);
  return { sdk, session, browser };
}

/** Kills the encoder `delay` ms after the page has begun. { lost (ms) }: the longest time that is not in the video. */
export async function killEncoder(daemon, site, folder, delay) {
  const { sdk, session, browser } = await begin(daemon, site);
  await pause(delay);
  const encoders = daemon.tree().filter(({ command }) => /greenroom-encoder record/.test(command));
  assert.equal(encoders.length, 1, 'one encoder');
  const killed = Date.now();
  process.kill(encoders[0].pid, 'SIGKILL');
  await until('another one works', () => {
    const now = daemon.tree().filter(({ command }) => /greenroom-encoder record/.test(command));
    return now.length === 1 && now[0].pid !== encoders[0].pid;
  }, 5_000);
  assert.equal(await browser.contexts()[0].pages()[0].evaluate('6 * 7'), 42, 'the session has not noticed');
  await pause(2_000);
  await browser.close();
  assert.equal((await release(sdk, session)).status, 'COMPLETED');
  const { playlist, times } = await movieOf(sdk, session, folder);
  const all = [...times.filter((time) => time < killed), ...times.filter((time) => time >= killed)];
  assert.ok(all.some((time) => time > killed), 'it goes on after the kill');
  await assertKept(playlist.text, { killed, session, folder });
  const lost = Math.max(0, ...all.slice(1).map((time, i) => time - all[i]));
  const { recording } = await (await fetch(playlist.segments[0].url.replace(/\/seg-\d+\.m4s/, '/facts'))).json();
  assert.equal(recording, 'ready', 'the state says that it is whole');
  return { lost };
}

/** Kills the daemon `delay` ms after the page has begun, and starts another one in its place. { lost (ms) }. */
export async function killDaemon(settings, site, folder, delay) {
  const first = await Daemon.start(settings);
  let begun;
  let killed;
  let tree;
  try {
    begun = await begin(first, site);
    await pause(delay);
  } finally {
    killed = Date.now();
    tree = await first.kill9();
  }
  await until('nothing of it is left', () => stillRunning(tree).length === 0, 15_000);
  const second = await Daemon.start(settings, { home: first.home });
  try {
    const sdk = sdkFor(second);
    const { times, playlist } = await movieOf(sdk, begun.session, folder);
    await assertKept(playlist.text, { killed, session: begun.session, folder });
    const row = await sdk.sessions.retrieve(begun.session.id);
    assert.equal(row.status, 'ERROR');
    assert.ok(row.endedAt);
    assert.ok(second.log.some((line) => /lost.on.restart/.test(line) && line.includes(begun.session.id)));
    const { recording } = await (await fetch(playlist.segments[0].url.replace(/\/seg-\d+\.m4s/, '/facts'))).json();
    assert.equal(recording, 'ready');
    return { lost: killed - Math.max(...times) };
  } finally {
    await second.stop();
  }
}

// What a recording costs at 25 pictures per second, of all processes: extra cores on a page that animates, one that
// types and one that stands still, with a display and without; the encoder's memory; the size of a minute; and how near
// the last picture is to a screenshot (SSIM).
//   node bench/recorder/cost.mjs [--blocks 3] [--seconds 20] [--settle 3] [--fps 25] [--quality standard]
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import { median, order, round, row, run, sleep } from '../lib/bench.mjs';
import { Daemon } from '../lib/daemon.mjs';
import { animated } from '../lib/page.mjs';
import { busyCores, memory, part, quiet, tree } from '../lib/proc.mjs';
import { still, typing } from './pages.mjs';

const runProgram = promisify(execFile);
const pages = { animated };

/** Bytes of a session's recording in the daemon's data. */
async function size(daemon, id) {
  const folder = path.join(daemon.home, 'data', 'recordings', id);
  const names = await readdir(folder);
  const sizes = await Promise.all(names.filter((name) => name.endsWith('.m4s')).map(async (name) => (await stat(path.join(folder, name))).size));
  return sizes.reduce((sum, bytes) => sum + bytes, 0);
}

/** The SSIM of the recording's last picture and a PNG of the page. */
async function likeness(daemon, session, png, given) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'greenroom-ssim-'));
  try {
    await writeFile(path.join(folder, 'page.png'), png);
    const recorded = path.join(daemon.home, 'data', 'recordings', session.id);
    const names = (await readdir(recorded)).filter((name) => /^seg-\d+\.m4s$/.test(name)).sort((a, b) => parseInt(a.slice(4)) - parseInt(b.slice(4)));
    const last = names.at(-1);
    await runProgram('sh', ['-c', `cat init-0.mp4 ${last} > ${folder}/last.mp4`], { cwd: recorded });
    await runProgram('ffmpeg', ['-v', 'error', '-i', 'last.mp4', '-update', '1', 'last.png'], { cwd: folder });
    const { stderr } = await runProgram('ffmpeg', ['-i', 'last.png', '-i', 'page.png', '-lavfi',
      '[0]format=gray[a];[1]format=gray[b];[a][b]ssim', '-f', 'null', '-'], { cwd: folder });
    return Number(/All:([\d.]+)/.exec(stderr)[1]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Pictures a second of a finished recording. */
async function rate(daemon, id) {
  const index = await readFile(path.join(daemon.home, 'data', 'recordings', id, 'index.jsonl'), 'utf8');
  const segments = index.split('\n').filter(Boolean).map((line) => JSON.parse(line)).filter(({ frames }) => frames !== undefined);
  const milliseconds = segments.reduce((sum, { duration_ms }) => sum + duration_ms, 0);
  return segments.reduce((sum, { frames }) => sum + frames, 0) / (milliseconds / 1000);
}

/**
 * A client's own screencast at the same rate, acknowledged as the daemon does it, every picture thrown away: what a
 * screencast costs by itself.
 */
async function bareScreencast(session, fps) {
  const { cdp, page } = session;
  const params = { format: 'jpeg', quality: 85, maxWidth: 1920, maxHeight: 1080, maxFramesInFlight: 1, sendLastFrame: true };
  let running = true;
  let pictures = 0;
  const loop = (async () => {
    let due = performance.now();
    while (running) {
      const frame = await cdp.event('Page.screencastFrame', page).catch(() => null);
      if (!frame) return;
      pictures++;
      const early = due - performance.now();
      if (early > 0) await sleep(early);
      due = Math.max(due, performance.now() - 1000 / fps) + 1000 / fps;
      await cdp.send('Page.screencastFrameAck', { sessionId: frame.sessionId }, page).catch(() => null);
    }
  })();
  await cdp.send('Page.startScreencast', params, page);
  const stop = async () => {
    running = false;
    await cdp.send('Page.stopScreencast', {}, page);
    void loop;
  };
  return { stop, pictures: () => pictures };
}

async function block(daemon, name, side, given) {
  await quiet(daemon.pid, 0);
  const session = await daemon.open({ recordSession: side === 'recorded', viewport: { width: 1280, height: 720 } });
  await session.cdp.show(pages[name], session.page);
  const bare = side === 'bare' ? await bareScreencast(session, given.fps) : null;
  await sleep(given.settle * 1000);
  const frames = () => session.cdp.evaluate('frames', session.page);
  const before = [await frames(), bare?.pictures(), performance.now()];
  const cores = await busyCores(daemon.pid, given.seconds);
  const passed = (performance.now() - before[2]) / 1000;
  const result = { ...cores, page_fps: ((await frames()) - before[0]) / passed };
  if (bare) result.screencast_fps = (bare.pictures() - before[1]) / passed;
  const encoder = tree(daemon.pid).find((process) => part(process) === 'encoder');
  if (encoder) result.encoder_mb = memory(encoder.pid).resident;
  if (encoder) result.encoder_anonymous_mb = memory(encoder.pid).anonymous;
  if ((encoder !== undefined) !== (side === 'recorded')) throw new Error(`${side}, encoder: ${encoder !== undefined}`);
  await bare?.stop();
  let png = null;
  if (side === 'recorded' && name !== 'animated') {
    await session.cdp.evaluate('for (let i = 0; i < 1e4; i++) clearInterval(i)', session.page);
    await sleep(1500);
    png = Buffer.from((await session.cdp.send('Page.captureScreenshot', { format: 'png' }, session.page)).data, 'base64');
  }
  const seconds = given.settle + passed;
  await daemon.release(session);
  if (side === 'recorded') {
    await sleep(1500);
    result.recorded_fps = await rate(daemon, session.id);
    result.mb_a_minute = ((await size(daemon, session.id)) / 1e6 / seconds) * 60;
    if (png) result.ssim = await likeness(daemon, session, png, given);
  }
  return result;
}

function summarize(kind, name, blocks) {
  for (const [side, all] of Object.entries(blocks)) {
    const medians = Object.keys(all[0]).map((key) => [key, round(median(all.map((one) => one[key])), 4)]);
    row({ row: `${kind}, ${name}, ${side}`, ...Object.fromEntries(medians), blocks: all.length });
  }
  const extra = (side) => median(blocks[side].map((one, i) => one.total - blocks.off[i].total));
  const result = { row: `${kind}, ${name}: extra cores`, recorded: round(extra('recorded'), 4) };
  if (blocks.bare) Object.assign(result, { bare: round(extra('bare'), 4), ratio: round(extra('recorded') / extra('bare'), 3) });
  row(result);
}

await run({ blocks: 3, seconds: 20, settle: 3, fps: 25, quality: 'standard', only: '' }, async (given, later) => {
  for (const [kind, headless] of [['display', false], ['screencast', true]]) {
    if (given.only && !given.only.includes(kind)) continue;
    const settings = { 'browser.pool_size': 0, 'browser.headless': headless, 'recording.fps': given.fps, 'recording.quality': given.quality };
    const daemon = await Daemon.start(given.binary, settings);
    later(() => daemon.stop());
    for (const name of Object.keys(pages)) {
      const sides = headless && name === 'animated' ? ['off', 'bare', 'recorded'] : ['off', 'recorded'];
      const blocks = Object.fromEntries(sides.map((side) => [side, []]));
      for (let i = 0; i < given.blocks; i++)
        for (const side of order(i, sides)) blocks[side].push(await block(daemon, name, side, given));
      summarize(kind, name, blocks);
    }
  }
});

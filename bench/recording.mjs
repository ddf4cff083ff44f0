// What a recording costs: cores kept busy by all processes (daemon, browser, X server, encoder) while a page of
// 1280x720 animates, recorded or not, in turn. Each block is a session of its own.
//   node bench/recording.mjs [--blocks 5] [--seconds 20] [--settle 3]
import { median, order, round, row, run, sleep } from './lib/bench.mjs';
import { Daemon } from './lib/daemon.mjs';
import { animated } from './lib/page.mjs';
import { busyCores, part, quiet, tree } from './lib/proc.mjs';

const parts = ['total', 'browser', 'xvfb', 'encoder', 'daemon'];

async function block(daemon, isRecorded, { seconds, settle }) {
  await quiet(daemon.pid, 0);
  const session = await daemon.open({ recordSession: isRecorded, viewport: { width: 1280, height: 720 } });
  await session.cdp.show(animated, session.page);
  await sleep(settle * 1000);
  const seen = async () => ({ at: performance.now(), frames: await session.cdp.evaluate('frames', session.page),
    pictures: await daemon.metric('greenroom_recorder_frames_total') });
  const before = await seen();
  const cores = await busyCores(daemon.pid, seconds);
  const after = await seen();
  const perSecond = (name) => (1000 * (after[name] - before[name])) / (after.at - before.at);
  const hasEncoder = tree(daemon.pid).some((process) => part(process) === 'encoder');
  await daemon.release(session);
  const result = { ...cores, page_fps: perSecond('frames'), recorded_fps: perSecond('pictures') };
  if (hasEncoder !== isRecorded || result.recorded_fps > 0 !== isRecorded)
    throw new Error(`recorded: ${isRecorded}, but encoder: ${hasEncoder}, pictures per second: ${result.recorded_fps}`);
  return result;
}

await run({ blocks: 5, seconds: 20, settle: 3 }, async (given, later) => {
  const daemon = await Daemon.start(given.binary, { 'browser.pool_size': 0 });
  later(() => daemon.stop());
  const blocks = { on: [], off: [] };
  for (let i = 0; i < given.blocks; i++)
    for (const side of order(i, ['off', 'on'])) blocks[side].push(await block(daemon, side === 'on', given));

  const dropped = await daemon.metric('greenroom_recorder_drops_total');
  for (const [side, all] of Object.entries(blocks)) {
    const names = Object.keys(all[0]);
    const medians = names.map((name) => [name, round(median(all.map((one) => one[name])))]);
    row({ row: `recording ${side}, cores`, ...Object.fromEntries(medians), blocks: all.length });
  }
  const differences = (name) => blocks.on.map((on, i) => on[name] - blocks.off[i][name]);
  const total = differences('total');
  const medians = parts.map((name) => [name, round(median(differences(name)))]);
  row({ row: 'recording, extra cores', ...Object.fromEntries(medians),
    min: round(Math.min(...total)), max: round(Math.max(...total)), pictures_dropped: dropped });
});

// DevTools through the daemon against Chromium's own websocket: the same browser build, switches and environment, an
// X server each, recording off. Both stay open; blocks of calls go to one and the other in turn.
//   node bench/rtt.mjs [--calls 3000] [--pipelined 12000] [--window 64] [--screenshots 5] [--large 2] [--blocks 8]
// The counts are per block and side.
import { median, order, quantile, round, row, run, summary } from './lib/bench.mjs';
import { Chromium } from './lib/chromium.mjs';
import { Daemon } from './lib/daemon.mjs';
import { still } from './lib/page.mjs';
import { browsers, quiet } from './lib/proc.mjs';

const defaults = { blocks: 8, calls: 3000, warmup: 300, pipelined: 12_000, window: 64, screenshots: 5, large: 2 };
const [width, height] = [1280, 720];
const largeSize = 20e6;

async function milliseconds(action) {
  const start = performance.now();
  await action();
  return performance.now() - start;
}

async function one({ cdp, page }) {
  const { result } = await cdp.send('Runtime.evaluate', { expression: '1' }, page);
  if (result.value !== 1) throw new Error(`Runtime.evaluate: ${JSON.stringify(result)}`);
}

async function screenshot({ cdp, page }) {
  const { data } = await cdp.send('Page.captureScreenshot', { format: 'png' }, page);
  const png = Buffer.from(data.slice(0, 40), 'base64');
  const size = [png.readUInt32BE(16), png.readUInt32BE(20)];
  if (size[0] !== width || size[1] !== height) throw new Error(`a screenshot of ${size.join('x')}`);
}

async function large({ cdp, page }) {
  const expression = `'x'.repeat(${largeSize})`;
  const { result } = await cdp.send('Runtime.evaluate', { expression, returnByValue: true }, page);
  if (result.value?.length !== largeSize) throw new Error(`a result of ${result.value?.length} characters`);
}

async function pipelined(side, count, window) {
  let left = count;
  const worker = async () => {
    while (left-- > 0) await one(side);
  };
  const passed = await milliseconds(() => Promise.all(Array.from({ length: window }, worker)));
  return (count / passed) * 1000;
}

async function repeated(count, action) {
  const times = [];
  for (let i = 0; i < count; i++) times.push(await milliseconds(action));
  return times;
}

/** Fills `figures` with one array per kind of call. */
async function block(side, given, figures) {
  for (let i = 0; i < given.warmup; i++) await one(side);
  const add = (name, samples) => (figures[name] ??= []).push(samples);
  add('calls', (await repeated(given.calls, () => one(side))).map((time) => 1000 * time));
  add('rates', [await pipelined(side, given.pipelined, given.window)]);
  add('screenshots', await repeated(given.screenshots, () => screenshot(side)));
  add('large', await repeated(given.large, () => large(side)));
}

async function prepared(name, { cdp, page }) {
  await cdp.show(still, page);
  const size = await cdp.evaluate('[innerWidth, innerHeight].join("x")', page);
  if (size !== `${width}x${height}`) throw new Error(`the page of "${name}" is ${size}`);
  return { name, cdp, page, figures: {} };
}

/**
 * One array of samples per block and side. `ratio`: through the daemon over Chromium's own, of the medians of all
 * samples; `blocks`: the same, block by block.
 */
function compare(name, unit, daemon, direct) {
  const pairs = daemon.map((samples, i) => median(samples) / median(direct[i]));
  const [through, own] = [daemon.flat(), direct.flat()];
  row({ row: name, unit, ratio: round(median(through) / median(own)),
    ratio_p99: round(quantile(through, 0.99) / quantile(own, 0.99)),
    blocks: { median: round(median(pairs)), min: round(Math.min(...pairs)), max: round(Math.max(...pairs)) },
    daemon: summary(through), direct: summary(own) });
}

await run(defaults, async (given, later) => {
  const daemon = await Daemon.start(given.binary, { 'browser.pool_size': 0 });
  later(() => daemon.stop());
  const session = await daemon.open({ recordSession: false, viewport: { width, height } });
  const [{ pid }] = browsers(daemon.pid);
  const chromium = await Chromium.like(pid, daemon.pid);
  later(() => chromium.stop());
  const sides = [await prepared('daemon', session), await prepared('direct', await chromium.open(width, height))];
  await quiet(daemon.pid, 1);
  const { product } = await session.cdp.send('Browser.getVersion');
  row({ row: 'browser', version: product, switches: chromium.switches.length,
    headless: chromium.switches.some((word) => word.startsWith('--headless')) });
  for (const side of sides) await block(side, given, {});
  for (let i = 0; i < given.blocks; i++) for (const side of order(i, sides)) await block(side, given, side.figures);
  const [through, direct] = sides.map((side) => side.figures);
  compare('evaluate', 'us', through.calls, direct.calls);
  compare(`pipelined, ${given.window} in flight`, 'calls/s', through.rates, direct.rates);
  compare('screenshot', 'ms', through.screenshots, direct.screenshots);
  compare('result of 20 MB', 'ms', through.large, direct.large);
  await daemon.release(session);
});

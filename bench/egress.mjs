// What a browser's own way to the network costs: pages and a large download through the daemon's egress port, against
// the same Chromium without a proxy. Both stay open; blocks go to one and the other in turn.
//   node bench/egress.mjs [--blocks 8] [--visits 20] [--downloads 1] [--megabytes 200]
// The counts are per block and side.
import http from 'node:http';

import { median, order, quantile, round, row, run, summary } from './lib/bench.mjs';
import { Chromium } from './lib/chromium.mjs';
import { Daemon } from './lib/daemon.mjs';
import { browsers, quiet } from './lib/proc.mjs';

const defaults = { blocks: 8, visits: 20, downloads: 1, megabytes: 200, warmup: 5 };
const [width, height] = [1280, 720];
const pictures = 20;

/** /page is a text, /many one with twenty pictures, /new one on a connection of its own, /large the download. */
async function startSite(megabytes) {
  const piece = Buffer.alloc(1 << 20, 'x');
  const body = (inside) => `<!doctype html><title>page</title><link rel="icon" href="data:,">${'<p>Some text.</p>'.repeat(50)}${inside}`;
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>';
  const server = http.createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://site');
    const headers = { 'cache-control': 'no-store', 'content-type': 'text/html' };
    if (pathname === '/large') {
      response.writeHead(200, { ...headers, 'content-type': 'application/octet-stream', 'content-length': megabytes << 20 });
      let left = megabytes;
      const push = () => {
        while (left > 0 && response.write(piece) !== (left--, false));
        if (left <= 0) response.end();
      };
      response.on('drain', push);
      return push();
    }
    if (pathname === '/picture') return response.writeHead(200, { ...headers, 'content-type': 'image/svg+xml' }).end(svg);
    if (pathname === '/new') headers.connection = 'close';
    const inside = pathname === '/many' ? Array.from({ length: pictures }, (_, i) => `<img src="/picture?${searchParams.get('n')}-${i}">`).join('') : '';
    return response.writeHead(200, headers).end(body(inside));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => (server.closeAllConnections(), server.close()) };
}

let number = 0;
async function visit({ cdp, page }, url) {
  const begun = performance.now();
  const loaded = cdp.event('Page.loadEventFired', page);
  const { errorText } = await cdp.send('Page.navigate', { url: `${url}?n=${++number}` }, page);
  if (errorText) throw new Error(`${url}: ${errorText}`);
  await loaded;
  return performance.now() - begun;
}

async function download({ cdp, page }, url, megabytes) {
  const expression = `(async () => { const from = performance.now(); const reader = (await fetch('${url}')).body.getReader();
    let size = 0; for (;;) { const { done, value } = await reader.read(); if (done) break; size += value.length; } return [size, performance.now() - from]; })()`;
  const { result } = await cdp.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true }, page);
  const [size, time] = result.value;
  if (size !== megabytes << 20) throw new Error(`a download of ${size} bytes`);
  return time;
}

async function block(side, site, given, figures) {
  const add = (name, samples) => (figures[name] ??= []).push(samples);
  for (const name of ['page', 'new', 'many']) {
    const times = [];
    for (let i = 0; i < given.visits; i++) times.push(await visit(side, `${site.url}/${name}`));
    add(name, times);
  }
  const times = [];
  for (let i = 0; i < given.downloads; i++) times.push(await download(side, `${site.url}/large`, given.megabytes));
  add('large', times);
}

function compare(name, unit, through, direct) {
  const pairs = through.map((samples, i) => median(samples) / median(direct[i]));
  const [ours, own] = [through.flat(), direct.flat()];
  row({ row: name, unit, ratio: round(median(ours) / median(own)), ratio_p90: round(quantile(ours, 0.9) / quantile(own, 0.9)),
    blocks: { median: round(median(pairs)), min: round(Math.min(...pairs)), max: round(Math.max(...pairs)) },
    daemon: summary(ours), direct: summary(own) });
}

await run(defaults, async (given, later) => {
  const site = await startSite(given.megabytes);
  later(() => site.close());
  const daemon = await Daemon.start(given.binary, { 'browser.pool_size': 0 });
  later(() => daemon.stop());
  const session = await daemon.open({ recordSession: false, logSession: false, viewport: { width, height } });
  const [{ pid }] = browsers(daemon.pid);
  const chromium = await Chromium.like(pid, daemon.pid);
  later(() => chromium.stop());
  if (chromium.switches.some((word) => word.startsWith('--proxy-server'))) throw new Error('the other side has a proxy, too');
  const sides = [{ ...session, figures: {} }, { ...(await chromium.open(width, height)), figures: {} }];
  for (const { cdp, page } of sides) await cdp.send('Page.enable', {}, page);
  await quiet(daemon.pid, 1);
  const small = { ...given, visits: given.warmup, downloads: 1 };
  for (const side of sides) await block(side, site, small, {});
  for (let i = 0; i < given.blocks; i++) for (const side of order(i, sides)) await block(side, site, given, side.figures);
  const [through, direct] = sides.map((side) => side.figures);
  compare('page.goto', 'ms', through.page, direct.page);
  compare('page.goto, a connection each', 'ms', through.new, direct.new);
  compare(`page.goto with ${pictures} pictures`, 'ms', through.many, direct.many);
  compare(`download of ${given.megabytes} MiB`, 'ms', through.large, direct.large);
  await daemon.release(session);
});

// A session's whole life: create, connect, go to a page of a server on this machine, release. With a DevTools client of
// a few lines, and with Playwright when tests/conformance has it. Only the released answer ends a life; the browser's
// own end goes on behind it, and the machine is left to come to rest before the next.
//   node bench/life.mjs [--rounds 30] [--playwright 10] [--rest yes] [--set browser.headless=true,…]
import http from 'node:http';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { checkout, row, run, summary } from './lib/bench.mjs';
import { Cdp } from './lib/cdp.mjs';
import { Daemon } from './lib/daemon.mjs';
import { quiet } from './lib/proc.mjs';

const html = '<!doctype html><title>a page</title><h1>A page</h1><p>of a server on this machine</p>';

function serve() {
  const server = http.createServer((_, response) => response.setHeader('content-type', 'text/html').end(html));
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

/** Notes when each step was done, from the start of the life on. */
function stopwatch(times) {
  const start = performance.now();
  return (name) => (times[name] ??= []).push(performance.now() - start);
}

async function rawLife(daemon, url, times) {
  const note = stopwatch(times);
  const session = await daemon.create({});
  note('created_ms');
  const cdp = await Cdp.connect(session.connectUrl);
  note('connected_ms');
  await cdp.send('Target.getTargets').then(({ targetInfos }) => {
    cdp.page = targetInfos.find(({ type }) => type === 'page').targetId;
  });
  note('first_answer_ms');
  const page = await cdp.attach(cdp.page);
  await cdp.send('Page.enable', {}, page);
  const loaded = cdp.event('Page.loadEventFired', page);
  await cdp.send('Page.navigate', { url }, page);
  await loaded;
  note('loaded_ms');
  if ((await cdp.evaluate('document.title', page)) !== 'a page') throw new Error('another page');
  note('read_ms');
  await daemon.release({ id: session.id, cdp });
  note('released_ms');
}

async function playwrightLife(daemon, chromium, url, times) {
  const note = stopwatch(times);
  const session = await daemon.create({});
  const browser = await chromium.connectOverCDP(session.connectUrl);
  note('connected_ms');
  const page = browser.contexts()[0].pages()[0];
  await page.goto(url);
  note('loaded_ms');
  if ((await page.title()) !== 'a page') throw new Error('another page');
  await daemon.release({ id: session.id });
  note('released_ms');
  await browser.close();
}

async function playwright() {
  const entry = path.join(checkout, 'tests/conformance/node_modules/playwright-core/index.mjs');
  return existsSync(entry) ? (await import(pathToFileURL(entry).href)).chromium : null;
}

const settingsOf = (text) => Object.fromEntries(text.split(',').filter(Boolean).map((pair) => pair.split('=')));

await run({ rounds: 30, playwright: 10, rest: 'yes', set: '' }, async (given, later) => {
  const server = await serve();
  later(async () => server.close());
  const url = `http://127.0.0.1:${server.address().port}/`;
  const daemon = await Daemon.start(given.binary, { 'browser.pool_size': 1, ...settingsOf(given.set) });
  later(() => daemon.stop());
  const repeated = async (name, rounds, life) => {
    const times = {};
    for (let i = -2; i < rounds; i++) {
      if (given.rest === 'yes') await quiet(daemon.pid, 1);
      await life(i < 0 ? {} : times);
    }
    row({ row: name, ...Object.fromEntries(Object.entries(times).map(([key, values]) => [key, summary(values)])) });
  };
  await repeated('raw', given.rounds, (times) => rawLife(daemon, url, times));
  const chromium = given.playwright > 0 ? await playwright() : null;
  if (chromium) await repeated('playwright', given.playwright, (times) => playwrightLife(daemon, chromium, url, times));
});

// Sessions that end in every way, with real browsers: released, crashed, hung up on. At the end there are as many
// processes, browser folders and descriptors as at the start, no slot is taken, and the daemon's memory is within 5 %.
// Each check is first shown a leak: a live session has a process, a folder, descriptors and a slot too many.
//   node bench/cycles.mjs [--cycles 50] [--set browser.engine=headless-shell,…]
import { readdirSync } from 'node:fs';
import http from 'node:http';

import { round, row, run, sleep } from './lib/bench.mjs';
import { Cdp } from './lib/cdp.mjs';
import { Daemon, keyHeader } from './lib/daemon.mjs';
import { browsers, memory, tree } from './lib/proc.mjs';

const settingsOf = (text) => Object.fromEntries(text.split(',').filter(Boolean).map((pair) => pair.split('=')));

async function count(daemon, work) {
  let slots = 0;
  for (const state of ['starting', 'running', 'ending'])
    slots += await daemon.metric(`greenroom_sessions\\{state="${state}"\\}`);
  return { slots, processes: tree(daemon.pid).length, folders: readdirSync(work).length,
    descriptors: readdirSync(`/proc/${daemon.pid}/fd`).length };
}

const worse = (now, start) => Object.keys(start).filter((name) => now[name] > start[name]);

async function settled(daemon, work, start) {
  const end = performance.now() + 30_000;
  for (;;) {
    const now = await count(daemon, work);
    if (worse(now, start).length === 0) return now;
    if (performance.now() > end) throw new Error(`left behind: ${JSON.stringify({ start, now })}`);
    await sleep(100);
  }
}

/** A create whose client hangs up after a while. */
function hangUp(daemon, delay) {
  return new Promise((resolve) => {
    const headers = { [keyHeader[0]]: keyHeader[1], 'content-type': 'application/json' };
    const request = http.request(`${daemon.base}/v1/sessions`, { method: 'POST', headers, agent: false });
    request.once('error', () => {}).once('close', resolve);
    request.end('{}', () => setTimeout(() => request.destroy(), delay));
  });
}

const ends = [
  async (daemon) => daemon.release(await daemon.open({})),
  async (daemon) => {
    const { cdp } = await daemon.open({});
    process.kill(browsers(daemon.pid)[0].pid, 'SIGKILL');
    await cdp.send('Browser.getVersion').catch(() => {});
    cdp.close();
  },
  (daemon, i) => hangUp(daemon, (i * 37) % 900),
  async (daemon) => {
    const session = await daemon.create({});
    await Cdp.connect(session.connectUrl).then((cdp) => cdp.close()); // its grace ends it
  },
];

await run({ cycles: 50, set: '' }, async (given, later) => {
  const settings = { 'browser.pool_size': 0, 'session.disconnect_grace': '100ms', ...settingsOf(given.set) };
  const daemon = await Daemon.start(given.binary, settings);
  later(() => daemon.stop());
  await daemon.release(await daemon.open({}));
  await sleep(2000);
  for (const end of ends) await end(daemon, 0).then(() => sleep(1500));
  const start = await count(daemon, daemon.work);
  const planted = await daemon.open({});
  const seen = worse(await count(daemon, daemon.work), start);
  if (seen.length !== 4) throw new Error(`a live session is no leak to ${JSON.stringify(seen)}`);
  await daemon.release(planted);
  await settled(daemon, daemon.work, start);
  const before = memory(daemon.pid).resident;
  for (let i = 0; i < given.cycles; i++) {
    await ends[i % ends.length](daemon, i);
    if (i % ends.length === ends.length - 1) await settled(daemon, daemon.work, start);
  }
  const now = await settled(daemon, daemon.work, start);
  const after = memory(daemon.pid).resident;
  if (after > before * 1.05) throw new Error(`${round(before, 2)} MB before, ${round(after, 2)} after`);
  row({ row: 'cycles', cycles: given.cycles, start, now, resident_mb: { before: round(before, 2), after: round(after, 2) } });
});

// From a create to its answer, to an open websocket, to the first DevTools answers: with a warm spare and without, in
// turn. The machine is left to come to rest before each.
//   node bench/start.mjs [--rounds 12]
import { row, run, summary } from './lib/bench.mjs';
import { Cdp } from './lib/cdp.mjs';
import { Daemon } from './lib/daemon.mjs';
import { quiet } from './lib/proc.mjs';

async function round(side) {
  await quiet(side.daemon.pid, side.pool);
  const start = performance.now();
  const note = (name) => (side.times[name] ??= []).push(performance.now() - start);
  const { id, connectUrl } = await side.daemon.create({});
  note('created_ms');
  const cdp = await Cdp.connect(connectUrl);
  note('connected_ms');
  await cdp.send('Browser.getVersion');
  note('first_answer_ms');
  const page = await cdp.attach();
  if ((await cdp.evaluate('1 + 1', page)) !== 2) throw new Error('1 + 1 is not 2');
  note('page_answer_ms');
  const released = performance.now();
  await side.daemon.release({ id, cdp });
  (side.times.released_ms ??= []).push(performance.now() - released);
}

await run({ rounds: 12 }, async (given, later) => {
  const sides = [];
  for (const [name, pool] of [['warm', 1], ['cold', 0]]) {
    const daemon = await Daemon.start(given.binary, { 'browser.pool_size': pool });
    later(() => daemon.stop());
    sides.push({ name, pool, daemon, times: {} });
  }
  for (const side of sides) await round(side);
  for (const side of sides) side.times = {};
  for (let i = 0; i < given.rounds; i++) for (const side of sides) await round(side);
  for (const { name, times, daemon } of sides)
    row({ row: name, ...Object.fromEntries(Object.entries(times).map(([key, samples]) => [key, summary(samples)])),
      daemon_start_ms: Math.round(daemon.startMilliseconds) });
});

// How long one session's calls take while another one's client and browser send each other messages of 100 MB: first
// without them, then with a large result, a large command and a large nested result, over and over.
// A nested result is smaller: Chromium itself takes minutes for one of 99 MB on some machines.
//   node bench/fairness.mjs [--seconds 8] [--megabytes 99] [--nested 20]
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { quantile, round, row, run, sleep } from './lib/bench.mjs';
import { Daemon } from './lib/daemon.mjs';

async function probe({ cdp, page }, until) {
  const times = [];
  while (!until.over) {
    const start = performance.now();
    const { result } = await cdp.send('Runtime.evaluate', { expression: '1' }, page);
    if (result.value !== 1) throw new Error('1 is not 1');
    times.push(performance.now() - start);
    await sleep(1);
  }
  return times;
}

/** What is large is made and read by another process: its work must not be in the other session's times. */
function loader(url, kind, megabytes) {
  const script = fileURLToPath(new URL('./lib/load.mjs', import.meta.url));
  return spawn(process.execPath, [script, url, kind, String(megabytes)], { stdio: ['ignore', 'pipe', 'inherit'] });
}

await run({ seconds: 8, megabytes: 99, nested: 20 }, async (given, later) => {
  const daemon = await Daemon.start(given.binary, { 'browser.pool_size': 0, 'recording.enabled': false });
  later(() => daemon.stop());
  const quiet = await daemon.open({});
  const loud = await daemon.create({});
  for (const kind of ['nothing', 'result', 'command', 'nested']) {
    const until = { over: false };
    const megabytes = kind === 'nested' ? given.nested : given.megabytes;
    const child = kind === 'nothing' ? null : loader(loud.connectUrl, kind, megabytes);
    let rounds = 0;
    child?.stdout.on('data', (text) => (rounds += String(text).split('\n').length - 1));
    if (child) for (let i = 0; i < 600 && rounds === 0; i++) await sleep(100);
    const before = rounds;
    setTimeout(() => (until.over = true), given.seconds * 1000);
    const times = await probe(quiet, until);
    if (child && rounds === before) throw new Error(`no message of ${megabytes} MB passed`);
    child?.kill();
    row({ row: kind, messages: rounds - before, ms: { median: round(quantile(times, 0.5), 2),
      p99: round(quantile(times, 0.99), 1), max: round(Math.max(...times), 1), n: times.length } });
    await sleep(500);
  }
  await daemon.release(quiet);
});

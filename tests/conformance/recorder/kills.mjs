// kill -9 of encoder and daemon at random moments, by hand:  ./node recorder/kills.mjs [moments of each = 20]
// Prints one JSON line for each, and exits with 1 when one was lost more of than a fragment and a second.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { Daemon } from '../support/daemon.mjs';
import { killDaemon, killEncoder, mostLost } from '../support/kill.mjs';
import { startSite } from '../support/site.mjs';

const moments = Number(process.argv[2] ?? 20);
const settings = { browser: { pool_size: 1 } };
const site = await startSite();
const folder = await mkdtemp(path.join(tmpdir(), 'greenroom-kill-'));
let faults = 0;

async function tell(what, delay, work) {
  const result = await work().catch((error) => ({ error: error.message }));
  const isGood = !result.error && result.lost <= mostLost;
  if (!isGood) faults++;
  console.log(JSON.stringify({ what, delay: Math.round(delay), isGood, ...result }));
}

const daemon = await Daemon.start(settings);
for (let i = 0; i < moments; i++) {
  const delay = 300 + Math.random() * 9_000;
  await tell('encoder', delay, () => killEncoder(daemon, site, folder, delay));
}
await daemon.stop();
for (let i = 0; i < moments; i++) {
  const delay = 300 + Math.random() * 9_000;
  await tell('daemon', delay, () => killDaemon(settings, site, folder, delay));
}
await site.close();
await rm(folder, { recursive: true, force: true });
console.log(JSON.stringify({ moments: 2 * moments, faults }));
process.exit(faults === 0 ? 0 : 1);

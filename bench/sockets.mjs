// Resident memory of the daemon with many idle DevTools websockets on it, all of a few sessions. Each has had an answer.
//   node bench/sockets.mjs [--sockets 2000] [--sessions 4]
import { round, row, run } from './lib/bench.mjs';
import { Cdp } from './lib/cdp.mjs';
import { Daemon } from './lib/daemon.mjs';
import { memory, quiet } from './lib/proc.mjs';

await run({ sockets: 2000, sessions: 4 }, async (given, later) => {
  const daemon = await Daemon.start(given.binary, { 'browser.pool_size': 0 });
  later(() => daemon.stop());
  const before = memory(daemon.pid).resident;
  const sessions = [];
  while (sessions.length < given.sessions) sessions.push(await daemon.create({}));
  const clients = [];
  for (let i = 0; i < given.sockets; i++) {
    const cdp = await Cdp.connect(sessions[i % sessions.length].connectUrl);
    const { product } = await cdp.send('Browser.getVersion');
    if (!product) throw new Error('a browser without a name');
    clients.push(cdp);
  }
  await quiet(daemon.pid, given.sessions);
  const open = await daemon.metric('greenroom_clients');
  if (open !== clients.length) throw new Error(`${open} clients of ${clients.length}`);
  row({ row: 'idle websockets', sockets: open, idle_mb: round(before, 2),
    resident_mb: round(memory(daemon.pid).resident, 2) });
  // Each still works.
  for (const cdp of clients) await cdp.send('Browser.getVersion');
  for (const cdp of clients) cdp.close();
});

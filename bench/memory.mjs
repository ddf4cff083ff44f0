// Resident memory of the daemon itself: idle, with idle sessions that each have a client, and after their release.
//   node bench/memory.mjs [--counts 1,5,10] [--cycles 2]
import { round, row, run } from './lib/bench.mjs';
import { Daemon } from './lib/daemon.mjs';
import { memory, quiet } from './lib/proc.mjs';

function print(name, daemon, sessions, idle) {
  const { resident, anonymous } = memory(daemon.pid);
  const more = sessions ? { mb_per_session: round((resident - idle) / sessions) } : {};
  row({ row: name, sessions, resident_mb: round(resident, 2), anonymous_mb: round(anonymous, 2), ...more });
  return resident;
}

async function idle(binary, poolSize, later) {
  const daemon = await Daemon.start(binary, { 'browser.pool_size': poolSize, 'limits.sessions': 1000 });
  let isStopped = false;
  daemon.stopOnce = async () => isStopped || ((isStopped = true), await daemon.stop());
  later(daemon.stopOnce);
  await quiet(daemon.pid, poolSize);
  return { daemon, resident: print(`idle, pool of ${poolSize}`, daemon, 0) };
}

await run({ counts: '1,5,10', cycles: 2 }, async (given, later) => {
  await (await idle(given.binary, 1, later)).daemon.stopOnce();
  const { daemon, resident } = await idle(given.binary, 0, later);
  for (let cycle = 0; cycle < given.cycles; cycle++) {
    const sessions = [];
    for (const count of given.counts.split(',').map(Number)) {
      while (sessions.length < count) sessions.push(await daemon.open({}));
      await quiet(daemon.pid, count);
      print('idle sessions', daemon, count, resident);
    }
    for (const session of sessions) await daemon.release(session);
    await quiet(daemon.pid, 0); // no process is left but the daemon
    print('after release', daemon, 0);
  }
});

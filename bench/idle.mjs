// What the daemon itself takes of a core while sessions with a client each do nothing.
//   node bench/idle.mjs [--sessions 40] [--seconds 30] [--set recording.enabled=false,…]
import { round, row, run } from './lib/bench.mjs';
import { Daemon } from './lib/daemon.mjs';
import { browsers, busyCores, memory } from './lib/proc.mjs';

const settingsOf = (text) => Object.fromEntries(text.split(',').filter(Boolean).map((pair) => pair.split('=')));

await run({ sessions: 40, seconds: 30, set: '' }, async (given, later) => {
  const settings = { 'browser.pool_size': 0, 'limits.sessions': given.sessions, ...settingsOf(given.set) };
  const daemon = await Daemon.start(given.binary, settings);
  later(() => daemon.stop());
  const sessions = [];
  for (let i = 0; i < given.sessions; i++) sessions.push(await daemon.open({}));
  // Browsers go on for a while after their start.
  await busyCores(daemon.pid, 20);
  const cores = await busyCores(daemon.pid, given.seconds);
  if (browsers(daemon.pid).length !== given.sessions) throw new Error('a browser has gone');
  const percent = Object.fromEntries(Object.entries(cores).map(([part, share]) => [part, round(share * 100, 2)]));
  row({ row: 'idle', sessions: given.sessions, seconds: given.seconds, percent_of_a_core: percent,
    daemon_resident_mb: round(memory(daemon.pid).resident, 1) });
  await Promise.all(sessions.map((session) => daemon.release(session)));
});

// Requests per second of the two calls that programs poll, with live sessions: wrk, one thread, kept-alive connections.
//   node bench/rest.mjs [--sessions 5] [--rounds 3] [--seconds 5] [--connections 32]
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { median, order, round, row, run } from './lib/bench.mjs';
import { Daemon, keyHeader } from './lib/daemon.mjs';
import { quiet } from './lib/proc.mjs';

async function wrk(url, { connections, seconds }) {
  const words = ['-t1', `-c${connections}`, `-d${seconds}s`, '--latency', '-H', keyHeader.join(': '), url];
  const { stdout } = await promisify(execFile)('wrk', words);
  const found = (pattern) => pattern.exec(stdout)?.[1];
  const refused = found(/Non-2xx or 3xx responses: (\d+)/) ?? found(/Socket errors: (.*)/);
  if (refused) throw new Error(`wrk, failed requests: ${refused}`);
  const rate = Number(found(/Requests\/sec:\s+([\d.]+)/));
  if (!(rate > 0)) throw new Error(`wrk says no rate: ${stdout}`);
  return { rate, p50: found(/^\s+50%\s+(\S+)/m), p99: found(/^\s+99%\s+(\S+)/m) };
}

await run({ sessions: 5, rounds: 3, seconds: 5, connections: 32 }, async (given, later) => {
  const daemon = await Daemon.start(given.binary, { 'browser.pool_size': 0 });
  later(() => daemon.stop());
  const sessions = [];
  while (sessions.length < given.sessions) sessions.push(await daemon.open({ recordSession: false }));
  await quiet(daemon.pid, given.sessions);

  const targets = [
    { name: 'get a session', path: `/v1/sessions/${sessions[0].id}` },
    { name: 'list sessions', path: '/v1/sessions' },
  ];
  const holds = async () => {
    const list = await daemon.request('GET', targets[1].path);
    const running = list.filter(({ status }) => status === 'RUNNING').length;
    if (running !== given.sessions) throw new Error(`the list has ${running} running sessions`);
    const { id } = await daemon.request('GET', targets[0].path);
    if (id !== sessions[0].id) throw new Error(`the session's id is ${id}`);
  };
  await holds();
  for (const { path } of targets) await wrk(daemon.base + path, { ...given, seconds: 1 });
  const rates = new Map(targets.map(({ name }) => [name, []]));
  for (let i = 0; i < given.rounds; i++)
    for (const { name, path } of order(i, targets)) {
      const { rate, p50, p99 } = await wrk(daemon.base + path, given);
      rates.get(name).push(rate);
      row({ row: `${name}, round ${i + 1}`, requests_per_s: round(rate, 0), p50, p99 });
    }
  await holds();
  for (const [name, all] of rates)
    row({ row: name, requests_per_s: round(median(all), 0), min: round(Math.min(...all), 0) });
  for (const session of sessions) await daemon.release(session);
});

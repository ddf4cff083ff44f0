// What /proc tells of processes: who belongs to whom, how much processor time and memory they took.
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';

import { sleep } from './bench.mjs';

const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK']));

function read(pid, name) {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'latin1');
  } catch {
    return null; // it has ended
  }
}

function processes() {
  const found = new Map();
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? read(name, 'stat') : null;
    if (!stat) continue;
    const end = stat.lastIndexOf(')');
    const fields = stat.slice(end + 2).split(' ');
    const comm = stat.slice(stat.indexOf('(') + 1, end);
    found.set(Number(name), { pid: Number(name), comm, state: fields[0], parent: Number(fields[1]),
      seconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond });
  }
  return found;
}

/** The process and everything below it, zombies left out. Orphans come to the daemon, so it has them all. */
export function tree(root) {
  const all = processes();
  const belongs = (process) => {
    for (let at = process; at; at = all.get(at.parent)) if (at.pid === root) return true;
    return false;
  };
  return [...all.values()].filter((process) => process.state !== 'Z' && belongs(process));
}

/** Which part of Greenroom a process of the daemon's tree is. */
export function part({ comm }) {
  if (comm === 'Xvfb') return 'xvfb';
  if (comm.startsWith('greenroom-enc')) return 'encoder';
  return comm.startsWith('greenroom') ? 'daemon' : 'browser';
}

/** Strings separated by NUL: command lines and environments. */
export function strings(pid, name) {
  return (read(pid, name) ?? '').split('\0').filter(Boolean);
}

/** The processes in whose command lines a folder stands. */
export function mentioning(folder) {
  return [...processes().keys()].filter((pid) => pid !== process.pid && (read(pid, 'cmdline') ?? '').includes(folder));
}

/** The browsers' first processes in a tree, in the order in which they were started. */
export function browsers(root) {
  return tree(root).map(({ pid }) => ({ pid, command: strings(pid, 'cmdline') }))
    .filter(({ command }) => command.includes('--remote-debugging-pipe'))
    .filter(({ command }) => !command.some((word) => word.startsWith('--type=')))
    .sort((left, right) => left.pid - right.pid);
}

/** Resident memory of one process in MB (10^6 bytes): all of it, and the part that no file backs. */
export function memory(pid) {
  const status = read(pid, 'status') ?? '';
  const megabytes = (key) => Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? NaN) * 1024 / 1e6;
  return { resident: megabytes('VmRSS'), anonymous: megabytes('RssAnon') };
}

/** Cores that each part of a tree keeps busy, over some seconds. What began and ended in between is not seen. */
export async function busyCores(root, seconds) {
  const before = new Map(tree(root).map((process) => [process.pid, process.seconds]));
  const start = performance.now();
  await sleep(seconds * 1000);
  const passed = (performance.now() - start) / 1000;
  const cores = { total: 0, browser: 0, xvfb: 0, encoder: 0, daemon: 0 };
  for (const process of tree(root)) {
    const used = (process.seconds - (before.get(process.pid) ?? 0)) / passed;
    cores[part(process)] += used;
    cores.total += used;
  }
  return cores;
}

/** Waits until a tree has so many browsers and has kept less than 3 % of a core busy for a second. */
export async function quiet(root, browserCount, deadline = 60_000) {
  const end = performance.now() + deadline;
  // Half a second twice: a browser that was just started, or is about to end, is quiet too and counts.
  let calm = 0;
  for (;;) {
    const { total } = await busyCores(root, 0.5);
    const size = tree(root).length;
    const isCalm = total < 0.03 && browsers(root).length === browserCount && (browserCount > 0 || size === 1);
    calm = isCalm ? calm + 1 : 0;
    if (calm === 2) return;
    if (performance.now() > end)
      throw new Error(`not quiet with ${browserCount} browsers: ${browsers(root).length} browsers, ` +
        `${size} processes, ${total.toFixed(2)} cores`);
  }
}

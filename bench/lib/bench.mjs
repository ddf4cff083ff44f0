// What every script has in common: options, one JSON line per row, and an end that leaves nothing running.
import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

export const checkout = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Value at a share (0 to 1) of the sorted samples, between neighbours. */
export function quantile(samples, share) {
  const sorted = [...samples].sort((left, right) => left - right);
  const at = (sorted.length - 1) * share;
  const low = sorted[Math.floor(at)];
  return low + (sorted[Math.ceil(at)] - low) * (at % 1);
}

export const median = (samples) => quantile(samples, 0.5);
export const round = (value, digits = 3) => Number(value.toFixed(digits));

/** Median, 99th percentile, least and most, and how many samples. */
export function summary(samples, digits = 1) {
  return { median: round(median(samples), digits), p99: round(quantile(samples, 0.99), digits),
    min: round(Math.min(...samples), digits), max: round(Math.max(...samples), digits), n: samples.length };
}

let isVoid = false;

/** One row of the result. A void run has no more of them. */
export function row(fields) {
  if (!isVoid) process.stdout.write(JSON.stringify(fields) + '\n');
}

/** Left, right, right, left …: a drift of the machine meets both sides alike. */
export const order = (block, sides) => (block % 2 ? [...sides].reverse() : sides);

function options(defaults) {
  const all = { binary: path.join(checkout, 'build/release/greenroom'), deadline: 1800, ...defaults };
  const described = Object.fromEntries(Object.keys(all).map((name) => [name, { type: 'string' }]));
  const { values } = parseArgs({ options: described });
  for (const [name, text] of Object.entries(values)) {
    all[name] = typeof all[name] === 'number' ? Number(text) : text;
    if (Number.isNaN(all[name])) throw new Error(`--${name} takes a number`);
  }
  all.binary = path.resolve(all.binary);
  return all;
}

function machine(binary) {
  const model = /model name\s*: (.*)/.exec(readFileSync('/proc/cpuinfo', 'latin1'))?.[1];
  return { row: 'machine', cpus: os.cpus().length, model, load: os.loadavg().map((load) => round(load, 2)),
    node: process.version, binary: path.relative(checkout, binary) };
}

/**
 * Runs a script's body. `body(options, later)` prints rows; `later(action)` runs an action at the end, the last one
 * first, however the body ends. Anything that fails voids the run: a last row says so, exit code 1.
 * The script's own options and their defaults come besides --binary and --deadline (seconds).
 */
export async function run(defaults, body) {
  const actions = [];
  const fail = (error) => {
    row({ row: 'void', error: error.message });
    isVoid = true;
    process.stderr.write(`${error.stack}\n`);
  };
  const stopped = new Promise((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => reject(new Error(`stopped by ${signal}`)));
    process.once('bench-deadline', () => reject(new Error('the deadline of the whole run has passed')));
  });
  try {
    const given = options(defaults);
    setTimeout(() => process.emit('bench-deadline'), given.deadline * 1000).unref();
    row(machine(given.binary));
    await Promise.race([body(given, (action) => actions.push(action)), stopped]);
  } catch (error) {
    fail(error);
  }
  for (const action of actions.reverse()) await Promise.resolve().then(action).catch(fail);
  process.exit(isVoid ? 1 : 0);
}

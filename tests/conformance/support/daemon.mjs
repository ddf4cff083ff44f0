// The real daemon as a child: started on a free port in a folder of its own, stopped by SIGTERM, and held to the
// leak rule: exit 0, no process left, the browsers' folder empty, no sanitizer report.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';

import { descendants, processes, stillRunning } from './proc.mjs';
import { until, within } from './wait.mjs';

const checkout = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
export const binary = path.resolve(checkout, process.env.GREENROOM_BINARY ?? 'build/asan/greenroom');
const sanitizerReport = /ERROR: \w+Sanitizer|runtime error:|WARNING: ThreadSanitizer/;
const startDeadline = 30_000;
const stopDeadline = 20_000;

const defaults = {
  server: { drain_deadline: '2s' }, // a failed test may leave a session, for which SIGTERM would wait
  browser: { pool_size: 1, headless: false },
  recording: { enabled: true, fps: 10 },
  log: { level: 'info' },
};

/** Nested settings, later ones winning. */
function merged(left, right) {
  const result = { ...left };
  for (const [key, value] of Object.entries(right)) {
    const nested = value !== null && typeof value === 'object' && !Array.isArray(value);
    result[key] = nested ? merged(left[key] ?? {}, value) : value;
  }
  return result;
}

const firstUid = Number(process.env.CONFORMANCE_UID_BASE ?? 59_000); // beside other daemons of root: other ones
const uidBases = new Map(); // by home

export class Daemon {
  /** Settings are merged over `defaults`; `home` reuses the folder of an earlier daemon (a restart);
   * `wrapper` is a command that becomes the daemon. */
  static async start(settings = {}, { home, environment = {}, wrapper = [] } = {}) {
    const daemon = new Daemon();
    daemon.wrapper = wrapper;
    daemon.home = home ?? (await mkdtemp(path.join(tmpdir(), 'greenroom-test-')));
    // Browsers run under other uids and must be able to walk to their own folder.
    await chmod(daemon.home, 0o755);
    daemon.data = path.join(daemon.home, 'data');
    daemon.work = path.join(daemon.home, 'work');
    await mkdir(daemon.work, { recursive: true });
    await chmod(daemon.work, 0o755);
    // As root, two daemons that choose from the same user ids would sooner or later share one; one that is started
    // again finds its files as they were.
    if (!uidBases.has(daemon.home)) uidBases.set(daemon.home, firstUid + 1_000 * (uidBases.size % 6));
    const browser = { work_dir: daemon.work, uid_base: uidBases.get(daemon.home), uid_count: 1_000 };
    daemon.settings = merged(merged(defaults, { browser }), settings);
    await daemon.#launch(environment);
    return daemon;
  }

  key = 'gr-test-key-0123456789abcdef';
  log = [];
  ended = null;
  killed = false;

  async #launch(environment) {
    const config = path.join(this.home, 'config.yaml');
    await writeFile(config, JSON.stringify(this.settings, null, 2)); // JSON is YAML
    const inherited = Object.entries(process.env).filter(([name]) => !/^(GREENROOM_|BROWSERBASE_|NODE_)/.test(name));
    const env = { ...Object.fromEntries(inherited), HOME: this.home, GREENROOM_API_KEY: this.key, ...environment };
    const args = ['serve', '--config', config, '--listen', '127.0.0.1:0', '--data', this.data];
    const [program, ...words] = [...this.wrapper, binary, ...args];
    this.child = spawn(program, words, { env, stdio: ['ignore', 'ignore', 'pipe'] });
    this.exited = new Promise((resolve) => {
      this.child.once('error', (error) => resolve({ error }));
      this.child.once('exit', (code, signal) => resolve({ code, signal }));
    }).then((status) => (this.ended = status));
    process.once('exit', () => this.ended ?? this.child.kill('SIGKILL'));
    this.#collectLog();
    try {
      this.address = await within(startDeadline, 'the daemon says that it listens', this.#listening());
    } catch (error) {
      this.child.kill('SIGKILL');
      throw new Error(`${error.message}\n${this.tail()}`);
    }
    this.pid = this.child.pid;
    this.baseURL = `http://${this.address}`;
  }

  #collectLog() {
    const file = createWriteStream(path.join(this.home, 'daemon.log'), { flags: 'a' });
    let rest = '';
    this.child.stderr.setEncoding('utf8').on('data', (chunk) => {
      file.write(chunk);
      const lines = (rest + chunk).split('\n');
      rest = lines.pop();
      this.log.push(...lines);
    });
    this.child.stderr.once('close', () => file.end());
  }

  #listening() {
    return until(
      'a line "listening … address=…"',
      () => {
        if (this.ended) throw new Error(`the daemon ended at once: ${JSON.stringify(this.ended)} (${binary})`);
        for (const line of this.log) {
          const match = /\blistening\b.*\baddress=(127\.0\.0\.1:\d+)/.exec(line);
          if (match) return match[1];
        }
        return null;
      },
      startDeadline,
      20,
    );
  }

  tail(lines = 60) {
    return ['--- end of the daemon\'s log', ...this.log.slice(-lines), '---'].join('\n');
  }

  /** The processes below the daemon. */
  tree() {
    return descendants(this.pid);
  }

  /** SIGTERM, exit 0 within 20 s, then the leak rule. */
  async stop({ keepHome = false } = {}) {
    if (!this.killed) {
      assert.equal(this.ended, null, `the daemon had ended by itself: ${JSON.stringify(this.ended)}\n${this.tail()}`);
      const tree = this.tree();
      this.child.kill('SIGTERM');
      try {
        await within(stopDeadline, 'the daemon ends after SIGTERM', this.exited);
      } catch (error) {
        this.child.kill('SIGKILL');
        throw new Error(`${error.message}\n${this.tail()}`);
      }
      assert.deepEqual(this.ended, { code: 0, signal: null }, `exit 0 after SIGTERM\n${this.tail()}`);
      this.assertNoSanitizerReport();
      await this.assertNothingLeft(tree);
    }
    if (!keepHome) await rm(this.home, { recursive: true, force: true });
  }

  /** kill -9: the daemon alone, as the kernel's memory killer does it. */
  async kill9() {
    const tree = this.tree();
    this.killed = true;
    this.child.kill('SIGKILL');
    await this.exited;
    return tree;
  }

  assertNoSanitizerReport() {
    const first = this.log.findIndex((line) => sanitizerReport.test(line));
    assert.equal(first, -1, `no sanitizer report\n${this.log.slice(Math.max(0, first), first + 60).join('\n')}`);
  }

  /** The leak rule. `tree`: what ran before the daemon was asked to stop. */
  async assertNothingLeft(tree = []) {
    const left = () => [
      ...stillRunning(tree),
      ...processes().filter(({ command, pid }) => pid !== process.pid && command.includes(this.home)),
    ];
    const brief = () => left().map(({ pid, command }) => `${pid} ${command.slice(0, 120)}`);
    await until('no process is left', () => left().length === 0, 3_000).catch(() =>
      assert.deepEqual(brief(), [], 'no process is left behind'),
    );
    assert.deepEqual(await readdir(this.work), [], "the browsers' folder is empty");
  }
}

/**
 * One daemon for a whole test file, which starts it by `const held = await useDaemon(…)` at its head; it is stopped
 * after the file's tests. When a test has failed, the end of the daemon's log is printed.
 */
export async function useDaemon(settings, options) {
  const daemon = await Daemon.start(settings, options);
  after(() => daemon.stop());
  process.once('exit', () => {
    if (process.exitCode) process.stderr.write(daemon.tail() + '\n');
  });
  return { daemon };
}

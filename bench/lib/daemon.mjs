// The daemon under measurement: started on a free port with data of its own, spoken to over HTTP, stopped at the end.
import { spawn } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';

import { Cdp } from './cdp.mjs';

const key = 'greenroom-bench-key-0123456789';
// Daemons that run as root give browsers user ids of their own: one beside another must have other ones.
const uidCount = 1000;
let nextUid = 50_000;
export const keyHeader = ['x-bb-api-key', key];

/** "browser.pool_size" as the environment has it. */
const variable = (name) => `GREENROOM_${name.toUpperCase().replace('.', '__')}`;

export class Daemon {
  /** `settings`: values by their dotted names. Resolves when the daemon listens. */
  static async start(binary, settings = {}) {
    const daemon = new Daemon();
    daemon.home = await mkdtemp(path.join(os.tmpdir(), 'greenroom-bench-'));
    await chmod(daemon.home, 0o755); // browsers with other uids walk through it
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('GREENROOM_'));
    // A start that is slow is a figure, not a failure.
    daemon.work = path.join(daemon.home, 'work');
    const own = { 'browser.work_dir': daemon.work, 'browser.launch_timeout': '60s', 'browser.uid_base': nextUid, 'browser.uid_count': uidCount };
    nextUid += uidCount;
    const env = { ...Object.fromEntries(inherited), GREENROOM_API_KEY: key };
    for (const [name, value] of Object.entries({ ...own, ...settings })) env[variable(name)] = String(value);
    const begun = performance.now();
    const words = ['serve', '--listen', '127.0.0.1:0', '--data', path.join(daemon.home, 'data')];
    daemon.child = spawn(binary, words, { env, stdio: ['ignore', 'ignore', 'pipe'] });
    process.once('exit', () => daemon.child.kill('SIGTERM')); // a run that is stopped in between
    try {
      daemon.base = `http://${await daemon.#address()}`;
    } catch (error) {
      await daemon.stop();
      throw error;
    }
    daemon.startMilliseconds = performance.now() - begun;
    daemon.pid = daemon.child.pid;
    return daemon;
  }

  log = '';
  #agent = new http.Agent({ keepAlive: true });

  #address() {
    return new Promise((resolve, reject) => {
      this.exited = new Promise((ended) => {
        this.child.once('error', (error) => (reject(error), ended({ error })));
        this.child.once('exit', (code, signal) => {
          reject(new Error(`the daemon ended at once (${code ?? signal}): ${this.log}`));
          ended({ code, signal });
        });
      });
      this.child.stderr.setEncoding('utf8').on('data', (text) => {
        this.log = (this.log + text).slice(-20_000);
        const found = /\blistening address=(\S+)\n/.exec(this.log);
        if (found) resolve(found[1]);
      });
    });
  }

  /** The answer's body, parsed when it is JSON. Any status but 2xx is an error. */
  request(method, target, body = undefined, credential = keyHeader) {
    const headers = { [credential[0]]: credential[1], ...(body ? { 'content-type': 'application/json' } : {}) };
    return new Promise((resolve, reject) => {
      const request = http.request(this.base + target, { method, headers, agent: this.#agent, timeout: 60_000 });
      request.once('error', reject);
      request.once('timeout', () => request.destroy(new Error(`${method} ${target}: no answer in a minute`)));
      request.once('response', (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk)).once('error', reject).once('end', () => {
          const text = Buffer.concat(chunks).toString();
          const said = `${response.statusCode} ${text.slice(0, 300)}\n${this.log.slice(-1000)}`;
          if (response.statusCode < 200 || response.statusCode > 299)
            return reject(new Error(`${method} ${target}: ${said}`));
          resolve(response.headers['content-type']?.includes('json') ? JSON.parse(text) : text);
        });
      });
      request.end(body && JSON.stringify(body));
    });
  }

  /** A session with the wanted browserSettings: what the daemon answers to a create. */
  create(browserSettings = {}) {
    return this.request('POST', '/v1/sessions', { browserSettings });
  }

  /** A session, a client of it, and the client's attachment to its first page. */
  async open(browserSettings) {
    const session = await this.create(browserSettings);
    const cdp = await Cdp.connect(session.connectUrl);
    return { id: session.id, cdp, page: await cdp.attach() };
  }

  async release({ id, cdp }) {
    cdp?.close();
    await this.request('POST', `/v1/sessions/${id}`, { status: 'REQUEST_RELEASE' });
  }

  /** A counter or gauge of /metrics. */
  async metric(name) {
    const text = await this.request('GET', '/metrics', undefined, ['authorization', `Bearer ${key}`]);
    const found = new RegExp(`^${name} (\\S+)$`, 'm').exec(text);
    if (!found) throw new Error(`/metrics has no ${name}`);
    return Number(found[1]);
  }

  /** SIGTERM, which ends its sessions; SIGKILL after half a minute. */
  async stop() {
    this.#agent.destroy();
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill('SIGTERM');
      const timer = setTimeout(() => this.child.kill('SIGKILL'), 30_000);
      await this.exited;
      clearTimeout(timer);
    }
    await rm(this.home, { recursive: true, force: true });
    const status = this.child.exitCode ?? this.child.signalCode;
    if (status !== 0) throw new Error(`the daemon ended with ${status}: ${this.log.slice(-2000)}`);
  }
}

// A Chromium beside the daemon with the command line and environment of one of the daemon's own, except for the
// door: a websocket of its own in place of the pipe. It gets an X server of its own, and root gives it another uid.
import { spawn } from 'node:child_process';
import { chown, mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { Cdp } from './cdp.mjs';
import { mentioning, strings, tree } from './proc.mjs';

// Below the daemon's own range, in which it looks for what earlier browsers left.
const unprivileged = 58_990;

/** The first match in what a stream says; everything it says is read on. */
function said(child, stream, pattern) {
  return new Promise((resolve, reject) => {
    let text = '';
    stream.setEncoding('utf8').on('data', (chunk) => {
      if (text.length < 100_000) text += chunk;
      const found = pattern.exec(text);
      if (found) resolve(found[1]);
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => reject(new Error(`${child.spawnfile} ended (${code ?? signal}): ${text}`)));
  });
}

export class Chromium {
  /** Like the browser with that pid, whose X server is the one in the daemon's tree (none: headless). */
  static async like(pid, daemonPid) {
    const chromium = new Chromium();
    chromium.home = await mkdtemp(path.join(os.tmpdir(), 'greenroom-bench-chromium-'));
    const identity = process.getuid() === 0 ? { uid: unprivileged, gid: unprivileged } : {};
    for (const name of ['.', 'home', 'profile', 'cache', 'tmp']) {
      await mkdir(path.join(chromium.home, name), { recursive: true });
      if (identity.uid) await chown(path.join(chromium.home, name), identity.uid, identity.gid);
    }
    try {
      await chromium.#start(pid, daemonPid, identity);
    } catch (error) {
      await chromium.stop();
      throw error;
    }
    return chromium;
  }

  #children = [];

  async #start(pid, daemonPid, identity) {
    const command = strings(pid, 'cmdline');
    const profile = command.find((word) => word.startsWith('--user-data-dir=')).slice('--user-data-dir='.length);
    const moved = (word) => word.replaceAll(path.dirname(profile), this.home);
    const env = Object.fromEntries(strings(pid, 'environ').map((entry) => moved(entry).split(/=(.*)/s, 2)));
    const xvfb = tree(daemonPid).find(({ comm }) => comm === 'Xvfb');
    if (xvfb) env.DISPLAY = `:${await this.#startDisplay(strings(xvfb.pid, 'cmdline'), identity)}`;
    delete env.XAUTHORITY;
    const door = (word) => (word === '--remote-debugging-pipe' ? '--remote-debugging-port=0' : word);
    // The daemon's way to the network would serve that one browser's user and nobody else.
    const isShared = (word) => !/^--(proxy-server|proxy-bypass-list|webrtc-ip-handling-policy)=/.test(word);
    this.switches = command.slice(1).filter(isShared).map((word) => door(moved(word)));
    const where = { ...identity, env, cwd: this.home, stdio: ['ignore', 'ignore', 'pipe'] };
    const child = this.#spawn(command[0], this.switches, where);
    this.pid = child.pid;
    this.url = await said(child, child.stderr, /DevTools listening on (ws:\S+)/);
  }

  /** The number of a display with the same arguments, but for the cookie. */
  #startDisplay(command, identity) {
    const words = command.slice(1);
    words.splice(words.indexOf('-auth'), 2);
    const where = { ...identity, env: {}, stdio: ['ignore', 'ignore', 'ignore', 'pipe'] };
    const child = this.#spawn(command[0], words, where);
    return said(child, child.stdio[3], /(\d+)\n/);
  }

  #spawn(program, words, options) {
    const child = spawn(program, words, { ...options, detached: true });
    child.ended = new Promise((resolve) => child.once('exit', resolve).once('error', resolve));
    this.#children.push(child);
    return child;
  }

  /** A client and its attachment to a window of the size of a session's. */
  async open(width, height) {
    const cdp = await Cdp.connect(this.url);
    const isHeadless = this.switches.some((word) => word.startsWith('--headless'));
    const { targetId } = await cdp.send('Target.createTarget', { url: 'about:blank', newWindow: true, width, height,
      ...(isHeadless ? {} : { windowState: 'fullscreen' }) });
    return { cdp, page: await cdp.attach(targetId) };
  }

  async stop() {
    for (const child of this.#children.reverse()) {
      if (child.pid && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGKILL');
      await child.ended;
    }
    // Crash handlers leave the browser's process group, and are to be known by its folder.
    for (const pid of mentioning(this.home)) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // it has ended in between
      }
    }
    await rm(this.home, { recursive: true, force: true, maxRetries: 10 });
  }
}

// The binary as the server that a client library starts for itself: no arguments, BB_ENV=local, HOST and PORT.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { test } from 'node:test';

import { binary } from '../support/daemon.mjs';
import { descendants, stillRunning } from '../support/proc.mjs';
import { until, within } from '../support/wait.mjs';
import { ask, Session } from './client.mjs';

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function start(environment) {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(GREENROOM_|BROWSERBASE_)/.test(name));
  const uids = process.env.CONFORMANCE_UID_BASE ? { GREENROOM_BROWSER__UID_BASE: process.env.CONFORMANCE_UID_BASE } : {};
  const child = spawn(binary, [], { env: { ...Object.fromEntries(inherited), ...uids, BB_ENV: 'local', NODE_ENV: 'production', ...environment }, stdio: ['ignore', 'ignore', 'pipe'] });
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (chunk) => (output += chunk));
  const exited = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal, output })));
  process.once('exit', () => child.kill('SIGKILL'));
  return { child, exited };
}

const leftovers = async () => (await readdir(tmpdir())).filter((name) => name.startsWith('greenroom-local-'));

test('it serves on loopback without a key, and leaves nothing behind', async () => {
  const before = await leftovers();
  const port = await freePort();
  const { child, exited } = start({ HOST: '127.0.0.1', PORT: String(port), HEADLESS: 'true', MODEL_API_KEY: '' });
  const daemon = { baseURL: `http://127.0.0.1:${port}`, key: null };
  await until('it is ready', async () => (await ask(daemon, 'GET', '/readyz')).status === 200, 30_000, 100);
  const session = await Session.start(daemon, { browser: { type: 'local' } });
  assert.equal((await session.goto('data:text/html,<title>Local</title>')).response.status, 200);
  assert.match(await session.text(), /RootWebArea: Local/);
  const strange = await Session.start({ ...daemon, key: 'whatever the program was given' }, { browserbaseSessionID: session.id });
  assert.equal(strange.id, session.id);
  const tree = descendants(child.pid);
  child.kill('SIGTERM');
  const end = await within(10_000, 'it ends with its parent’s wish', exited);
  assert.equal(end.code, 0, end.output);
  await until('no process is left', () => stillRunning(tree).length === 0, 5_000);
  assert.deepEqual(await leftovers(), before);
});

test('it does not listen beyond the machine', async () => {
  const { exited } = start({ HOST: '0.0.0.0', PORT: '0' });
  const end = await within(10_000, 'it ends', exited);
  assert.notEqual(end.code, 0);
  assert.match(end.output, /HOST=0\.0\.0\.0 is refused/);
});


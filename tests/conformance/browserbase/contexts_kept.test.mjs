// Contexts on the disk: what a crash leaves of them, what goes out and comes in, and what can be read without the key.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { connectPlaywright, createWhenRoom, rejectionOf, release, sdkFor } from '../support/client.mjs';
import { Daemon, useDaemon } from '../support/daemon.mjs';
import { loggedIn, login, startMembers, stateOf } from '../support/members.mjs';
import { pause, until } from '../support/wait.mjs';
import { inSession, logInAt, stateAt, using } from './context_sessions.mjs';

const held = await useDaemon({ limits: { sessions: 6 }, browser: { launch_timeout: '50s' } });
let sdk;
let members;
let logIn;
let stateIn;

before(async () => {
  sdk = sdkFor(held.daemon);
  members = await startMembers();
  logIn = logInAt(members.url);
  stateIn = stateAt(members.url);
});
after(() => members.close());

test('a browser that crashes saves nothing, and what was saved before stays', async () => {
  const { id } = await sdk.contexts.create();
  await logIn(sdk, id, 'ada');
  const session = await createWhenRoom(sdk, using(id, true));
  const browser = await connectPlaywright(session);
  const page = browser.contexts()[0].pages()[0];
  await login(page, members.url, 'lost');
  const { processInfo } = await (await browser.newBrowserCDPSession()).send('SystemInfo.getProcessInfo');
  process.kill(processInfo.find(({ type }) => type === 'browser').id, 'SIGKILL');
  await until('the session has failed', async () => (await sdk.sessions.retrieve(session.id)).status === 'ERROR');
  assert.deepEqual(await stateIn(sdk, id), loggedIn('ada'));
  await browser.close().catch(() => {});
});

test('a context that is deleted while it is used: the session goes on, nothing is left', async () => {
  const { id } = await sdk.contexts.create();
  await logIn(sdk, id, 'ada');
  await inSession(sdk, using(id, true), async (page) => {
    assert.deepEqual(await stateOf(page, members.url), loggedIn('ada'));
    await sdk.contexts.delete(id);
    assert.equal((await stateOf(page, members.url)).local, 'ada');
  });
  await rejectionOf(sdk.sessions.create(using(id, true)), 404);
  const folder = path.join(held.daemon.data, 'profiles');
  await until('its files are gone', async () => !(await readdir(folder)).includes(id));
});

test('an archive goes out and comes in, and one with a way out is refused', async () => {
  const { id } = await sdk.contexts.create();
  const headers = { authorization: `Bearer ${held.daemon.key}` };
  const at = (profile, rest = '') => `${held.daemon.baseURL}/greenroom/v1/profiles/${profile}${rest}`;
  assert.equal((await fetch(at(id, '/archive'), { headers })).status, 409, 'nothing was saved yet');
  await logIn(sdk, id, 'ada');
  const first = await until('it is saved', async () => {
    const response = await fetch(at(id, '/archive'), { headers });
    return response.ok && Buffer.from(await response.arrayBuffer());
  });
  const copy = await (await fetch(`${held.daemon.baseURL}/greenroom/v1/profiles`, { method: 'POST', headers })).json();
  const put = (body) => fetch(at(copy.id, '/archive'), { method: 'PUT', headers, body });
  assert.equal((await put(first)).status, 200);
  assert.deepEqual(await stateIn(sdk, copy.id), loggedIn('ada'));
  for (const body of [Buffer.from('no archive'), first.subarray(0, first.length / 2), randomBytes(4096), Buffer.alloc(0)])
    assert.ok((await put(body)).status === 400 || body.length === 0, 'a broken archive');
  const folder = path.join(held.daemon.home, 'evil');
  spawnSync('mkdir', ['-p', `${folder}/Default/Local Storage`]);
  spawnSync('ln', ['-s', '/etc/passwd', `${folder}/Default/Local Storage/link`]);
  await writeFile(`${folder}/outside`, 'x');
  for (const [name, args] of [['link', ['Default']], ['up', ['-P', '--transform', 's,outside,../../outside,', 'outside']], ['absolute', ['-P', '--transform', 's,outside,/outside,', 'outside']]]) {
    const tar = spawnSync('tar', ['-C', folder, '-c', ...args], { maxBuffer: 1 << 24 });
    assert.equal(tar.status, 0, String(tar.stderr));
    assert.equal((await put(tar.stdout)).status, 400, name);
  }
  assert.deepEqual(await stateIn(sdk, copy.id), loggedIn('ada'), 'what was there stays');
});

test('with a key file nothing of it can be read on the disk, and not without the key', async () => {
  const daemon = await Daemon.start();
  const key = path.join(daemon.home, 'profile.key');
  await writeFile(key, randomBytes(32).toString('hex') + '\n', { mode: 0o600 });
  await daemon.stop({ keepHome: true });
  const secret = 'this-is-not-for-every-eye';
  const sealed = await Daemon.start({ profiles: { key_file: key } }, { home: daemon.home });
  const client = sdkFor(sealed);
  const { id } = await client.contexts.create();
  await logIn(client, id, secret);
  assert.equal((await stateIn(client, id)).local, secret);
  const { stdout } = spawnSync('grep', ['-rlaE', secret, path.join(sealed.data, 'profiles')]);
  assert.equal(String(stdout), '');
  const head = await readFile(path.join(sealed.data, 'profiles', id, '1', 'files'));
  assert.equal(head.subarray(0, 7).toString(), 'GRSEAL1');
  await sealed.stop({ keepHome: true });
  const other = await Daemon.start({}, { home: daemon.home });
  const error = await rejectionOf(sdkFor(other).sessions.create(using(id, false)), 409);
  assert.match(error.message, /key/);
  assert.equal(other.log.some((line) => line.includes(secret)), false);
  await other.stop();
});

test('a daemon that is killed while it saves: the version before, and no half one', async (context) => {
  let daemon = await Daemon.start();
  let client = sdkFor(daemon);
  const { id } = await client.contexts.create();
  await logIn(client, id, 'before');
  await stateIn(client, id);
  const folder = path.join(daemon.data, 'profiles', id);
  const moments = [0, 30, 90, 180, 350, 600];
  const seen = [];
  for (const [i, delay] of moments.entries()) {
    const session = await createWhenRoom(client, using(id, true));
    const browser = await connectPlaywright(session);
    const page = browser.contexts()[0].pages()[0];
    const was = (await stateOf(page, members.url)).local;
    await login(page, members.url, `try-${i}`);
    await release(client, session);
    await pause(delay);
    await daemon.kill9();
    await browser.close().catch(() => {});
    daemon = await Daemon.start({}, { home: daemon.home });
    client = sdkFor(daemon);
    const names = await readdir(folder);
    assert.ok(names.every((name) => /^\d+$/.test(name)) && names.length <= 2, `only whole versions: ${names}`);
    const state = await stateIn(client, id);
    assert.ok([was, `try-${i}`].includes(state.local), `${state.local} after ${was}`);
    assert.deepEqual(state, loggedIn(state.local), 'of one version');
    seen.push(`${delay} ms: ${state.local === was ? 'the one before' : 'the new one'}`);
  }
  context.diagnostic(seen.join(', '));
  await daemon.stop();
});

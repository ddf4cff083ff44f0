// How sessions end that nobody ends: clocks, clients that hang up, browsers that crash, the daemon's own end.
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { test } from 'node:test';

import { Cdp } from '../support/cdp.mjs';
import { connectPlaywright, createWhenRoom, release, sdkFor } from '../support/client.mjs';
import { Daemon, useDaemon } from '../support/daemon.mjs';
import { stillRunning } from '../support/proc.mjs';
import { pause, until, within } from '../support/wait.mjs';

const held = await useDaemon({ limits: { sessions: 8 }, session: { connect_timeout: '3s', disconnect_grace: '500ms' } });

const browsersOf = (daemon) => daemon.tree().filter(({ command }) =>
  command.includes('--remote-debugging-pipe') && !command.includes('--type='));
const reaches = (sdk, session, status, ms = 10_000) => until(`the session is ${status}`, async () => {
  const row = await sdk.sessions.retrieve(session.id);
  return row.status === status && row;
}, ms);

test('a session that nobody connects to is ended after the configured time, not before', async () => {
  const sdk = sdkFor(held.daemon);
  const session = await sdk.sessions.create({});
  const usable = Date.now();
  await pause(1_500);
  assert.equal((await sdk.sessions.retrieve(session.id)).status, 'RUNNING');
  const row = await reaches(sdk, session, 'COMPLETED');
  const lived = Date.parse(row.endedAt) - usable;
  assert.ok(lived >= 2_900 && lived < 6_000, `lived ${lived} ms`);
});

test('keepAlive and connected sessions outlive that time', async () => {
  const sdk = sdkFor(held.daemon);
  const kept = await sdk.sessions.create({ keepAlive: true });
  const used = await sdk.sessions.create({});
  const browser = await connectPlaywright(used);
  await pause(4_500);
  assert.equal((await sdk.sessions.retrieve(kept.id)).status, 'RUNNING');
  assert.equal((await sdk.sessions.retrieve(used.id)).status, 'RUNNING');
  await browser.close();
  await release(sdk, kept);
  await reaches(sdk, used, 'COMPLETED');
});

test('a client that hangs up before create answers leaves no session', async () => {
  const daemon = await Daemon.start({ browser: { pool_size: 0 }, limits: { sessions: 8 } }); // each create launches
  try {
    const sdk = sdkFor(daemon);
    for (const delay of [0, 20, 100]) {
      await new Promise((resolve) => {
        const body = JSON.stringify({ keepAlive: true });
        const headers = { 'x-bb-api-key': daemon.key, 'content-type': 'application/json', 'content-length': body.length };
        const post = request(`${daemon.baseURL}/v1/sessions`, { method: 'POST', headers, agent: false });
        post.once('error', () => {});
        post.once('close', resolve);
        post.end(body, () => setTimeout(() => post.destroy(), delay));
      });
    }
    await pause(4_000); // by now every launch that was begun has come to something
    await until('no session runs', async () => (await sdk.sessions.list({ status: 'RUNNING' })).length === 0, 15_000);
    await until('and no browser', () => browsersOf(daemon).length === 0, 15_000);
  } finally {
    await daemon.stop();
  }
});

test('a release that meets a client just coming in closes that client too, every time', async () => {
  const sdk = sdkFor(held.daemon);
  for (let i = 0; i < 12; ++i) {
    const session = await createWhenRoom(sdk, { keepAlive: true });
    const cdp = await Cdp.connect(session.connectUrl);
    await release(sdk, session);
    assert.equal((await within(8_000, `socket ${i} closes`, cdp.closed)).code, 1000);
  }
});

test('a browser that crashes ends its session with ERROR and 1011, and no other', async () => {
  const sdk = sdkFor(held.daemon);
  const other = await sdk.sessions.create({ keepAlive: true });
  const known = browsersOf(held.daemon).map(({ pid }) => pid);
  const session = await sdk.sessions.create({ keepAlive: true });
  const cdp = await Cdp.connect(session.connectUrl);
  await cdp.attachToPage();
  cdp.send('Browser.crash').catch(() => {});
  assert.equal((await within(15_000, 'the socket closes', cdp.closed)).code, 1011);
  await reaches(sdk, session, 'ERROR');
  assert.equal((await sdk.sessions.retrieve(other.id)).status, 'RUNNING');
  assert.ok(known.length > 0);
  await release(sdk, other);
});

test('a browser that hangs is killed at the end of its session: nothing of it is left', async () => {
  const sdk = sdkFor(held.daemon);
  const session = await sdk.sessions.create({ keepAlive: true });
  const browser = await connectPlaywright(session);
  const page = browser.contexts()[0].pages()[0];
  page.evaluate(() => { for (;;); }).catch(() => {});
  await pause(300);
  const tree = held.daemon.tree().filter(({ command }) => command.includes('--type=renderer'));
  await within(15_000, 'release is answered', release(sdk, session));
  await until('slots are free and renderers gone', () => stillRunning(tree).length < tree.length, 20_000);
});

test('the hard maximum ends a session: TIMED_OUT is in the row before the sockets close', async () => {
  const daemon = await Daemon.start({ session: { default_timeout: '4s' } });
  try {
    const sdk = sdkFor(daemon);
    const session = await sdk.sessions.create({ keepAlive: true });
    const cdp = await Cdp.connect(session.connectUrl);
    const { code } = await within(15_000, 'the socket closes', cdp.closed);
    assert.equal((await sdk.sessions.retrieve(session.id)).status, 'TIMED_OUT');
    assert.equal(code, 1001);
  } finally {
    await daemon.stop();
  }
});

test('a daemon that is stopped ends its sessions with 1012 and leaves nothing', async () => {
  const daemon = await Daemon.start({});
  const sdk = sdkFor(daemon);
  const sessions = await Promise.all([sdk.sessions.create({ keepAlive: true }), sdk.sessions.create({})]);
  const lines = await Promise.all(sessions.map(({ connectUrl }) => Cdp.connect(connectUrl)));
  const [closed] = await Promise.all([Promise.all(lines.map((line) => line.closed)), daemon.stop({ keepHome: true })]);
  assert.deepEqual(closed.map(({ code }) => code), [1012, 1012]);
  const next = await Daemon.start({}, { home: daemon.home });
  try {
    for (const { id } of sessions) {
      const row = await sdkFor(next).sessions.retrieve(id);
      assert.notEqual(row.status, 'RUNNING');
      assert.ok(row.endedAt);
    }
  } finally {
    await next.stop();
  }
});

test('twenty sessions in a row leave no process, no folder and no open descriptor behind', async () => {
  const sdk = sdkFor(held.daemon);
  const { readdirSync } = await import('node:fs');
  const descriptors = () => readdirSync(`/proc/${held.daemon.pid}/fd`).length;
  const settled = () => until('only the spare is left', () => browsersOf(held.daemon).length <= 1, 20_000);
  await settled();
  const before = descriptors();
  for (let i = 0; i < 20; ++i) {
    const session = await createWhenRoom(sdk, {});
    const cdp = await Cdp.connect(session.connectUrl);
    await cdp.ask('Browser.getVersion');
    await release(sdk, session);
  }
  await settled();
  await until('descriptors are back', () => descriptors() <= before + 8, 10_000).catch(() =>
    assert.ok(descriptors() <= before + 8, `${before} before, ${descriptors()} after`));
});

// Where sessions come from and who gets one: the warm pool, the queue, draining, browsers that hang or are killed.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { promisify } from 'node:util';

import { Cdp } from '../support/cdp.mjs';
import { assertErrorBody, call, connectPlaywright, release, sdkFor } from '../support/client.mjs';
import { binary, Daemon, useDaemon } from '../support/daemon.mjs';
import { pause, until, within } from '../support/wait.mjs';

const run = promisify(execFile);
const shell = '/usr/lib/chromium/chromium-headless-shell';
const held = await useDaemon({
  server: { drain_deadline: '3s' },
  session: { ping_interval: '1s', ping_timeout: '3s' },
  browser: { pool_delay: '0s' },
});

/** The browsers' first processes, by the folder that each has to itself. */
const browsersOf = (daemon) => daemon.tree()
  .filter(({ command }) => command.includes('--remote-debugging-pipe') && !command.includes('--type='))
  .map((process) => ({ ...process, profile: /--user-data-dir=(\S+)/.exec(process.command)[1] }));
const metricOf = async (daemon, name) => {
  const response = await fetch(`${daemon.baseURL}/metrics`, { headers: { authorization: `Bearer ${daemon.key}` } });
  const line = (await response.text()).split('\n').find((text) => text.startsWith(`${name} `));
  return Number(line?.split(' ')[1]);
};
const own = (daemon, method, path, body) => fetch(daemon.baseURL + path, {
  method, headers: { authorization: `Bearer ${daemon.key}` }, body: body && JSON.stringify(body),
});

/** The browser that a session has: the one that is not there any more when the session has ended. */
async function browserOf(daemon, session, sdk) {
  const before = browsersOf(daemon);
  await release(sdk, session);
  return until('its browser ends', () => {
    const now = new Set(browsersOf(daemon).map(({ pid }) => pid));
    return before.find(({ pid }) => !now.has(pid));
  }, 15_000);
}

test('each session has a browser that nobody had before: process, profile, user and cookies', async () => {
  const sdk = sdkFor(held.daemon);
  const seen = [];
  for (let i = 0; i < 3; ++i) {
    await until('a browser waits', async () => (await metricOf(held.daemon, 'greenroom_pool_browsers')) === 1, 30_000);
    const session = await sdk.sessions.create({ keepAlive: true });
    const cdp = await Cdp.connect(session.connectUrl);
    const page = await cdp.attachToPage();
    const { cookies } = await cdp.ask('Storage.getCookies');
    assert.deepEqual(cookies, []);
    await cdp.ask('Network.setCookie', { name: 'left', value: 'behind', url: 'http://127.0.0.1/' }, page);
    await cdp.close();
    seen.push(await browserOf(held.daemon, session, sdk));
  }
  assert.equal(await metricOf(held.daemon, 'greenroom_pool_taken_total{how="cold"}'), 0, 'all of them were warm');
  const kinds = process.getuid() === 0 ? ['pid', 'profile', 'uid'] : ['pid', 'profile'];
  for (const kind of kinds) assert.equal(new Set(seen.map((browser) => browser[kind])).size, 3, kind);
  await until('their profiles are gone', () => !seen.some(({ profile }) => existsSync(profile)));
});

test('what waits in the pool has its usual priority', { skip: process.getuid() !== 0 }, async () => {
  await until('a browser waits', async () => (await metricOf(held.daemon, 'greenroom_pool_browsers')) === 1, 30_000);
  for (const { pid } of browsersOf(held.daemon)) {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1].split(' ');
    const mine = readFileSync(`/proc/${held.daemon.pid}/stat`, 'latin1').split(') ')[1].split(' ');
    assert.equal(fields[16], mine[16], 'niceness');
  }
});

test('a browser that is stopped answers no ping: its session ends as unresponsive', async () => {
  const sdk = sdkFor(held.daemon);
  await until('a browser waits', async () => (await metricOf(held.daemon, 'greenroom_pool_browsers')) === 1, 30_000);
  const session = await sdk.sessions.create({ keepAlive: true });
  const cdp = await Cdp.connect(session.connectUrl);
  const { processInfo } = await cdp.ask('SystemInfo.getProcessInfo');
  process.kill(processInfo.find(({ type }) => type === 'browser').id, 'SIGSTOP');
  const { code, reason } = await within(20_000, 'the socket closes', cdp.closed);
  assert.deepEqual([code, reason], [1011, 'unresponsive']);
  assert.equal((await sdk.sessions.retrieve(session.id)).status, 'ERROR');
});

test('a client learns at once that its browser was killed', async () => {
  const sdk = sdkFor(held.daemon);
  const session = await sdk.sessions.create({ keepAlive: true });
  const cdp = await Cdp.connect(session.connectUrl);
  const { processInfo } = await cdp.ask('SystemInfo.getProcessInfo');
  const start = performance.now();
  process.kill(processInfo.find(({ type }) => type === 'browser').id, 'SIGKILL');
  const { code, reason } = await within(5_000, 'the socket closes', cdp.closed);
  const took = performance.now() - start;
  assert.deepEqual([code, reason], [1011, 'browser_crashed']);
  assert.equal((await sdk.sessions.retrieve(session.id)).status, 'ERROR');
  assert.ok(took < 1_000, `after ${took} ms`); // 100 ms on a machine that does nothing else: bench/life.mjs
});

test('a session can be given more time, up to the longest; its deadlines are seen', async () => {
  const sdk = sdkFor(held.daemon);
  const created = await call(held.daemon, 'POST', '/v1/sessions', { body: { timeout: 60 } });
  const session = await created.json();
  const path = `/greenroom/v1/sessions/${session.id}`;
  const { deadlines } = await (await own(held.daemon, 'GET', path)).json();
  assert.equal(Date.parse(deadlines.maxDuration) > Date.now() + 50_000, true);
  assert.ok(Date.parse(deadlines.disconnect) > Date.now(), 'nobody has connected yet');
  const longer = await own(held.daemon, 'POST', `${path}/extend`, { seconds: 600 });
  assert.equal(longer.status, 200);
  const moved = Date.parse((await sdk.sessions.retrieve(session.id)).expiresAt) - Date.parse(session.expiresAt);
  assert.equal(moved, 600_000);
  assert.equal((await own(held.daemon, 'POST', `${path}/extend`, { seconds: 6 * 3600 })).status, 400, 'too long');
  assert.equal((await own(held.daemon, 'POST', `${path}/extend`, { seconds: -1 })).status, 400);
  await release(sdk, session);
  assert.equal((await own(held.daemon, 'POST', `${path}/extend`, { seconds: 1 })).status, 410);
});

test('what a session took of processor and memory is in its row', async () => {
  const sdk = sdkFor(held.daemon);
  const session = await sdk.sessions.create({});
  const browser = await connectPlaywright(session);
  await browser.contexts()[0].pages()[0].evaluate(() => { for (const end = Date.now() + 300; Date.now() < end;); });
  await release(sdk, session);
  const row = await until('it was measured', async () => {
    const answer = await (await call(held.daemon, 'GET', `/v1/sessions/${session.id}`)).json();
    return answer.memoryUsage && answer;
  });
  assert.ok(row.memoryUsage > 20e6 && row.memoryUsage < 4e9, `${row.memoryUsage} bytes`);
  assert.ok(Number.isInteger(row.avgCpuUsage) && row.avgCpuUsage > 0, `${row.avgCpuUsage} %`);
});

test('drain: no new sessions, those that run get their time, and it can be taken back', async () => {
  const sdk = sdkFor(held.daemon);
  const session = await sdk.sessions.create({ keepAlive: true });
  const cdp = await Cdp.connect(session.connectUrl);
  assert.equal((await own(held.daemon, 'POST', '/greenroom/v1/drain')).status, 403, 'an API key is not enough');
  const drained = run(binary, ['drain', '--data', held.daemon.data]);
  await until('the daemon is not ready', async () => (await fetch(`${held.daemon.baseURL}/readyz`)).status === 503);
  await assertErrorBody(await call(held.daemon, 'POST', '/v1/sessions', { body: {} }), 503);
  assert.equal((await cdp.ask('Browser.getVersion')).product.startsWith('Chrome/'), true, 'it goes on');
  const { code, reason } = await within(15_000, 'the socket closes', cdp.closed);
  assert.deepEqual([code, reason], [1012, 'drained']);
  assert.match((await within(20_000, 'drain returns', drained)).stdout, /Drained/);
  assert.equal((await sdk.sessions.retrieve(session.id)).status, 'COMPLETED');
  await run(binary, ['drain', '--resume', '--data', held.daemon.data]);
  assert.equal((await fetch(`${held.daemon.baseURL}/readyz`)).status, 200);
  await release(sdk, await sdk.sessions.create({}));
});

test('a queue: all are served in order, who hangs up leaves it, and no slot is lost', async () => {
  // The headless shell starts quickly, where there is one.
  const engine = existsSync(shell) ? 'headless-shell' : 'chromium';
  const daemon = await Daemon.start({
    limits: { sessions: 3, queue_wait: '60s', queue: 30 },
    browser: { engine, headless: true, pool_size: 0 },
    recording: { enabled: false },
  });
  try {
    const sdk = sdkFor(daemon);
    const lengthOf = async () => (await (await own(daemon, 'GET', '/greenroom/v1/queue')).json()).length;
    const first = await Promise.all([1, 2, 3].map(() => sdk.sessions.create({ keepAlive: true })));
    const impatient = new AbortController();
    const headers = { 'x-bb-api-key': daemon.key, 'content-type': 'application/json' };
    const given = fetch(`${daemon.baseURL}/v1/sessions`,
      { method: 'POST', headers, body: '{"keepAlive":true}', signal: impatient.signal }).catch((error) => error.name);
    await until('it waits', async () => (await lengthOf()) === 1);
    const served = [];
    const waiting = [];
    for (let i = 0; i < 6; ++i) {
      waiting.push(sdk.sessions.create({}).then((session) => {
        served.push(i);
        return release(sdk, session);
      }));
      await until('it waits', async () => (await lengthOf()) === i + 2);
    }
    const queue = await (await own(daemon, 'GET', '/greenroom/v1/queue')).json();
    assert.deepEqual(queue.map(({ position }) => position), [1, 2, 3, 4, 5, 6, 7]);
    assert.ok(queue[0].leftMilliseconds > 30_000 && queue[0].waitedMilliseconds >= queue[6].waitedMilliseconds);
    impatient.abort();
    assert.equal(await given, 'AbortError');
    await until('who hung up has left the queue', async () => (await lengthOf()) === 6);
    for (const session of first) await release(sdk, session);
    await within(60_000, 'all are served', Promise.all(waiting));
    // Three are launched at a time, and may overtake each other.
    for (const [place, i] of served.entries()) assert.ok(Math.abs(place - i) < 3, `served as ${served}`);
    const running = await sdk.sessions.list({ status: 'RUNNING' });
    assert.deepEqual(running, [], 'none was made for who hung up');
    await until('no browser is left', () => browsersOf(daemon).length === 0, 20_000);
    const again = await Promise.all([1, 2, 3].map(() => sdk.sessions.create({})));
    await Promise.all(again.map((session) => release(sdk, session)));
  } finally {
    await daemon.stop();
  }
});

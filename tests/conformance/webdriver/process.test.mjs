// The driver as a process: nobody but the daemon reaches it, it ends with its session, and what happens when something
// is killed or when the machine gives it no network of its own.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';

import { release, sdkFor } from '../support/client.mjs';
import { binary, Daemon, useDaemon } from '../support/daemon.mjs';
import { descendants, listeningSockets, stillRunning } from '../support/proc.mjs';
import { startSite } from '../support/site.mjs';
import { closeAgents, command, drive } from '../support/selenium.mjs';
import { until, within } from '../support/wait.mjs';

const held = await useDaemon({ limits: { sessions: 6 }, session: { disconnect_grace: '200ms' } });
let sdk;
let site;
before(async () => {
  sdk = sdkFor(held.daemon);
  site = await startSite();
});
after(async () => {
  closeAgents();
  await site.close();
});

const signed = (session) => ({ 'x-bb-signing-key': session.signingKey });
const driversOf = (daemon) => daemon.tree().filter(({ command: line }) => line.includes('chromedriver'));
const networkOf = (pid) => readlinkSync(`/proc/${pid}/ns/net`);
const descriptorsOf = (pid) => readdirSync(`/proc/${pid}/fd`).length;
const fresh = { capabilities: { alwaysMatch: { browserName: 'chrome' } } };

/** Ports in this network on which something answers as a driver or a browser's debugging port does. */
async function debuggers() {
  const ports = new Set();
  for (const table of ['tcp', 'tcp6']) {
    for (const row of readFileSync(`/proc/self/net/${table}`, 'latin1').split('\n').slice(1)) {
      const fields = row.trim().split(/\s+/);
      if (fields[3] === '0A') ports.add(parseInt(fields[1].split(':')[1], 16));
    }
  }
  const found = [];
  for (const port of [...ports, 9222, 9515]) {
    for (const [path, mark] of [['/json/version', 'webSocketDebuggerUrl'], ['/status', 'ChromeDriver']]) {
      const text = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(2_000) }).then((answer) => answer.text(), () => '');
      if (text.includes(mark)) found.push(`${port}${path}`);
    }
  }
  return found;
}

async function planted(path, body) {
  const server = createServer((request, response) => response.end(request.url === path ? body : '{}'));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { where: `${server.address().port}${path}`, close: () => server.close() };
}

test('the search for open debuggers finds planted ones', async () => {
  const port = await planted('/json/version', '{"webSocketDebuggerUrl": "ws://x"}');
  const driver = await planted('/status', '{"value":{"message":"ChromeDriver ready"}}');
  const found = await debuggers();
  assert.ok(found.includes(port.where) && found.includes(driver.where), found.join());
  port.close();
  driver.close();
});

test('no other process reaches the driver, nor the port on which it reaches the browser', async () => {
  const earlier = await debuggers();
  const session = await sdk.sessions.create({ keepAlive: true });
  const driver = await drive(session.seleniumRemoteUrl, signed(session));
  await driver.get(`${site.url}/stage/form`);
  const [process_, ...others] = driversOf(held.daemon);
  assert.ok(process_, 'there is a driver');
  assert.deepEqual(others, [], 'and no second one');
  assert.notEqual(networkOf(process_.pid), networkOf('self'), 'it has a network of its own');
  const seen = listeningSockets([process_.pid]);
  assert.ok(seen.some((line) => line.includes('127.0.0.1:9515')), `in there it listens: ${seen}`);
  assert.deepEqual((await debuggers()).filter((where) => !earlier.includes(where)), [], 'out here nothing answers');
  const links = execFileSync('nsenter', [`--net=/proc/${process_.pid}/ns/net`, 'cat', '/proc/self/net/dev']).toString();
  assert.deepEqual([...links.matchAll(/^\s*(\w+):/gm)].map(([, name]) => name), ['lo'], 'nothing leads out of that network');
  const browsers = held.daemon.tree().filter(({ command: line }) => line.includes('--user-data-dir') && !line.includes('--type='));
  assert.ok(browsers.some(({ uid }) => uid === process_.uid), 'it is its browser\'s user');
  assert.ok(process.getuid() !== 0 || process_.uid !== 0, 'and it is not root');
  await driver.quit();
  await release(sdk, session);
  await until('the driver has gone', () => stillRunning([process_]).length === 0);
});

test('twenty sessions leave no driver, no network and no descriptor', async () => {
  const warm = async () => {
    const session = await sdk.sessions.create();
    const driver = await drive(session.seleniumRemoteUrl, signed(session));
    await driver.get(`${site.url}/stage/form`);
    await driver.quit();
    await until('it has ended', async () => (await sdk.sessions.retrieve(session.id)).status === 'COMPLETED');
  };
  const quiet = () => until('its processes have gone', async () => driversOf(held.daemon).length === 0 && (await sdk.sessions.list({ status: 'RUNNING' })).length === 0);
  await warm();
  await quiet();
  closeAgents();
  const began = descriptorsOf(held.daemon.pid);
  const logged = held.daemon.log.filter((line) => line.includes('driver running')).length;
  for (let round = 0; round < 4; round++) await Promise.all(Array.from({ length: 5 }, warm));
  await quiet();
  closeAgents();
  assert.equal(held.daemon.log.filter((line) => line.includes('driver running')).length - logged, 20);
  // A browser that waits for the next session may have come or gone: a dozen descriptors, where twenty networks of 17 would be 340.
  await until('its descriptors are closed', () => descriptorsOf(held.daemon.pid) <= began + 15, 15_000);
  const networkIfAlive = (pid) => {
    try {
      return networkOf(pid);
    } catch {
      return networkOf('self'); // it has gone meanwhile
    }
  };
  // A process that is ending has lost its command line before its network: looked for until there is none.
  let others;
  const noneLeft = () => {
    others = descendants(held.daemon.pid).filter(({ command: line, pid }) => !line.includes('chromium') && networkIfAlive(pid) !== networkOf('self'));
    return others.length === 0;
  };
  await until('no process is left in another network', noneLeft).catch((error) => assert.deepEqual(others, [], error.message));
});

test('a driver that is killed costs its WebDriver session; the next one finds the page', async () => {
  const session = await sdk.sessions.create({ keepAlive: true });
  const first = await drive(session.seleniumRemoteUrl, signed(session));
  await first.get(`${site.url}/stage/form`);
  const id = (await first.getSession()).getId();
  const waiting = command(session.seleniumRemoteUrl, signed(session), 'POST', `/session/${id}/execute/async`, { script: '', args: [] });
  await until('the command is on its way', () => driversOf(held.daemon).length === 1);
  await new Promise((resolve) => setTimeout(resolve, 300));
  process.kill(driversOf(held.daemon)[0].pid, 'SIGKILL');
  const cut = await within(5_000, 'a command ends with its driver', waiting);
  assert.equal(cut.value.error, 'unknown error', JSON.stringify(cut));
  assert.match(cut.value.message, /driver ended/);
  const late = await command(session.seleniumRemoteUrl, signed(session), 'GET', `/session/${id}/title`);
  assert.deepEqual([late.status, late.value.error], [404, 'invalid session id']);
  const second = await drive(session.seleniumRemoteUrl, signed(session));
  assert.equal(await second.getTitle(), 'Form');
  await second.quit();
  await release(sdk, session);
});

test('a browser that is killed ends the session, and commands say so', async () => {
  const session = await sdk.sessions.create({ keepAlive: true });
  const driver = await drive(session.seleniumRemoteUrl, signed(session));
  await driver.get(`${site.url}/stage/form`);
  const id = (await driver.getSession()).getId();
  const [own] = driversOf(held.daemon);
  const browser = held.daemon.tree().find(({ command: line, uid }) => uid === own.uid && line.includes('--user-data-dir') && !line.includes('--type='));
  process.kill(browser.pid, 'SIGKILL');
  await until('the session has ended', async () => (await sdk.sessions.retrieve(session.id)).status === 'ERROR');
  const late = await command(session.seleniumRemoteUrl, signed(session), 'GET', `/session/${id}/title`);
  assert.deepEqual([late.status, late.value.error], [404, 'invalid session id'], JSON.stringify(late));
  await until('its driver has gone', () => stillRunning([own]).length === 0);
});

test('a daemon that is killed leaves no driver', async () => {
  const daemon = await Daemon.start({});
  const client = sdkFor(daemon);
  const session = await client.sessions.create({ keepAlive: true });
  const driver = await drive(session.seleniumRemoteUrl, signed(session));
  await driver.get(`${site.url}/stage/form`);
  const [own] = driversOf(daemon);
  assert.ok(own);
  const tree = await daemon.kill9();
  await until('the driver has gone', () => stillRunning([own]).length === 0, 3_000);
  await until('so has everything else', () => stillRunning(tree).length === 0, 30_000);
  await daemon.stop();
});

test('without a driver WebDriver is refused with the reason, and sessions work', async () => {
  const daemon = await Daemon.start({ browser: { chromedriver: '/nowhere/chromedriver' } });
  const client = sdkFor(daemon);
  const session = await client.sessions.create({ keepAlive: true });
  const refused = await command(session.seleniumRemoteUrl, signed(session), 'POST', '/session', fresh);
  assert.deepEqual([refused.status, refused.value.error], [500, 'session not created']);
  assert.match(refused.value.message, /chromium-driver/);
  assert.equal((await client.sessions.retrieve(session.id)).status, 'RUNNING');
  await release(client, session);
  await daemon.stop();
});

const isRoot = process.getuid() === 0;

test('a daemon that is root with few privileges gives drivers a network all the same', { skip: !isRoot && 'needs root' }, async () => {
  const daemon = await Daemon.start({}, { wrapper: ['setpriv', '--inh-caps=-sys_admin', '--bounding-set=-sys_admin'] });
  const client = sdkFor(daemon);
  const session = await client.sessions.create({ keepAlive: true });
  const driver = await drive(session.seleniumRemoteUrl, signed(session));
  await driver.get(`${site.url}/stage/form`);
  assert.notEqual(networkOf(driversOf(daemon)[0].pid), networkOf('self'));
  await driver.quit();
  await release(client, session);
  await daemon.stop();
});

// Becomes its arguments, in a user namespace that may have no network namespace below it.
const withoutNetworks = ['sh', '-c', `
(sleep 0.3; echo "0 0 700000" > /proc/$$/gid_map; echo "0 0 700000" > /proc/$$/uid_map) &
exec unshare --user sh -c 'until [ "$(id -u)" = 0 ]; do sleep 0.05; done
  exec sh -c "echo 0 > /proc/sys/user/max_net_namespaces; exec \\"\\$@\\"" sh "$@"' sh "$@"`, 'sh'];
const allowed = isRoot && spawnSync(withoutNetworks[0], [...withoutNetworks.slice(1), 'true'], { timeout: 5_000 }).status === 0;

test('where no network can be made WebDriver is refused with the reason, and the doctor says so', { skip: !allowed && 'needs root and user namespaces' }, async () => {
  // Chromium's sandbox would want network namespaces too.
  const daemon = await Daemon.start({ browser: { unsafe_no_sandbox: true } }, { wrapper: withoutNetworks });
  const client = sdkFor(daemon);
  const session = await client.sessions.create({ keepAlive: true });
  const refused = await command(session.seleniumRemoteUrl, signed(session), 'POST', '/session', fresh);
  assert.deepEqual([refused.status, refused.value.error], [500, 'session not created']);
  assert.match(refused.value.message, /making a network namespace/);
  assert.deepEqual(driversOf(daemon), []);
  assert.equal((await client.sessions.retrieve(session.id)).status, 'RUNNING');
  await release(client, session);
  await daemon.stop();
  const finding = (before) => {
    const [program, ...words] = [...before, binary, 'doctor', '--json'];
    const told = spawnSync(program, words, { encoding: 'utf8', env: { ...process.env, HOME: '/nonexistent' } });
    return JSON.parse(told.stdout).checks.find(({ check }) => check === 'webdriver');
  };
  const bad = finding(withoutNetworks);
  assert.equal(bad.verdict, 'warning', JSON.stringify(bad));
  assert.match(bad.words, /no network namespace/);
  const good = finding([]);
  assert.equal(good.verdict, 'ok', JSON.stringify(good));
  assert.match(good.words, /in a network of its own/);
});

// Sessions in a row that carry everything at once: a context that is saved, an extension, a download, a proxy with
// credentials. Nothing of them is left. CARRIED_SESSIONS says how many; a hundred, by hand, is the real proof.
import assert from 'node:assert/strict';
import { readdir, readdirSync, readlinkSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { after, before, test } from 'node:test';

import { connectPlaywright, createWhenRoom, release, sdkFor } from '../support/client.mjs';
import { useDaemon } from '../support/daemon.mjs';
import { painted, painter } from '../support/extension.mjs';
import { until } from '../support/wait.mjs';

const rounds = Number(process.env.CARRIED_SESSIONS ?? 8);
const entries = promisify(readdir);
const held = await useDaemon({ limits: { sessions: 2 } });
const sdk = sdkFor(held.daemon);
const made = { proxied: 0 };

const listen = (server) => new Promise((done) => server.listen(0, '127.0.0.1', () => done(server.address().port)));

before(async () => {
  made.site = http.createServer((request, response) => {
    if (request.url === '/save') return response.writeHead(200, { 'content-disposition': 'attachment; filename="kept.txt"' }).end('kept');
    return response.writeHead(200, { 'content-type': 'text/html' }).end('<title>site</title><a id="save" href="/save" download>save</a>');
  });
  made.address = `http://127.0.0.1:${await listen(made.site)}`;
  made.proxy = http.createServer();
  made.proxy.on('connect', (request, socket) => {
    const { port, hostname } = new URL(`http://${request.url}`);
    if (request.headers['proxy-authorization'] !== `Basic ${Buffer.from('ada:secret').toString('base64')}`) return socket.end('HTTP/1.1 407 no\r\n\r\n');
    made.proxied++;
    const there = net.connect(Number(port), hostname, () => socket.write('HTTP/1.1 200 yes\r\n\r\n'));
    for (const [one, other] of [[socket, there], [there, socket]]) one.on('error', () => other.destroy()).on('close', () => other.destroy()).pipe(other);
  });
  made.proxyAddress = `http://127.0.0.1:${await listen(made.proxy)}`;
});
after(() => [made.site, made.proxy].forEach((server) => server.closeAllConnections?.() ?? server.close()));

/** Sockets to clients and waiting browsers come and go by themselves: descriptors are counted when those have gone. */
const descriptors = () => readdirSync(`/proc/${held.daemon.pid}/fd`).filter((name) => {
  try {
    return readlinkSync(`/proc/${held.daemon.pid}/fd/${name}`);
  } catch {
    return false;
  }
}).length;

/** Of the daemon's, without their helper processes. */
const browsers = () => held.daemon.tree().filter(({ command }) => /--user-data-dir/.test(command) && !/--type=/.test(command)).length;

/** How many processes there are, once the waiting browser has started all of its own. */
function processesThatStay() {
  let [count, since] = [0, 0];
  return until('the processes stay as they are', () => {
    const now = held.daemon.tree().length;
    if (now !== count) [count, since] = [now, performance.now()];
    return performance.now() - since > 2_000 && count;
  }, 30_000, 200);
}

async function live(extension, context, number) {
  const session = await createWhenRoom(sdk, {
    extensionId: extension,
    browserSettings: { context: { id: context, persist: true } },
    proxies: [{ type: 'external', server: made.proxyAddress, username: 'ada', password: 'secret' }],
  });
  const browser = await connectPlaywright(session);
  const page = browser.contexts()[0].pages()[0];
  await page.goto(`${made.address}/`);
  assert.equal(await painted(page), 'yes');
  assert.equal(await page.evaluate(() => localStorage.getItem('number')), number === 0 ? null : String(number - 1));
  await page.evaluate((text) => localStorage.setItem('number', text), String(number));
  await page.click('#save');
  await until('the download is kept', async () => (await (await sdk.sessions.downloads.list(session.id)).arrayBuffer()).byteLength > 22);
  await browser.close();
  await release(sdk, session);
  return session.id;
}

test(`${rounds} sessions with context, extension, download and proxy leave nothing`, { timeout: 30_000 * rounds }, async (t) => {
  const extension = (await sdk.extensions.create({ file: new File([painter()], 'painter.zip', { type: 'application/zip' }) })).id;
  const context = (await sdk.contexts.create()).id;
  const ids = [await live(extension, context, 0)];
  const settled = async () => (await entries(held.daemon.work)).length === 1 && browsers() === 1;
  await until('only the waiting browser is there', settled, 20_000);
  const processesBefore = await processesThatStay();
  const began = descriptors();
  for (let i = 1; i < rounds; i++) ids.push(await live(extension, context, i));
  assert.ok(made.proxied >= rounds, `${made.proxied} connections by the proxy`);
  await until('only the waiting browser is there', settled, 20_000);
  await until('as many processes as before', () => held.daemon.tree().length <= processesBefore + 1, 10_000);
  await until('as many descriptors as before', () => descriptors() <= began + 2, 15_000);
  for (const id of ids) {
    const { status, proxyBytes } = await sdk.sessions.retrieve(id);
    assert.equal(status, 'COMPLETED');
    assert.ok(proxyBytes > 0);
  }
  assert.deepEqual((await sdk.sessions.list({ status: 'RUNNING' })).length, 0);
  const versions = await entries(path.join(held.daemon.data, 'profiles', context));
  assert.ok(versions.length <= 2 && versions.every((name) => /^\d+$/.test(name)), `the version and the one before: ${versions}`);
  t.diagnostic(`descriptors ${began} → ${descriptors()}, processes ${processesBefore} → ${held.daemon.tree().length}`);
});

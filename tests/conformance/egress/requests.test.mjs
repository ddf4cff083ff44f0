// What pages may not ask for, by every kind of request that we know (cases.mjs), and what no proxy carries: each first
// succeeds where the operator has opened everything, or in a browser without our switches, and fails where it has not.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';

import { chromium } from 'playwright-core';

import { publicSite, requests, secureSite } from './cases.mjs';
import { inItsOwnNetwork, useSides } from './sides.mjs';

inItsOwnNetwork(import.meta.url, () => {
  const { made, asked, wasHit, tryEach } = useSides();

  tryEach(requests);

  /** What no proxy carries, in a browser of the test's own that has none, and then in a session. */
  async function withoutProxy(script, word) {
    const bare = await chromium.launch({ executablePath: '/usr/lib/chromium/chromium', args: ['--no-sandbox', '--ignore-certificate-errors'] });
    const tried = async (browser) => {
      const page = await (browser.contexts()[0] ?? (await browser.newContext({ ignoreHTTPSErrors: true }))).newPage();
      await page.goto(`${secureSite}/page`);
      await page.evaluate(script);
      await page.close();
      return wasHit(word);
    };
    try {
      assert.equal(await tried(bare), true, 'it works in a browser without our switches');
    } finally {
      await bare.close();
    }
    for (const side of [made.open, made.closed]) assert.equal(await tried(side.browser), false, 'and not in a session');
  }

  const gather = (server) => `new Promise(async (done) => { const c = new RTCPeerConnection({ iceServers: [${server}] });
    c.createDataChannel('x'); c.onicegatheringstatechange = () => c.iceGatheringState === 'complete' && done(); setTimeout(done, 4000);
    await c.setLocalDescription(await c.createOffer()); })`;

  test('WebRTC asks a STUN server', { timeout: 60_000 }, () => withoutProxy(gather(`{ urls: 'stun:10.0.5.5:3478' }`), 'outside-udp'));

  test('WebTransport', { timeout: 60_000 }, () =>
    withoutProxy(`Promise.race([new WebTransport('https://93.184.215.14:3478/x').ready.catch(() => {}), new Promise((done) => setTimeout(done, 3000))])`, 'outside-udp'));

  test('names are asked by the daemon alone', { timeout: 60_000 }, async () => {
    const hint = (name) => `document.head.append(Object.assign(document.createElement('link'), { rel: 'dns-prefetch', href: 'http://${name}/' }));
      new Promise((done) => setTimeout(done, 1500))`;
    const page = await made.closed.browser.contexts()[0].newPage();
    await page.goto(`${publicSite}/page`);
    await page.evaluate(hint('prefetched.test'));
    await page.close();
    assert.equal(asked.has('prefetched.test'), false);
  });

  test("a browser's port serves that browser's user and nobody else", async () => {
    const words = made.closed.daemon.tree().map(({ command }) => command).join('\n');
    const port = Number(/--proxy-server=socks5:\/\/127\.0\.0\.1:(\d+)/.exec(words)[1]);
    const speak = `const s = require('node:net').connect(${port}, '127.0.0.1'); s.on('connect', () => s.write(Buffer.from([5, 1, 0])));
      s.on('data', (b) => { console.log('answered', b.toString('hex')); process.exit(); }); s.on('close', () => console.log('closed')); s.on('error', () => console.log('closed'));`;
    const as = (uid) => new Promise((resolve) => {
      const child = spawn(process.execPath, ['-e', speak], { uid, gid: uid, cwd: '/', stdio: ['ignore', 'pipe', 'inherit'] });
      let said = '';
      child.stdout.on('data', (text) => (said += text));
      child.once('close', () => resolve(said.trim().split('\n')[0]));
    });
    const users = made.closed.daemon.tree().filter(({ command }) => command.includes(`127.0.0.1:${port}`)).map(({ uid }) => uid);
    assert.ok(users[0] > 0, `the browser's user: ${users}`);
    assert.equal(await as(users[0]), 'answered 0500');
    assert.equal(await as(0), 'closed');
    assert.equal(await as(users[0] + 1), 'closed');
  });

  test('files and the browser’s own pages stay closed to a session’s extensions and scripts', async () => {
    const page = await made.open.browser.contexts()[0].newPage();
    const cdp = await page.context().newCDPSession(page);
    await assert.rejects(cdp.send('Page.navigate', { url: 'file:///etc/hostname' }));
    await page.goto(`${publicSite}/page`);
    await page.evaluate(`new Promise((done) => { location.href = 'file:///etc/hostname'; setTimeout(done, 500); })`).catch(() => {});
    assert.equal(page.url(), `${publicSite}/page`);
    await page.close();
  });
});

// Other proxies, as each API names them: real ones (npm's proxy-chain and socks5-server, and a TLS one), with
// credentials, by host, and what happens when they fail.
import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { Hyperbrowser } from '@hyperbrowser/sdk';
import { createServer as createSocks } from '@pondwader/socks5-server';
import { Server as ProxyServer } from 'proxy-chain';
import { WebSocketServer } from 'ws';

import { call, connectPlaywright, createWhenRoom, release, rejectionOf, sdkFor } from '../support/client.mjs';
import { Daemon } from '../support/daemon.mjs';
import { until } from '../support/wait.mjs';
import { makeCertificates } from './network.mjs';

const secret = 'p%ss:word-9731';
const listening = (server) => new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', () => resolve(server.address().port)));
const made = { seen: [] };
let daemon;
let sdk;

/** Every proxy notes "kind host:port" for what it carries, and wants user "player" with the password. */
async function startProxies(files) {
  const note = (kind, target) => made.seen.push(`${kind} ${target}`);
  const plain = new ProxyServer({
    host: '127.0.0.1', port: 0, verbose: false,
    prepareRequestFunction: ({ hostname, port, username, password }) => {
      const good = username === 'player' && password === secret;
      if (good) note('http', `${hostname}:${port}`);
      return { requestAuthentication: !good };
    },
  });
  await plain.listen();
  const socks = createSocks();
  socks.setAuthHandler(({ username, password }) => username === 'player' && password === secret);
  socks.setRulesetValidator(({ destAddress, destPort }) => (note('socks5', `${destAddress}:${destPort}`), true));
  const socksPort = await listening(socks.server);
  // A proxy behind TLS, which npm has none of: the standard's CONNECT, by hand.
  const secure = https.createServer({ key: await readFile(files.key), cert: await readFile(files.certificate) });
  secure.on('connect', (request, socket, head) => {
    const good = request.headers['proxy-authorization'] === `Basic ${Buffer.from(`player:${secret}`).toString('base64')}`;
    if (!good) return socket.end('HTTP/1.1 407 No\r\n\r\n');
    note('https', request.url);
    const [host, port] = request.url.split(':');
    const far = net.connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      far.write(head);
      socket.pipe(far).pipe(socket);
    });
    for (const one of [far, socket]) one.on('error', () => (far.destroy(), socket.destroy()));
  });
  return { http: plain.port, socks5: socksPort, https: await listening(secure),
    stop: async () => (await plain.close(true), socks.server.close(), secure.closeAllConnections(), secure.close()) };
}

before(async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'egress-'));
  made.files = makeCertificates(directory, ['127.0.0.1', 'localhost']);
  made.proxies = await startProxies(made.files);
  made.site = http.createServer((request, response) => {
    if (request.url === '/large') return response.end(Buffer.alloc(3_000_000, 'x'));
    if (request.url.startsWith('/to?')) return response.writeHead(302, { location: decodeURIComponent(request.url.slice(4)) }).end();
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>site</title><link rel="icon" href="data:,">');
  });
  made.sockets = new WebSocketServer({ server: made.site });
  made.sockets.on('connection', (socket) => socket.on('message', (text) => socket.send(`${text}!`)));
  made.sitePort = await listening(made.site);
  made.tls = https.createServer({ key: await readFile(made.files.key), cert: await readFile(made.files.certificate) }, (_, response) => response.end('<title>tls</title>'));
  made.tlsPort = await listening(made.tls);
  daemon = await Daemon.start({ egress: { proxy: `http://player:${encodeURIComponent(secret)}@127.0.0.1:${made.proxies.http}` }, recording: { enabled: false } },
    { environment: { SSL_CERT_FILE: made.files.authority } });
  sdk = sdkFor(daemon);
});

after(async () => {
  await daemon?.stop();
  await made.proxies?.stop();
  for (const server of [made.site, made.tls]) (server?.closeAllConnections(), server?.close());
});

const external = (kind, more = {}) => ({ type: 'external', server: `${kind}://127.0.0.1:${made.proxies[kind]}`, username: 'player', password: secret, ...more });
const site = (host = '127.0.0.1') => `http://${host}:${made.sitePort}`;

async function withSession(params, action) {
  const session = await createWhenRoom(sdk, { keepAlive: true, ...params });
  const browser = await connectPlaywright(session);
  made.seen.length = 0;
  try {
    return await action(browser.contexts()[0].pages()[0], session);
  } finally {
    await browser.close();
    await release(sdk, session);
  }
}

for (const kind of ['http', 'socks5', 'https']) {
  test(`an ${kind} proxy with credentials carries pages, TLS, websockets and downloads, and its bytes are counted`, async () => {
    const id = await withSession({ proxies: [external(kind)], browserSettings: { ignoreCertificateErrors: true } }, async (page, session) => {
      await page.goto(site());
      assert.equal(await page.title(), 'site');
      const echoed = await page.evaluate(`new Promise((done) => { const w = new WebSocket('ws://127.0.0.1:${made.sitePort}'); w.onopen = () => w.send('hello'); w.onmessage = (m) => done(m.data); w.onerror = () => done('failed'); })`);
      assert.equal(echoed, 'hello!');
      assert.equal(await page.evaluate(`fetch('/large').then((r) => r.text()).then((t) => t.length)`), 3_000_000);
      await page.goto(`https://localhost:${made.tlsPort}/`);
      assert.equal(await page.title(), 'tls');
      assert.ok(made.seen.includes(`${kind} 127.0.0.1:${made.sitePort}`), made.seen.join());
      assert.ok(made.seen.includes(`${kind} localhost:${made.tlsPort}`), 'names are resolved by the proxy');
      await until('the bytes are seen while it runs', async () => (await sdk.sessions.retrieve(session.id)).proxyBytes > 3_000_000);
      return session.id;
    });
    const ended = await sdk.sessions.retrieve(id);
    assert.ok(ended.proxyBytes > 3_000_000 && ended.proxyBytes < 3_400_000, `${ended.proxyBytes}`);
  });
}

/** Where pages went: the browser itself may ask its maker for something at any time. */
const pagesWent = () => [...new Set(made.seen)];

test('proxies: true is the proxy of the configuration', () => withSession({ proxies: true }, async (page) => {
  await page.goto(site());
  assert.deepEqual(pagesWent(), [`http 127.0.0.1:${made.sitePort}`]);
}));

test('the first rule whose pattern fits is taken; none: straight to the network', () => withSession({
  proxies: [{ type: 'none', domainPattern: 'straight.localhost' }, external('socks5', { domainPattern: '.*\\.localhost' }), external('http', { domainPattern: '127.0.0.1' })],
}, async (page) => {
  await page.goto(site('straight.localhost'));
  assert.deepEqual(pagesWent(), []);
  await page.goto(site('127.0.0.1'));
  assert.deepEqual(pagesWent(), [`http 127.0.0.1:${made.sitePort}`]);
  made.seen.length = 0;
  await page.goto(site('localhost'));
  assert.deepEqual(pagesWent(), []);
}));

test('a proxy that refuses the credentials or is not there: the page fails, and the log says why, without them', async () => {
  const { proxies } = made;
  const bad = [{ type: 'external', server: `http://player:nonsense@127.0.0.1:${proxies.http}`, domainPattern: '127.0.0.1' }, { type: 'external', server: 'http://127.0.0.1:1' }];
  const session = await createWhenRoom(sdk, { keepAlive: true, proxies: bad });
  const browser = await connectPlaywright(session);
  const page = browser.contexts()[0].pages()[0];
  await assert.rejects(page.goto(site()), /net::ERR_TUNNEL_CONNECTION_FAILED/);
  await assert.rejects(page.goto(site('localhost')), /net::ERR_PROXY_CONNECTION_FAILED/);
  await browser.close();
  await release(sdk, session);
  const lines = daemon.log.join('\n');
  assert.doesNotMatch(lines, new RegExp(`nonsense|${secret.slice(0, 4)}`));
  const stored = await readFile(path.join(daemon.data, 'greenroom.db'), 'latin1');
  assert.doesNotMatch(stored, /nonsense/);
});

test('a connection that fails is called as in a browser that makes its own', () => withSession({}, async (page) => {
  const closed = net.createServer();
  await new Promise((done) => closed.listen(0, '127.0.0.1', done));
  const nobody = `http://127.0.0.1:${closed.address().port}/`;
  await new Promise((done) => closed.close(done));
  // A tab each: the page that shows the error may still be on its way when the next one is asked for.
  for (const [url, words] of [[nobody, /net::ERR_CONNECTION_REFUSED/], ['http://nobody.invalid/', /net::ERR_NAME_NOT_RESOLVED/]]) {
    const tab = await page.context().newPage();
    await assert.rejects(tab.goto(url), words);
    await tab.close();
  }
  await page.goto(site());
  const [failed] = await Promise.all([page.waitForEvent('requestfailed'), page.evaluate((url) => fetch(url).catch(() => {}), nobody)]);
  assert.equal(failed.failure().errorText, 'net::ERR_CONNECTION_REFUSED');
}));

test('what is no proxy is refused at once, without its password', async () => {
  for (const server of ['ftp://proxy.example', 'http://', 'http://proxy.example:99999', 'not a proxy']) {
    const error = await rejectionOf(sdk.sessions.create({ proxies: [{ type: 'external', server, username: 'a', password: secret }] }), 400, server);
    assert.doesNotMatch(error.message, new RegExp(secret.slice(0, 4)));
  }
  await rejectionOf(sdk.sessions.create({ proxies: [{ type: 'external', server: 'http://a.example', domainPattern: '(a|b)\\.example' }] }), 400);
  await rejectionOf(sdk.sessions.create({ proxies: [{ type: 'browserbase', geolocation: { country: 'DE' } }] }), 501);
});

test('allowed domains hold pages back, and nothing that pages load', () => withSession({ browserSettings: { allowedDomains: ['localhost'] } }, async (page) => {
  await page.goto(site('localhost'));
  await page.goto(site('app.localhost'));
  await assert.rejects(page.goto(site('127.0.0.1')), /ERR_BLOCKED_BY_CLIENT/);
  await assert.rejects(page.goto(`${site('localhost')}/to?${encodeURIComponent(site('127.0.0.1'))}`), /ERR_BLOCKED_BY_CLIENT/);
  // What was blocked leaves an error page, which may still be on its way.
  await until('the page is there again', () => page.goto(site('localhost')).then(() => true), 5_000, 200);
  const inside = await page.evaluate(`new Promise((done) => { const f = document.createElement('iframe'); f.onload = () => done('loaded'); f.src = '${site('127.0.0.1')}'; document.body.append(f); setTimeout(done, 3000, 'late'); })`);
  assert.equal(inside, 'loaded');
  assert.equal(await page.evaluate(`fetch('${site('127.0.0.1')}', { mode: 'no-cors' }).then((r) => r.type)`), 'opaque');
  const [popup] = await Promise.all([page.context().waitForEvent('page'), page.evaluate(`void open('${site('127.0.0.1')}')`)]);
  await popup.waitForLoadState().catch(() => {});
  assert.notEqual(await popup.title(), 'site');
}));

test('advertisements are not loaded where that is asked for', async () => {
  await withSession({ browserSettings: { blockAds: true } }, async (page, session) => {
    await page.goto(site());
    await assert.rejects(page.goto('http://static.doubleclick.net/'), /net::ERR_BLOCKED_BY_CLIENT/);
    await until('the log says so', async () => {
      const answer = await call(daemon, 'GET', `/greenroom/v1/sessions/${session.id}/timeline`, { headers: { authorization: `Bearer ${daemon.key}` } });
      return (await answer.text()).includes('blocked as an advertisement');
    });
  });
});

test('Hyperbrowser: a server of the caller’s own, lists of what may be reached, and the echo keeps no secret', async () => {
  const client = new Hyperbrowser({ apiKey: daemon.key, baseUrl: daemon.baseURL });
  const session = await client.sessions.create({ useProxy: true, proxyServer: `127.0.0.1:${made.proxies.http}`, proxyServerUsername: 'player', proxyServerPassword: secret,
    allowOut: ['localhost', '127.0.0.0/8'], denyOut: ['denied.localhost'] });
  assert.doesNotMatch(JSON.stringify(session), /player|9731/);
  const browser = await connectPlaywright({ connectUrl: session.wsEndpoint });
  const page = browser.contexts()[0].pages()[0];
  made.seen.length = 0;
  await page.goto(site());
  assert.ok(made.seen.includes(`http 127.0.0.1:${made.sitePort}`));
  await assert.rejects(page.goto(site('denied.localhost')), /net::ERR_/);
  await assert.rejects(page.goto('http://elsewhere.test/'), /net::ERR_/);
  await browser.close();
  await client.sessions.stop(session.id);
});

test('Hyperbrowser: no way to the internet at all', async () => {
  const client = new Hyperbrowser({ apiKey: daemon.key, baseUrl: daemon.baseURL });
  const session = await client.sessions.create({ allowInternetAccess: false });
  const browser = await connectPlaywright({ connectUrl: session.wsEndpoint });
  await assert.rejects(browser.contexts()[0].pages()[0].goto(site()), /net::ERR_/);
  // The daemon itself is always there: an extension calls home.
  const own = () => browser.contexts()[0].pages()[0].goto(`${daemon.baseURL}/healthz`).then((answer) => answer.ok());
  await until('it answers', own, 5_000, 200);
  await browser.close();
  await client.sessions.stop(session.id);
});

// A resource of the web without a browser: what comes back, its limits, and each way in which it can fail.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { connect, createServer as createRawServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';

import Browserbase from '@browserbasehq/sdk';

import { assertErrorBody, call, rejectionOf, sdkFor, uuid } from '../support/client.mjs';
import { useDaemon } from '../support/daemon.mjs';

const held = await useDaemon({ browser: { pool_size: 0 } });
let sdk, site, origin, secure, secureOrigin, folder;
let asked = [];
let waiting = [];

const page = `<!doctype html><meta charset=utf-8><title>t</title><script>document.write("no")</script>
<h1>Title</h1><p>A <a href="deeper?x=1">link</a> and <b>bold</b>.</p><ul><li>one<li>two</ul>`;

const answers = {
  '/page': (_, response) => response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'x-twice': ['a', 'b'] }).end(page),
  '/latin': (_, response) => response.writeHead(200, { 'content-type': 'text/html; charset=iso-8859-1' }).end(Buffer.from('<p>caf\xe9', 'latin1')),
  '/plain': (_, response) => response.writeHead(200, { 'content-type': 'text/plain' }).end('# plain'),
  '/missing': (_, response) => response.writeHead(404, { 'content-type': 'text/plain' }).end('nothing'),
  '/bytes': (_, response) => response.writeHead(200, { 'content-type': 'image/png' }).end(Buffer.from([0x89, 0, 0xff])),
  '/packed': (_, response) => response.writeHead(200, { 'content-type': 'text/html', 'content-encoding': 'gzip' }).end(gzipSync(page)),
  '/empty': (_, response) => response.writeHead(204).end(),
  '/away': (_, response) => response.writeHead(302, { location: 'page' }).end('moved'),
  '/round': (_, response) => response.writeHead(302, { location: '/round' }).end(),
  '/file': (_, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
  '/metadata': (_, response) => response.writeHead(302, { location: 'http://169.254.169.254/latest/' }).end(),
  '/large': (_, response) => response.writeHead(200, { 'content-type': 'text/plain' }).end('x'.repeat(5 * 1024 * 1024 + 1)),
  '/limit': (_, response) => response.writeHead(200, { 'content-type': 'text/plain' }).end('x'.repeat(5 * 1024 * 1024)),
  '/cut': (_, response) => { response.writeHead(200, { 'content-length': 10 }); response.write('half'); setTimeout(() => response.destroy(), 50); },
  '/wait': (_, response) => waiting.push(response),
};

before(async () => {
  sdk = sdkFor(held.daemon);
  const answer = (request, response) => {
    asked.push({ url: request.url, headers: request.headers });
    (answers[request.url.split('?')[0]] ?? answers['/missing'])(request, response);
  };
  site = createServer(answer).listen(0, '127.0.0.1');
  folder = await mkdtemp(path.join(os.tmpdir(), 'fetch-'));
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2',
    '-keyout', `${folder}/key`, '-out', `${folder}/cert`, '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'], { stdio: 'ignore' });
  secure = createSecureServer({ key: await readFile(`${folder}/key`), cert: await readFile(`${folder}/cert`) }, answer).listen(0, '127.0.0.1');
  await Promise.all([site, secure].map((server) => server.listening || new Promise((resolve) => server.once('listening', resolve))));
  origin = `http://127.0.0.1:${site.address().port}`;
  secureOrigin = `https://localhost:${secure.address().port}`;
});

after(async () => {
  for (const server of [site, secure]) server.closeAllConnections(), server.close();
  await rm(folder, { recursive: true, force: true });
});

test('raw: status, headers, text', async () => {
  const found = await sdk.fetchAPI.create({ url: `${origin}/page?a=b c` });
  assert.match(found.id, uuid);
  assert.equal(found.statusCode, 200);
  assert.equal(found.content, page);
  assert.equal(found.contentType, 'text/html; charset=utf-8');
  assert.equal(found.encoding, 'utf-8');
  assert.equal(found.headers['x-twice'], 'a, b');
  const { url, headers } = asked.at(-1);
  assert.equal(url, '/page?a=b%20c');
  assert.equal(headers.host, new URL(origin).host);
  assert.equal(headers['x-bb-api-key'], undefined, 'nothing of ours goes out');
  assert.match(headers['user-agent'], /Greenroom/);
});

test('markdown: of HTML, of plain text, and of nothing else', async () => {
  const found = await sdk.fetchAPI.create({ url: `${origin}/page`, format: 'markdown' });
  assert.equal(found.content, `# Title\n\nA [link](${origin}/deeper?x=1) and **bold**.\n\n- one\n- two`);
  assert.equal((await sdk.fetchAPI.create({ url: `${origin}/plain`, format: 'markdown' })).content, '# plain');
  for (const what of ['bytes', 'packed']) await rejectionOf(sdk.fetchAPI.create({ url: `${origin}/${what}`, format: 'markdown' }), 400);
});

test('other encodings become UTF-8, bytes base64', async () => {
  assert.equal((await sdk.fetchAPI.create({ url: `${origin}/latin` })).content, '<p>café');
  const bytes = await sdk.fetchAPI.create({ url: `${origin}/bytes` });
  assert.equal(bytes.encoding, 'base64');
  assert.deepEqual(Buffer.from(bytes.content, 'base64'), Buffer.from([0x89, 0, 0xff]));
  assert.equal((await sdk.fetchAPI.create({ url: `${origin}/packed` })).encoding, 'base64');
  const empty = await sdk.fetchAPI.create({ url: `${origin}/empty` });
  assert.deepEqual([empty.statusCode, empty.content, empty.contentType], [204, '', '']);
});

test('a failure of the site is an answer', async () => {
  const found = await sdk.fetchAPI.create({ url: `${origin}/missing` });
  assert.deepEqual([found.statusCode, found.content], [404, 'nothing']);
});

test('redirects: an answer by default, followed on demand, never out of the web', async () => {
  const first = await sdk.fetchAPI.create({ url: `${origin}/away` });
  assert.deepEqual([first.statusCode, first.headers.location, first.content], [302, 'page', 'moved']);
  assert.equal((await sdk.fetchAPI.create({ url: `${origin}/away`, allowRedirects: true })).content, page);
  for (const what of ['round', 'file']) await rejectionOf(sdk.fetchAPI.create({ url: `${origin}/${what}`, allowRedirects: true }), 502);
  await rejectionOf(sdk.fetchAPI.create({ url: `${origin}/metadata`, allowRedirects: true }), 403);
});

test('metadata services are never asked, however they are written', async () => {
  for (const host of ['169.254.169.254', '0xA9FEA9FE', '2852039166', '0251.0376.0251.0376', '[::ffff:169.254.169.254]', '[::ffff:a9fe:a9fe]', '[fd00:ec2::254]']) {
    await rejectionOf(sdk.fetchAPI.create({ url: `http://${host}/latest/meta-data/` }), 403, host);
  }
});

test('TLS: the certificate must be good, unless told otherwise', async () => {
  const error = await rejectionOf(sdk.fetchAPI.create({ url: `${secureOrigin}/page` }), 502);
  assert.match(error.message, /certificate/);
  const found = await sdk.fetchAPI.create({ url: `${secureOrigin}/page`, allowInsecureSsl: true });
  assert.equal(found.content, page);
  await rejectionOf(sdk.fetchAPI.create({ url: `https://127.0.0.1:${site.address().port}/page` }), 502, 'no TLS there');
});

test('limits: 5 MB and not a byte more', async () => {
  assert.equal((await sdk.fetchAPI.create({ url: `${origin}/limit` })).content.length, 5 * 1024 * 1024);
  const error = await rejectionOf(sdk.fetchAPI.create({ url: `${origin}/large` }), 502);
  assert.match(error.error.id, uuid);
  assert.equal(error.headers['x-should-retry'], 'false');
});

test('limits: so many at a time; who hangs up makes room', { timeout: 60_000 }, async () => {
  const controllers = Array.from({ length: 10 }, () => new AbortController());
  const slow = controllers.map(({ signal }) => sdk.fetchAPI.create({ url: `${origin}/wait` }, { signal }).catch((error) => error));
  while (waiting.length < 10) await new Promise((resolve) => setTimeout(resolve, 20));
  const error = await rejectionOf(sdk.fetchAPI.create({ url: `${origin}/page` }), 429);
  assert.ok(error instanceof Browserbase.RateLimitError);
  for (const controller of controllers) controller.abort();
  await Promise.all(slow);
  for (let i = 0; ; ++i) {
    const found = await sdk.fetchAPI.create({ url: `${origin}/page` }).catch((failure) => failure);
    if (found.statusCode === 200) break;
    assert.ok(i < 100 && found.status === 429, String(found));
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  for (const response of waiting) response.destroy();
});

test('nobody there: 503; no HTTP there: 502; cut off: 503', { timeout: 60_000 }, async () => {
  const raw = createRawServer((socket) => socket.on('error', () => {}).resume().end('hello\r\n\r\n')).listen(0, '127.0.0.1');
  await new Promise((resolve) => raw.once('listening', resolve));
  const { port } = raw.address();
  await rejectionOf(sdk.fetchAPI.create({ url: `http://127.0.0.1:${port}/` }), 502);
  await new Promise((resolve) => raw.close(resolve));
  assert.ok(await new Promise((resolve) => connect(port, '127.0.0.1').once('error', resolve)), 'nobody listens there');
  await rejectionOf(sdk.fetchAPI.create({ url: `http://127.0.0.1:${port}/` }), 503);
  await rejectionOf(sdk.fetchAPI.create({ url: 'http://no-such-name.invalid/' }), 503);
  await rejectionOf(sdk.fetchAPI.create({ url: `${origin}/cut` }), 503);
});

test('what is no address, and what needs a model', async () => {
  for (const url of ['', 'x', 'file:///etc/passwd', 'ftp://127.0.0.1/', 'http://user:pass@127.0.0.1/', 'gopher://x/', 'http://']) {
    await assertErrorBody(await call(held.daemon, 'POST', '/v1/fetch', { body: { url } }), 400);
  }
  await rejectionOf(sdk.fetchAPI.create({ url: origin, format: 'json', schema: { type: 'object' } }), 403);
  const response = await call(held.daemon, 'POST', '/v1/fetch', { body: { url: `${origin}/plain`, proxies: true, x: 1 } });
  assert.equal(response.headers.get('greenroom-ignored'), 'proxies, x');
  await response.arrayBuffer();
});

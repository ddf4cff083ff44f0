// Uploads and downloads with Hyperbrowser's own client.
import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { connectPlaywright, nobody, rejectionOf, sdkFor } from './client.mjs';
import { useDaemon } from '../support/daemon.mjs';
import { until } from '../support/wait.mjs';

const held = await useDaemon({ limits: { sessions: 4 }, recording: { enabled: false } });
let sdk;
let site;
let url;
let folder;

before(async () => {
  sdk = sdkFor(held.daemon);
  folder = await mkdtemp(path.join(tmpdir(), 'greenroom-hb-'));
  site = http.createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://site');
    if (pathname !== '/save') {
      return response.writeHead(200, { 'content-type': 'text/html' })
        .end('<a id=save>save</a><input type=file id=f><script>chosen = () => Promise.all([...f.files].map(async (x) => [x.name, await x.text()]))</script>');
    }
    return response.writeHead(200, { 'content-disposition': 'attachment; filename="report.csv"' }).end(searchParams.get('text'));
  });
  await new Promise((done) => site.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${site.address().port}`;
});
after(async () => {
  site.closeAllConnections();
  site.close();
  await rm(folder, { recursive: true });
});

async function inSession(options, body) {
  const session = await sdk.sessions.create(options);
  const browser = await connectPlaywright(session.wsEndpoint);
  const page = browser.contexts()[0].pages()[0];
  await page.goto(url);
  const result = await body(session, page);
  await sdk.sessions.stop(session.id);
  await browser.close().catch(() => {});
  return result;
}

async function choose(page, file) {
  const cdp = await page.context().newCDPSession(page);
  const { root } = await cdp.send('DOM.getDocument');
  const { nodeId } = await cdp.send('DOM.querySelector', { nodeId: root.nodeId, selector: '#f' });
  await cdp.send('DOM.setFileInputFiles', { files: [file], nodeId });
  return page.evaluate('chosen()');
}

test('uploads by path, stream and buffer; the path that is told can be chosen; names that are taken get a number', async () => {
  await inSession({}, async (session, page) => {
    const local = path.join(folder, 'by-path.txt');
    await writeFile(local, 'by path');
    const first = await sdk.sessions.uploadFile(session.id, { fileInput: local });
    assert.deepEqual(first, { message: 'File uploaded successfully', filePath: '/tmp/uploads/by-path.txt', fileName: 'by-path.txt', originalName: 'by-path.txt' });
    assert.deepEqual(await choose(page, first.filePath), [['by-path.txt', 'by path']]);
    const second = await sdk.sessions.uploadFile(session.id, { fileInput: createReadStream(local) });
    assert.equal(second.filePath, '/tmp/uploads/by-path (1).txt');
    const third = await sdk.sessions.uploadFile(session.id, { fileInput: Buffer.from('inhalt'), fileName: '\u00fcber \u20ac.txt' });
    assert.deepEqual(await choose(page, third.filePath), [[third.fileName, 'inhalt']]);
  });
  await rejectionOf(sdk.sessions.uploadFile(nobody, { fileInput: Buffer.from('x'), fileName: 'x.txt' }), 404);
});

test('two sessions save one name to one path, and each archive has its own, while they run and afterwards', async () => {
  const save = (text) => inSession({ saveDownloads: true }, async (session, page) => {
    assert.deepEqual(await sdk.sessions.getDownloadsURL(session.id), { status: 'pending', downloadsUrl: null, error: null });
    const cdp = await page.context().browser().newBrowserCDPSession();
    await cdp.send('Browser.setDownloadBehavior', { behavior: 'allow', downloadPath: '/tmp/downloads', eventsEnabled: true });
    for (let i = 0; i < 2; ++i) {
      // Clicked: a page that saves several files unasked would be asked about.
      await page.evaluate((to) => { document.querySelector('#save').href = to; }, `${url}/save?text=${text}${i}`);
      await page.click('#save');
    }
    const answer = await until('an archive of two', async () => {
      const found = await sdk.sessions.getDownloadsURL(session.id);
      if (found.status !== 'completed') return false;
      const bytes = Buffer.from(await (await fetch(found.downloadsUrl)).arrayBuffer()).toString('latin1');
      return bytes.includes('report (1).csv') && { found, bytes };
    }, 20_000);
    assert.ok(answer.bytes.includes(`${text}0`) || answer.bytes.includes(`${text}1`));
    return session.id;
  });
  const ids = await Promise.all([save('one'), save('two')]);
  for (const [i, text] of ['one', 'two'].entries()) {
    const { status, downloadsUrl } = await sdk.sessions.getDownloadsURL(ids[i]);
    assert.equal(status, 'completed');
    const response = await fetch(downloadsUrl, { headers: { origin: 'https://app.example' } });
    assert.equal(response.headers.get('content-type'), 'application/zip');
    assert.match(response.headers.get('content-disposition'), /^attachment/);
    assert.equal(response.headers.get('access-control-allow-origin'), '*');
    const bytes = Buffer.from(await response.arrayBuffer()).toString('latin1');
    assert.ok(bytes.includes(`${text}0`) && !bytes.includes(['two0', 'one0'][i]));
    const wrong = new URL(downloadsUrl);
    wrong.pathname = wrong.pathname.replace(ids[i], ids[1 - i]);
    assert.ok([401, 403].includes((await fetch(wrong)).status), 'a link opens its own session alone');
  }
});

test('without saveDownloads there is none, with it an empty archive at the end', async () => {
  const without = await inSession({}, async (session) => session.id);
  assert.equal((await sdk.sessions.getDownloadsURL(without)).status, 'not_enabled');
  const empty = await inSession({ saveDownloads: true }, async (session) => session.id);
  const { status, downloadsUrl } = await sdk.sessions.getDownloadsURL(empty);
  assert.equal(status, 'completed');
  assert.equal((await (await fetch(downloadsUrl)).arrayBuffer()).byteLength, 22);
  await rejectionOf(sdk.sessions.getDownloadsURL(nobody), 404);
});

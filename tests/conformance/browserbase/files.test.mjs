// Files: uploads by the path that clients are told, downloads with and without the documented recipe, the archive and
// the downloads one by one; two sessions with the same names; large ones; what must not get out of a session's folder.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync, readFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { toFile } from '@browserbasehq/sdk';

import { Cdp } from '../support/cdp.mjs';
import { assertErrorBody, call, connectPlaywright, connectPuppeteer, rejectionOf, release, sdkFor } from '../support/client.mjs';
import { useDaemon } from '../support/daemon.mjs';
import { nobody } from '../support/operations.mjs';
import { until } from '../support/wait.mjs';

// AddressSanitizer keeps what was freed for a while, 256 MB of it unless told otherwise.
const environment = { ASAN_OPTIONS: `${process.env.ASAN_OPTIONS ?? 'detect_leaks=0'}:quarantine_size_mb=1:thread_local_quarantine_size_kb=64` };
const held = await useDaemon({ limits: { sessions: 4 }, files: { file_size: '160MiB', session_size: '200MiB' }, recording: { enabled: false } }, { environment });
const told = '/tmp/.uploads';
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
let sdk;
let site;
let url;

// A page that says what was chosen, and files to save.
const form = `<!doctype html><title>Files</title><input type=file id=f multiple>
<a id=save href="/save?name=sample.pdf&text=hello">save</a><script>
window.chosen = async () => Promise.all([...f.files].map(async (file) => {
  const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
  return { name: file.name, size: file.size, sha256: [...new Uint8Array(digest)].map((b) => b.toString(16).padStart(2, '0')).join('') };
}));</script>`;

before(async () => {
  sdk = sdkFor(held.daemon);
  site = http.createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://site');
    if (pathname !== '/save') return response.writeHead(200, { 'content-type': 'text/html' }).end(form);
    const name = searchParams.get('name');
    response.writeHead(200, {
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
    });
    if (searchParams.has('text')) return response.end(searchParams.get('text'));
    let left = Number(searchParams.get('size'));
    const piece = Buffer.alloc(64 << 10, 'x');
    const go = () => {
      while (left > 0) {
        const part = piece.subarray(0, Math.min(left, piece.length));
        left -= part.length;
        if (!response.write(part)) return response.once('drain', go);
      }
      return response.end();
    };
    return go();
  });
  await new Promise((done) => site.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${site.address().port}`;
});
after(() => { site.closeAllConnections(); site.close(); });

async function inSession(body) {
  const session = await sdk.sessions.create({ keepAlive: true });
  try {
    return await body(session);
  } finally {
    await release(sdk, session);
  }
}

/** The members of a zip archive, by the system's own Python. */
function unzip(bytes, folder) {
  const file = path.join(folder, 'downloads.zip');
  execFileSync('tee', [file], { input: bytes, stdio: ['pipe', 'ignore', 'inherit'] });
  const script = 'import json,sys,zipfile\nz=zipfile.ZipFile(sys.argv[1])\nassert z.testzip() is None\n' +
    'print(json.dumps({i.filename:z.read(i).hex() for i in z.infolist()}))';
  return Object.fromEntries(Object.entries(JSON.parse(execFileSync('python3', ['-c', script, file], { maxBuffer: 1 << 28 })))
    .map(([name, hex]) => [name, Buffer.from(hex, 'hex')]));
}

async function downloadsOf(session) {
  const folder = await mkdtemp(path.join(tmpdir(), 'greenroom-zip-'));
  try {
    const response = await sdk.sessions.downloads.list(session.id);
    assert.equal(response.headers.get('content-type'), 'application/zip');
    return unzip(Buffer.from(await response.arrayBuffer()), folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const list = async (query) => (await call(held.daemon, 'GET', `/v1/downloads?${new URLSearchParams(query)}`)).json();
const memory = () => Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${held.daemon.pid}/status`, 'utf8'))[1]) / 1024;
const peak = () => Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${held.daemon.pid}/status`, 'utf8'))[1]) / 1024;

/** Chooses files as scripts do that were told a path: CDP's own command. */
async function choose(page, files) {
  const cdp = await page.context().newCDPSession(page);
  const { root } = await cdp.send('DOM.getDocument');
  const { nodeId } = await cdp.send('DOM.querySelector', { nodeId: root.nodeId, selector: '#f' });
  await cdp.send('DOM.setFileInputFiles', { files, nodeId });
  const chosen = await page.evaluate('chosen()');
  await cdp.detach();
  return chosen;
}

test('upload with the SDK, choose by the told path with Playwright and Puppeteer', async () => {
  await inSession(async (session) => {
    const content = randomBytes(100_000);
    const answer = await sdk.sessions.uploads.create(session.id, { file: await toFile(content, 'r\u00e9sum\u00e9 \u20ac.pdf') });
    assert.deepEqual(answer, { message: 'File uploaded successfully' });
    const browser = await connectPlaywright(session);
    const page = browser.contexts()[0].pages()[0];
    await page.goto(url);
    const wanted = [{ name: 'r\u00e9sum\u00e9 \u20ac.pdf', size: content.length, sha256: sha256(content) }];
    assert.deepEqual(await choose(page, [`${told}/r\u00e9sum\u00e9 \u20ac.pdf`]), wanted);
    // Playwright's own way: the content goes over the wire.
    await page.setInputFiles('#f', { name: 'inline.txt', mimeType: 'text/plain', buffer: Buffer.from('inline') });
    assert.deepEqual(await page.evaluate('chosen()'), [{ name: 'inline.txt', size: 6, sha256: sha256('inline') }]);
    await browser.close();
    const puppeteer = await connectPuppeteer(session);
    const other = await puppeteer.newPage();
    await other.goto(url);
    await (await other.$('#f')).uploadFile(`${told}/r\u00e9sum\u00e9 \u20ac.pdf`);
    assert.deepEqual(await other.evaluate('chosen()'), wanted);
    await puppeteer.disconnect();
  });
});

test('two sessions upload and download under one name, each sees its own', async () => {
  await inSession((one) => inSession(async (two) => {
    const results = await Promise.all([[one, 'first'], [two, 'second']].map(async ([session, text]) => {
      await sdk.sessions.uploads.create(session.id, { file: await toFile(Buffer.from('old'), 'same.txt') });
      await sdk.sessions.uploads.create(session.id, { file: await toFile(Buffer.from(text), 'same.txt') });
      const browser = await connectPlaywright(session);
      const page = browser.contexts()[0].pages()[0];
      await page.goto(url);
      const [chosen] = await choose(page, [`${told}/same.txt`]);
      const download = page.waitForEvent('download');
      await page.evaluate((address) => { location.href = address; }, `${url}/save?name=same.bin&text=${text}`);
      assert.equal((await download).suggestedFilename(), 'same.bin');
      const files = await until('the download is kept', async () => {
        const found = await downloadsOf(session);
        return Object.keys(found).length > 0 && found;
      }, 15_000);
      await browser.close();
      return [chosen.sha256, Object.keys(files).map((name) => name.replace(/-\d{13}\./, '-T.')), String(Object.values(files)[0])];
    }));
    assert.deepEqual(results, [[sha256('first'), ['same-T.bin'], 'first'], [sha256('second'), ['same-T.bin'], 'second']]);
  }));
});

test('downloads with the documented recipe and without, in other contexts, of one name, and after the end', async () => {
  const session = await sdk.sessions.create({ keepAlive: true });
  const empty = await sdk.sessions.downloads.list(session.id);
  assert.equal((await empty.arrayBuffer()).byteLength, 22, 'an empty archive is known by its size');
  // Without: Puppeteer sets nothing.
  const puppeteer = await connectPuppeteer(session);
  const tab = await puppeteer.newPage();
  await tab.goto(url);
  await tab.click('#save');
  await until('one is kept', async () => (await list({ sessionId: session.id })).total === 1, 15_000);
  // A context of its own, whose client names a folder of its machine.
  const context = await puppeteer.createBrowserContext({ downloadBehavior: { policy: 'allow', downloadPath: '/nowhere' } });
  const apart = await context.newPage();
  await apart.goto(url);
  await apart.click('#save');
  await until('two are kept', async () => (await list({ sessionId: session.id })).total === 2, 15_000);
  await context.close();
  // And one of which nothing was said.
  const silent = await puppeteer.createBrowserContext();
  const alone = await silent.newPage();
  await alone.goto(`${url}/save?name=silent.txt&text=quiet`).catch(() => {}); // a download is no document
  await until('three are kept', async () => (await list({ sessionId: session.id })).total === 3, 15_000);
  await silent.close();
  await puppeteer.disconnect();
  // With: the literal word, as the documentation has it.
  const cdp = await Cdp.connect(session.connectUrl);
  await cdp.send('Browser.setDownloadBehavior', { behavior: 'allow', downloadPath: 'downloads', eventsEnabled: true });
  const { targetInfos } = (await cdp.send('Target.getTargets')).result;
  const { targetId } = targetInfos.find(({ type }) => type === 'page');
  const { sessionId } = (await cdp.send('Target.attachToTarget', { targetId, flatten: true })).result;
  await cdp.send('Page.navigate', { url: `${url}/save?name=${encodeURIComponent('../../\u4f60.tar.gz')}&text=recipe` }, sessionId);
  const begun = await until('the client hears of it', () => cdp.events.find(({ method }) => method === 'Browser.downloadWillBegin'), 10_000);
  await until('and of its end', () => cdp.events.find(({ method, params }) =>
    method === 'Browser.downloadProgress' && params.guid === begun.params.guid && params.state === 'completed'), 10_000);
  await until('four are kept', async () => (await list({ sessionId: session.id })).total === 4, 15_000);
  cdp.socket.close();
  await release(sdk, session);

  const files = await downloadsOf(session);
  const names = Object.keys(files).toSorted();
  assert.equal(names.length, 4);
  assert.match(names[0], /^[^/]*\u4f60\.tar-\d{13}\.gz$/);
  assert.match(names[3], /^silent-\d{13}\.txt$/);
  for (const name of names.slice(1, 3)) assert.match(name, /^sample-\d{13}\.pdf$/);
  assert.notEqual(names[1], names[2]);
  assert.equal(String(files[names[1]]), 'hello');

  const all = await list({ sessionId: session.id, filename: 'sample.pdf' });
  assert.equal(all.total, 2);
  assert.deepEqual({ ...all.downloads[0], id: 0, createdAt: 0 }, {
    id: 0, sessionId: session.id, filename: 'sample.pdf', mimeType: 'application/pdf', size: 5, checksum: sha256('hello'), createdAt: 0,
  });
  assert.equal((await list({ sessionId: session.id, limit: 1, offset: 2 })).downloads.length, 1);
  assert.equal((await list({ sessionId: session.id, minSize: 6 })).total, 1);
  assert.equal((await list({ sessionId: session.id, createdAfter: new Date().toISOString() })).total, 0);
  const { id } = all.downloads[0];
  const bytes = await call(held.daemon, 'GET', `/v1/downloads/${id}`);
  assert.equal(bytes.headers.get('x-content-type-options'), 'nosniff');
  assert.match(bytes.headers.get('content-disposition'), /^attachment; filename="sample\.pdf"/);
  assert.equal(await bytes.text(), 'hello');
  const facts = await call(held.daemon, 'GET', `/v1/downloads/${id}`, { headers: { accept: 'application/json' } });
  assert.equal((await facts.json()).id, id);
  assert.equal((await call(held.daemon, 'DELETE', `/v1/downloads/${id}`)).status, 204);
  await assertErrorBody(await call(held.daemon, 'GET', `/v1/downloads/${id}`), 404);
  await assertErrorBody(await call(held.daemon, 'DELETE', `/v1/downloads/${id}`), 404);
  assert.equal(Object.keys(await downloadsOf(session)).length, 3);
});

test('100 MB up and down, and the daemon does not grow', async () => {
  await inSession(async (session) => {
    const content = Buffer.alloc(100 << 20, randomBytes(1 << 20));
    const before = memory();
    await sdk.sessions.uploads.create(session.id, { file: await toFile(content, 'large.bin') });
    const browser = await connectPlaywright(session);
    const page = browser.contexts()[0].pages()[0];
    await page.goto(url);
    const [chosen] = await choose(page, [`${told}/large.bin`]);
    assert.deepEqual(chosen, { name: 'large.bin', size: content.length, sha256: sha256(content) });
    await page.evaluate((address) => { location.href = address; }, `${url}/save?name=down.bin&size=${90 << 20}`);
    const found = await until('it is kept', async () => (await list({ sessionId: session.id })).downloads[0], 60_000);
    assert.equal(found.size, 90 << 20);
    const response = await call(held.daemon, 'GET', `/v1/sessions/${session.id}/downloads`);
    let size = 0;
    for await (const piece of response.body) size += piece.length;
    assert.ok(size > 90 << 20 && size < (90 << 20) + 1000);
    process.stdout.write(`# resident before ${before.toFixed(1)} MiB, peak ${peak().toFixed(1)} MiB\n`);
    assert.ok(peak() - before < 24, `grew from ${before} to ${peak()} MiB`);
    // The session's room is 200 MiB.
    const full = await sdk.sessions.uploads.create(session.id, { file: await toFile(Buffer.alloc(30 << 20), 'more.bin') }).catch((error) => error);
    assert.equal(full.status, 413, String(full));
    await browser.close();
  });
});

test('what breaks off leaves nothing, what is malformed is refused', async () => {
  await inSession(async (session) => {
    const address = new URL(held.daemon.baseURL);
    const head = '--B\r\nContent-Disposition: form-data; name="file"; filename="cut.txt"\r\n\r\n';
    await new Promise((done) => {
      const request = http.request({
        host: address.hostname, port: address.port, method: 'POST', path: `/v1/sessions/${session.id}/uploads`,
        headers: { 'x-bb-api-key': held.daemon.key, 'content-type': 'multipart/form-data; boundary=B' },
      });
      request.on('error', done);
      request.write(head + 'x'.repeat(300_000));
      setTimeout(() => request.destroy(), 300);
    });
    const folder = path.join(held.daemon.data, 'files', session.id);
    await until('no part of it is left', async () => !existsSync(folder) || (await readdir(folder)).length === 0, 10_000);
    const send = (body, type = 'multipart/form-data; boundary=B') =>
      call(held.daemon, 'POST', `/v1/sessions/${session.id}/uploads`, { body, headers: { 'content-type': type } });
    await assertErrorBody(await send(`${head}x`), 400);
    await assertErrorBody(await send('{}', 'application/json'), 400);
    await assertErrorBody(await send(`${head}x\r\n--B--`, 'multipart/form-data'), 400);
    await assertErrorBody(await send('--B\r\nContent-Disposition: form-data; name="other"\r\n\r\nx\r\n--B--'), 400);
    await assertErrorBody(await send(`${head}x\r\n${head}y\r\n--B--`), 400);
    assert.deepEqual(await readdir(folder), []);
    // Whatever path a name has, the last part of it is what counts.
    for (const name of ['../../../etc/cron.d/x', '/etc/passwd', '..\\..\\up.txt', '..', '.', '', '/', 'a\u0000b', `${'n'.repeat(300)}.txt`]) {
      const escaped = Buffer.from(head.replace('cut.txt', name.replaceAll('\\', '\\\\')));
      const response = await send(Buffer.concat([escaped, Buffer.from('x\r\n--B--\r\n')]));
      assert.ok([200, 400].includes(response.status), `${JSON.stringify(name)}: ${response.status} ${await response.text()}`);
    }
    const work = (await readdir(held.daemon.work))[0];
    const uploads = (await Promise.all((await readdir(held.daemon.work)).map(async (id) => readdir(path.join(held.daemon.work, id, 'uploads'))))).flat();
    assert.ok(work && uploads.includes('passwd') && uploads.includes('up.txt') && uploads.includes('x'), String(uploads));
    assert.ok(!existsSync('/etc/cron.d/x'));
  });
  await rejectionOf(sdk.sessions.uploads.create(nobody, { file: await toFile(Buffer.from('x'), 'x') }), 404);
  await rejectionOf(sdk.sessions.downloads.list(nobody), 404);
  await assertErrorBody(await call(held.daemon, 'GET', '/v1/downloads'), 400);
  await assertErrorBody(await call(held.daemon, 'GET', `/v1/downloads?sessionId=${nobody}`), 404);
  await assertErrorBody(await call(held.daemon, 'GET', `/v1/downloads/${nobody}`), 404);
  const ended = await sdk.sessions.create();
  await release(sdk, ended);
  await rejectionOf(sdk.sessions.uploads.create(ended.id, { file: await toFile(Buffer.from('x'), 'x') }), 410);
});

test('links and pipes in a browser\'s own folders are neither read nor followed', async () => {
  await inSession(async (session) => {
    const ids = await readdir(held.daemon.work);
    const browser = await connectPlaywright(session);
    const page = browser.contexts()[0].pages()[0];
    await page.goto(url);
    const secret = path.join(held.daemon.home, 'secret.txt');
    await writeFile(secret, 'secret');
    // As a browser that was taken over would: in every browser's folder, whichever is this session's.
    for (const id of ids) {
      const folder = path.join(held.daemon.work, id);
      execFileSync('sh', ['-c', `ln -s ${secret} downloads/link.txt; ln ${secret} downloads/hard.txt; mkfifo downloads/pipe; ln -s ${secret} uploads/victim.txt`], { cwd: folder });
    }
    await sdk.sessions.uploads.create(session.id, { file: await toFile(Buffer.from('mine'), 'victim.txt') });
    assert.equal(await readFile(secret, 'utf8'), 'secret');
    assert.equal((await choose(page, [`${told}/victim.txt`]))[0].sha256, sha256('mine'));
    await page.click('#save');
    await until('the download is kept', async () => (await list({ sessionId: session.id })).total === 1, 15_000);
    assert.equal(Object.keys(await downloadsOf(session)).length, 1, 'and nothing else');
    const cdp = await page.context().newCDPSession(page);
    for (const file of ['/etc/passwd', `${told}/../../etc/passwd`, `${told}/../.uploads/../../etc/passwd`, '/tmp/.uploadsX/a', secret]) {
      await assert.rejects(cdp.send('DOM.setFileInputFiles', { files: [file], nodeId: 1 }), /upload and download folders/, file);
    }
    await browser.close();
  });
});

test('what was kept goes with its session, and survives a kill', async () => {
  const session = await sdk.sessions.create({ keepAlive: true });
  await sdk.sessions.uploads.create(session.id, { file: await toFile(Buffer.from('kept'), 'kept.txt') });
  await release(sdk, session);
  const folder = path.join(held.daemon.data, 'files', session.id);
  assert.equal((await readdir(folder)).length, 1);
  const erased = await fetch(`${held.daemon.baseURL}/greenroom/v1/sessions/${session.id}/data`, {
    method: 'DELETE', headers: { authorization: `Bearer ${held.daemon.key}` },
  });
  assert.equal(erased.status, 204);
  assert.ok(!existsSync(folder));
  await assertErrorBody(await call(held.daemon, 'GET', `/v1/downloads?sessionId=${session.id}`), 404);
});

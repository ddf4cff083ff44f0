// Extensions through the SDK: uploaded, used by Playwright and Puppeteer, deleted, and everything that is no extension.
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';

import WebSocket from 'ws';

import { assertErrorBody, call, connectPlaywright, connectPuppeteer, rejectionOf, rfc3339, sdkFor, uuid } from '../support/client.mjs';
import { Daemon, useDaemon } from '../support/daemon.mjs';
import { manifest, painted, painter, painterFiles } from '../support/extension.mjs';
import { startSite } from '../support/site.mjs';
import { pause, until } from '../support/wait.mjs';
import { zip } from '../support/zip.mjs';

const held = await useDaemon({ limits: { sessions: 8 }, session: { disconnect_grace: '500ms' } });
const { daemon } = held;
const sdk = sdkFor(daemon);
const nobody = '00000000-0000-4000-8000-000000000000';
const site = {};
before(async () => Object.assign(site, await startSite()));
after(() => site.close());

const fileOf = (bytes, name = 'painter.zip') => new File([bytes], name, { type: 'application/zip' });
const upload = (bytes, name) => sdk.extensions.create({ file: fileOf(bytes, name) });
const folders = async () => (await readdir(path.join(daemon.data, 'extensions'))).filter((name) => !name.startsWith('.'));
const release = (session) => sdk.sessions.update(session.id, { status: 'REQUEST_RELEASE' });

async function paintedBy(session) {
  const browser = await connectPlaywright(session);
  const page = browser.contexts()[0].pages()[0];
  await page.goto(`${site.url}/stage/named?name=plain`);
  const word = await painted(page);
  await browser.close();
  return word;
}

test('an upload is answered as the SDK types it, found again, and gone after its deletion', async () => {
  const made = await upload(painter());
  assert.match(made.id, uuid);
  assert.equal(made.fileName, 'painter.zip');
  assert.match(made.createdAt, rfc3339);
  assert.match(made.updatedAt, rfc3339);
  const [project] = await sdk.projects.list();
  assert.equal(made.projectId, project.id);
  assert.deepEqual(await sdk.extensions.retrieve(made.id), made);
  assert.equal(await sdk.extensions.delete(made.id), null);
  assert.equal(sdk.answers.at(-1).status, 204);
  await rejectionOf(sdk.extensions.retrieve(made.id), 404);
  await rejectionOf(sdk.extensions.delete(made.id), 404);
  await until('its contents are gone', async () => (await folders()).length === 0, 5_000);
});

test('a session with it has it in every page, for Playwright and for Puppeteer', async () => {
  const { id } = await upload(painter('here'));
  const session = await sdk.sessions.create({ extensionId: id });
  const browser = await connectPlaywright(session);
  const page = browser.contexts()[0].pages()[0];
  await page.goto(`${site.url}/stage/named?name=plain`);
  assert.equal(await painted(page), 'here');
  const cdp = await browser.newBrowserCDPSession();
  const { extensions } = await cdp.send('Extensions.getExtensions');
  assert.deepEqual(extensions.map(({ name, version, enabled }) => ({ name, version, enabled })), [{ name: 'Painter', version: '1.2.3', enabled: true }]);
  const { targetInfos } = await cdp.send('Target.getTargets');
  assert.ok(targetInfos.some(({ type, url }) => type === 'service_worker' && url === `chrome-extension://${extensions[0].id}/worker.js`));
  await assert.rejects(cdp.send('Extensions.loadUnpacked', { path: '/tmp' }), /not open to clients/);
  await browser.close();

  const second = await sdk.sessions.create({ browserSettings: { extensionId: id } });
  const other = await connectPuppeteer(second);
  const tab = await other.newPage();
  await tab.goto(`${site.url}/stage/named?name=plain`);
  assert.equal(await painted(tab), 'here');
  await other.disconnect();
  await Promise.all([release(session), release(second)]);
  await sdk.extensions.delete(id);
});

test('a session without one has none', async () => {
  const session = await sdk.sessions.create({});
  assert.equal(await paintedBy(session), undefined);
  await release(session);
});

test('a running session keeps an extension that is deleted, and two uploads of one archive share their contents', async () => {
  const [first, second] = await Promise.all([upload(painter('twice')), upload(painter('twice'), 'again.zip')]);
  assert.notEqual(first.id, second.id);
  assert.equal((await folders()).length, 1);
  const session = await sdk.sessions.create({ extensionId: first.id, keepAlive: true });
  assert.equal(await paintedBy(session), 'twice');
  await sdk.extensions.delete(first.id);
  assert.equal(await paintedBy(session), 'twice');
  assert.equal((await folders()).length, 1, 'the other one still has it');
  const late = await sdk.sessions.create({ extensionId: second.id });
  await sdk.extensions.delete(second.id);
  assert.equal(await paintedBy(late), 'twice');
  await until('nobody has it any more', async () => (await folders()).length === 0, 5_000);
  await rejectionOf(sdk.sessions.create({ extensionId: second.id }), 404);
  await release(session);
});

test('works without a display, and is refused where the browser has no extensions', async () => {
  for (const browser of [{ headless: true }, { engine: 'headless-shell' }]) {
    const other = await Daemon.start({ browser: { ...browser, pool_size: 0 } });
    const its = sdkFor(other);
    const { id } = await its.extensions.create({ file: fileOf(painter('dark')) });
    if (browser.headless) {
      const session = await its.sessions.create({ extensionId: id });
      assert.equal(await paintedBy(session), 'dark');
    } else {
      const error = await rejectionOf(its.sessions.create({ extensionId: id }), 501);
      assert.match(error.message, /headless shell/);
    }
    await other.stop();
  }
});

test('archives as people make them', async () => {
  const windows = zip([['paint\\', ''], ...painterFiles('windows').map(([name, text]) => [name.replaceAll('/', '\\'), text])]);
  const tidy = zip([['paint/', ''], ...painterFiles('tidy').map(([name, text]) => [`./${name}`, text])]);
  const inside = zip([['painter-main/', ''], ...painterFiles('inside').map(([name, text]) => [`painter-main/${name}`, text])]);
  const mac = zip([...painterFiles('mac'), ['__MACOSX/._manifest.json', 'x'], ['.DS_Store', 'x']]);
  const stored = zip(painterFiles('stored').map(([name, text]) => [name, text, { stored: true }]));
  const commented = zip([['manifest.json', `\uFEFF// of ours\n${manifest()}`], ...painterFiles('commented').slice(1)]);
  const unicode = zip([...painterFiles('unicode'), ['bilder/schön-日本.txt', 'x']]);
  for (const [word, bytes] of Object.entries({ windows, tidy, inside, mac, stored, commented, unicode })) {
    const { id } = await upload(bytes);
    const session = await sdk.sessions.create({ extensionId: id });
    assert.equal(await paintedBy(session), word);
    await release(session);
    await sdk.extensions.delete(id);
  }
});

test('what is no extension is refused with a reason, and leaves nothing behind', async () => {
  const good = painterFiles();
  const cases = {
    'is not a zip archive': Buffer.from('hello'),
    'not a zip archive': zip([]), // the library does not take one without entries for a zip
    'no manifest.json': zip(good.slice(1)),
    'no manifest.json at the root': zip([...good.map(([name, text]) => [`a/${name}`, text]), ['b/c.txt', 'x']]),
    'not valid JSON': zip([['manifest.json', '{'], ...good.slice(1)]),
    'manifest_version 2': zip([['manifest.json', manifest({ manifest_version: 2 })], ...good.slice(1)]),
    'needs a name': zip([['manifest.json', manifest({ name: '' })], ...good.slice(1)]),
    'needs a version': zip([['manifest.json', manifest({ version: 'x' })], ...good.slice(1)]),
    'cannot be unpacked': zip([...good, ['../../escaped.txt', 'x']]),
    'cannot be unpacked: /': zip([...good, ['/tmp/escaped.txt', 'x']]),
    'cannot be unpacked: C': zip([...good, ['C:\\escaped.txt', 'x']]),
    'cannot be unpacked: a': zip([...good, ['a/..\\..\\..\\escaped.txt', 'x']]),
    'a link': zip([...good, ['link', '/etc/passwd', { mode: 0o120777, stored: true }]]),
    'a file twice': zip([...good, good[1]]),
    'of one name': zip([...good, ['paint/content.js/more.js', 'x']]),
    'too large': zip([...good, ['big.bin', Buffer.alloc(300 * 1024 * 1024)]]),
    'damaged': Buffer.from(painter().map((byte, at) => (at > 60 && at < 90 ? byte ^ 0x5a : byte))),
  };
  for (const [reason, bytes] of Object.entries(cases)) {
    const error = await rejectionOf(upload(bytes), reason === 'too large' ? 413 : 400, reason);
    assert.ok(error.message.includes(reason), `${reason}: ${error.message}`);
  }
  assert.deepEqual(await folders(), []);
  assert.deepEqual((await readdir(path.join(daemon.data, 'extensions'))), []);
});

test('broken forms and foreign ids are refused in this API\'s shape', async () => {
  const form = (body, type = 'multipart/form-data; boundary=x') => call(daemon, 'POST', '/v1/extensions', { body: Buffer.from(body), headers: { 'content-type': type } });
  await assertErrorBody(await form('{}', 'application/json'), 400);
  await assertErrorBody(await form('--x\r\ncontent-disposition: form-data; name="file"; filename="a.zip"\r\n\r\nhello'), 400);
  await assertErrorBody(await form('--x\r\ncontent-disposition: form-data; name="other"; filename="a.zip"\r\n\r\nhello\r\n--x--\r\n'), 400);
  await assertErrorBody(await form('--x\r\ncontent-disposition: form-data; name="file"\r\n\r\nno file\r\n--x--\r\n'), 400);
  await rejectionOf(sdk.extensions.retrieve(nobody), 404);
  await rejectionOf(sdk.sessions.create({ extensionId: nobody }), 404);
  await rejectionOf(sdk.sessions.create({ extensionId: '../../etc' }), 404);
  await assertErrorBody(await call(daemon, 'POST', '/v1/sessions', { body: { extensionId: 7 } }), 400);
  await assertErrorBody(await call(daemon, 'POST', '/v1/extensions', { key: 'nobody', body: 'x' }), 401);
});

test('an extension that the browser refuses ends its session, which says why', async () => {
  const broken = painter('never', { content_scripts: [{ matches: ['<all_urls>'], js: ['missing.js'] }] });
  const { id } = await upload(broken);
  const session = await sdk.sessions.create({ extensionId: id });
  await until('it has failed', async () => (await sdk.sessions.retrieve(session.id)).status === 'ERROR', 10_000);
  assert.ok(daemon.log.some((line) => line.includes('missing.js')), 'the log names the reason');
  await sdk.extensions.delete(id);
});

/** A session whose extension's own worker has dialled in, as some clients' extensions do; its clients outside. */
async function dialledFromInside(id) {
  const session = await sdk.sessions.create({ extensionId: id });
  const browser = await connectPlaywright(session);
  const cdp = await browser.newBrowserCDPSession();
  const { extensions } = await cdp.send('Extensions.getExtensions');
  assert.ok(extensions[0].id);
  const worker = await until('its worker has started', async () =>
    (await cdp.send('Target.getTargets')).targetInfos.find(({ type }) => type === 'service_worker'), 10_000);
  await pause(700); // one that is just being installed is ended more often than not when it is asked something
  const browserWide = new WebSocket(session.connectUrl);
  await new Promise((resolve, reject) => browserWide.once('open', resolve).once('error', reject));
  let number = 0;
  const answers = new Map();
  browserWide.on('message', (text) => {
    const message = JSON.parse(text);
    answers.get(message.id)?.(message);
    // A worker that Chromium ends answers nothing that it was asked.
    if (message.method === 'Inspector.targetCrashed') for (const answer of answers.values()) answer(null);
  });
  const send = (method, params, sessionId) => new Promise((resolve) => {
    answers.set(++number, resolve);
    browserWide.send(JSON.stringify({ id: number, method, params, sessionId }));
  });
  const attached = await send('Target.attachToTarget', { targetId: worker.targetId, flatten: true });
  const dialled = attached?.result && (await send('Runtime.evaluate', {
    awaitPromise: true, returnByValue: true,
    expression: `new Promise((resolve, reject) => { const socket = self.held = new WebSocket(${JSON.stringify(session.connectUrl)});
      socket.onmessage = ({ data }) => resolve(JSON.parse(data)); socket.onerror = () => reject(new Error('refused'));
      socket.onopen = () => socket.send(JSON.stringify({ id: 1, method: 'Browser.getVersion' })); })`,
  }, attached.result.sessionId));
  if (dialled) assert.match(dialled.result.result?.value?.result?.product ?? JSON.stringify(dialled), /Chrome\//);
  browserWide.close();
  await browser.close();
  return { session, hasDialled: Boolean(dialled) };
}

test('a socket from inside the browser does not keep the session alive', async () => {
  const { id } = await upload(painter('inside'));
  let made = await dialledFromInside(id);
  for (let more = 0; more < 4 && !made.hasDialled; more++) made = await dialledFromInside(id);
  assert.ok(made.hasDialled, 'a worker lived long enough');
  await until('it ends with its last client outside', async () => (await sdk.sessions.retrieve(made.session.id)).status === 'COMPLETED', 5_000);
  await sdk.extensions.delete(id);
});

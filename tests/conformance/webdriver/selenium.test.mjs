// Selenium's client, unmodified, at the address that a session names: the quick start, what people do with pages, files,
// and how WebDriver sessions begin and end.
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { call, connectPlaywright, release, sdkFor } from '../support/client.mjs';
import { useDaemon } from '../support/daemon.mjs';
import { startSite } from '../support/site.mjs';
import { becomes, By, chrome, closeAgents, command, drive, driverErrors, Key, remote } from '../support/selenium.mjs';
import { pause, until } from '../support/wait.mjs';

const held = await useDaemon({ limits: { sessions: 6 }, session: { disconnect_grace: '300ms', connect_timeout: '4s' } });
let sdk;
let site;
let pages;
let folder;

const forms = `<!doctype html><title>Forms</title><input id="text"><input id="file" type="file" multiple><output></output>
<button id="alert" onclick="alert('heard')">alert</button><button id="ask" onclick="document.title = String(prompt('who?'))">ask</button>
<a id="link" href="/download">download</a><a id="other" href="/other" target="_blank">other</a>
<iframe id="frame" srcdoc="<p id=inner>inside</p>"></iframe>
<script>
const out = document.querySelector('output');
document.querySelector('#file').onchange = async (event) => {
  out.textContent = (await Promise.all([...event.target.files].map(async (file) => file.name + '=' + await file.text()))).join(';');
};
</script>`;

before(async () => {
  sdk = sdkFor(held.daemon);
  site = await startSite();
  folder = await mkdtemp(path.join(tmpdir(), 'greenroom-selenium-'));
  pages = createServer((request, response) => {
    if (request.url === '/download') {
      response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-disposition': 'attachment; filename="gift.bin"' });
      return response.end('a gift');
    }
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end(request.url === '/other' ? '<title>Other</title>' : forms);
  });
  await new Promise((resolve) => pages.listen(0, '127.0.0.1', resolve));
  pages.url = `http://127.0.0.1:${pages.address().port}`;
});
after(async () => {
  closeAgents();
  pages.closeAllConnections();
  pages.close();
  await site.close();
  await rm(folder, { recursive: true, force: true });
});

const signed = (session) => ({ 'x-bb-signing-key': session.signingKey });
const stateOf = async (session) => (await sdk.sessions.retrieve(session.id)).status;
const ended = (session) => until('the session has ended', async () => (await stateOf(session)) !== 'RUNNING');

async function withDriver(body, params = { keepAlive: true }) {
  const session = await sdk.sessions.create(params);
  const driver = await drive(session.seleniumRemoteUrl, signed(session));
  try {
    await body(driver, session);
  } finally {
    await driver.quit().catch(() => {});
    await release(sdk, session);
  }
}

test('the quick start: a session by its signing key, a page, its title, quit', async () => {
  const session = await sdk.sessions.create();
  const driver = await drive(session.seleniumRemoteUrl, signed(session));
  await driver.get(`${site.url}/stage/form`);
  assert.equal(await driver.getTitle(), 'Form');
  await driver.findElement(By.id('name')).sendKeys('you', Key.ENTER);
  assert.equal(await driver.wait(becomes.elementLocated(By.xpath('//output[text()]')), 5_000).getText(), 'hello you');
  const capabilities = await driver.getCapabilities();
  assert.equal(capabilities.get('goog:chromeOptions')?.debuggerAddress, undefined, 'no address that leads nowhere');
  await driver.quit();
  await ended(session);
  assert.equal(await stateOf(session), 'COMPLETED');
});

test('a session by API key and session-id, and through the other API by its own header', async () => {
  const session = await sdk.sessions.create({ keepAlive: true });
  const driver = await drive(session.seleniumRemoteUrl, { 'x-bb-api-key': held.daemon.key, 'session-id': session.id, 'enable-proxy': 'false' });
  await driver.get(`${site.url}/stage/form`);
  assert.equal(await driver.getTitle(), 'Form');
  await driver.quit();
  await release(sdk, session);

  const made = await call(held.daemon, 'POST', '/hyperbrowser/api/session', { body: {}, headers: { 'x-api-key': held.daemon.key } });
  assert.equal(made.status, 200);
  const other = await made.json();
  const second = await drive(other.webdriverEndpoint, { 'x-hyperbrowser-token': other.token });
  await second.get(`${site.url}/stage/form`);
  assert.equal(await second.getTitle(), 'Form');
  await second.quit();
  await until('it has ended', async () => (await call(held.daemon, 'GET', `/hyperbrowser/api/session/${other.id}`, { headers: { 'x-api-key': held.daemon.key } }).then((r) => r.json())).status !== 'active');
});

test('the tab is the one that was there, and a client over CDP sees what Selenium does', async () => {
  await withDriver(async (driver, session) => {
    assert.equal((await driver.getAllWindowHandles()).length, 1);
    await driver.get(`${site.url}/stage/form`);
    const browser = await connectPlaywright(session);
    const open = browser.contexts()[0].pages();
    assert.deepEqual(open.map((page) => page.url()), [`${site.url}/stage/form`]);
    await open[0].fill('#name', 'from the other side');
    assert.equal(await driver.findElement(By.id('name')).getAttribute('value'), 'from the other side');
    await browser.close();
    assert.equal(await driver.getTitle(), 'Form', 'Selenium goes on when the other has left');
  });
});

test('two drivers on one session, quit in turn', async () => {
  const session = await sdk.sessions.create();
  const first = await drive(session.seleniumRemoteUrl, signed(session));
  const second = await drive(session.seleniumRemoteUrl, signed(session));
  await first.get(`${site.url}/stage/form`);
  assert.equal(await second.getTitle(), 'Form');
  await first.quit();
  await pause(900); // three times the grace
  assert.equal(await stateOf(session), 'RUNNING', 'the second still uses it');
  assert.equal(await second.getTitle(), 'Form');
  await second.quit();
  await ended(session);
});

test('quit keeps a session that is to be kept, and the next driver finds its page', async () => {
  const session = await sdk.sessions.create({ keepAlive: true });
  const first = await drive(session.seleniumRemoteUrl, signed(session));
  await first.get(`${site.url}/stage/form`);
  await first.quit();
  await pause(900);
  assert.equal(await stateOf(session), 'RUNNING');
  const second = await drive(session.seleniumRemoteUrl, signed(session));
  assert.equal(await second.getTitle(), 'Form');
  await second.quit();
  await release(sdk, session);
});

test('a driver counts as a client: the session does not end as never connected, nor while a driver is silent', async () => {
  await withDriver(async (driver, session) => {
    await pause(5_000); // longer than session.connect_timeout
    assert.equal(await stateOf(session), 'RUNNING');
    await driver.get(`${site.url}/stage/form`);
  }, {});
});

test('windows, frames, scripts, cookies and screenshots', async () => {
  await withDriver(async (driver) => {
    await driver.get(pages.url);
    const [first] = await driver.getAllWindowHandles();
    await driver.findElement(By.id('other')).click();
    await driver.wait(async () => (await driver.getAllWindowHandles()).length === 2, 5_000);
    const [second] = (await driver.getAllWindowHandles()).filter((handle) => handle !== first);
    await driver.switchTo().window(second);
    await driver.wait(becomes.titleIs('Other'), 5_000);
    await driver.switchTo().newWindow('tab');
    await driver.get(`${site.url}/stage/form`);
    assert.equal((await driver.getAllWindowHandles()).length, 3);
    await driver.close();
    await driver.switchTo().window(first);
    await driver.switchTo().frame(await driver.findElement(By.id('frame')));
    assert.equal(await driver.findElement(By.id('inner')).getText(), 'inside');
    await driver.switchTo().defaultContent();
    assert.equal(await driver.executeScript('return arguments[0] + 1', 41), 42);
    assert.equal(await driver.executeAsyncScript('setTimeout(arguments[0], 50, "later")'), 'later');
    await driver.manage().addCookie({ name: 'who', value: 'selenium' });
    assert.equal((await driver.manage().getCookie('who')).value, 'selenium');
    const shot = Buffer.from(await driver.takeScreenshot(), 'base64');
    assert.deepEqual([shot.readUInt32BE(16), shot.readUInt32BE(20)], [1280, 720], 'a PNG of the whole page');
    const part = Buffer.from(await (await driver.findElement(By.id('text'))).takeScreenshot(), 'base64');
    assert.equal(part.subarray(1, 4).toString(), 'PNG');
  });
});

test('alerts and prompts are the driver\'s to answer', async () => {
  await withDriver(async (driver) => {
    await driver.get(pages.url);
    await driver.findElement(By.id('alert')).click();
    const alert = await driver.wait(becomes.alertIsPresent(), 5_000);
    assert.equal(await alert.getText(), 'heard');
    await alert.accept();
    await driver.findElement(By.id('ask')).click();
    const prompt = await driver.wait(becomes.alertIsPresent(), 5_000);
    await prompt.sendKeys('me');
    await prompt.accept();
    assert.equal(await driver.getTitle(), 'me');
  });
});

test('a file is uploaded by the driver\'s own recipe', async () => {
  await withDriver(async (driver) => {
    const file = path.join(folder, 'letter.txt');
    await writeFile(file, 'dear page');
    driver.setFileDetector(new remote.FileDetector());
    await driver.get(pages.url);
    await driver.findElement(By.id('file')).sendKeys(file);
    assert.equal(await driver.wait(becomes.elementLocated(By.xpath('//output[text()]')), 5_000).getText(), 'letter.txt=dear page');
  });
});

test('files of the machine are not to be had, and text with slashes is only text', async () => {
  await withDriver(async (driver) => {
    await driver.get(pages.url);
    for (const name of ['/etc/passwd', '/etc/no-such-file', '/tmp/.uploads/../../etc/passwd']) {
      const refused = await driver.findElement(By.id('file')).sendKeys(name).then(() => null, (error) => error);
      assert.ok(refused instanceof driverErrors.InvalidArgumentError, `${name}: ${refused}`);
      assert.match(refused.message, /only files of this session/, name);
    }
    await driver.findElement(By.id('text')).sendKeys('/etc/passwd');
    assert.equal(await driver.findElement(By.id('text')).getAttribute('value'), '/etc/passwd');
    for (const url of ['file:///etc/passwd', 'chrome://version', 'view-source:file:///etc/passwd']) {
      const refused = await driver.get(url).then(() => null, (error) => error);
      assert.ok(refused instanceof driverErrors.InvalidArgumentError, `${url}: ${refused}`);
    }
    const smuggled = await driver.sendAndGetDevToolsCommand('Page.navigate', { url: 'file:///etc/passwd' }).then(() => null, (error) => error);
    assert.ok(smuggled, 'nor by CDP through the driver');
    assert.equal(await driver.getCurrentUrl(), `${pages.url}/`);
  });
});

test('a download goes to the session', async () => {
  await withDriver(async (driver, session) => {
    await driver.get(pages.url);
    await driver.findElement(By.id('link')).click();
    // Wherever the daemon keeps what sessions download, under whatever name.
    const kept = async () => {
      for (const entry of await readdir(held.daemon.home, { recursive: true, withFileTypes: true })) {
        const size = entry.isFile() ? (await stat(path.join(entry.parentPath, entry.name)).catch(() => ({ size: 0 }))).size : 0;
        if (size === 6 && (await readFile(path.join(entry.parentPath, entry.name), 'utf8')) === 'a gift') return true;
      }
      return false;
    };
    await until('the file is in a folder of the daemon', kept);
    assert.equal(await stateOf(session), 'RUNNING');
  });
});

test('CDP beside WebDriver, by the address that the driver is given', async () => {
  await withDriver(async (driver) => {
    await driver.get(`${site.url}/stage/form`);
    const connection = await driver.createCDPConnection('page');
    const answer = await connection.send('Runtime.evaluate', { expression: 'document.title' });
    assert.equal(answer.result.result.value, 'Form');
    driver._cdpWsConnection.close();
  });
});

test('what is done by WebDriver is in the session\'s log and its recording', async () => {
  const session = await sdk.sessions.create({ keepAlive: true });
  const driver = await drive(session.seleniumRemoteUrl, signed(session));
  await driver.get(`${site.url}/stage/form`);
  await driver.findElement(By.id('name')).sendKeys('seen');
  await pause(1_500);
  await driver.quit();
  await release(sdk, session);
  const log = await sdk.sessions.logs.list(session.id);
  assert.ok(log.some(({ method }) => method === 'Page.frameNavigated' || method === 'Network.requestWillBeSent'), log.map(({ method }) => method).join());
  const playlist = await until('the recording is finished', async () => {
    const text = await (await sdk.sessions.replays.retrievePage(session.id, '0')).text();
    return text.includes('#EXT-X-ENDLIST') && text;
  }, 20_000);
  assert.match(playlist, /seg-\d+\.m4s/);
});

test('errors have WebDriver\'s shape', async () => {
  const session = await sdk.sessions.create({ keepAlive: true });
  const url = session.seleniumRemoteUrl;
  const fresh = { capabilities: { alwaysMatch: { browserName: 'chrome' } } };
  const refusals = [
    [{}, 'POST', '/session', fresh, 401, 'unknown error'],
    [{ 'x-bb-signing-key': 'wrong' }, 'POST', '/session', fresh, 401, 'unknown error'],
    [{ 'x-bb-api-key': held.daemon.key }, 'POST', '/session', fresh, 400, 'unknown error'],
    [{ 'x-bb-api-key': 'wrong', 'session-id': session.id }, 'POST', '/session', fresh, 401, 'unknown error'],
    [{ 'x-bb-api-key': held.daemon.key, 'session-id': '00000000-0000-4000-8000-000000000000' }, 'POST', '/session', fresh, 404, 'invalid session id'],
    [{ 'x-bb-api-key': held.daemon.key, 'session-id': '../../x' }, 'POST', '/session', fresh, 404, 'invalid session id'],
    [signed(session), 'GET', '/session/nobody/title', undefined, 404, 'invalid session id'],
    [signed(session), 'POST', '/session', '{', 400, 'invalid argument'],
    [signed(session), 'POST', '/session', '[]', 400, 'invalid argument'],
    [signed(session), 'POST', '/session', {}, 400, 'invalid argument'],
    [signed(session), 'POST', '/session', { capabilities: { alwaysMatch: { webSocketUrl: true } } }, 400, 'invalid argument'],
    [signed(session), 'POST', '/session', { capabilities: { alwaysMatch: { proxy: { proxyType: 'manual', httpProxy: 'h:1' } } } }, 400, 'invalid argument'],
    [signed(session), 'POST', '/session', { capabilities: { alwaysMatch: { browserName: 'firefox' } } }, 500, 'session not created'],
    [signed(session), 'GET', '/shutdown', undefined, 404, 'unknown command'],
    [signed(session), 'GET', '/sessions', undefined, 404, 'unknown command'],
    [signed(session), 'GET', '/session/', undefined, 404, 'unknown command'],
  ];
  for (const [headers, method, where, body, status, name] of refusals) {
    const answer = await command(url, headers, method, where, body);
    const what = `${method} ${where} ${JSON.stringify(body)}: ${JSON.stringify(answer)}`;
    assert.equal(answer.status, status, what);
    assert.equal(answer.value.error, name, what);
    assert.equal(typeof answer.value.message, 'string', what);
    assert.equal(typeof answer.value.stacktrace, 'string', what);
  }
  assert.equal((await command(url, {}, 'GET', '/status')).value.ready, true);
  const driver = await drive(url, signed(session));
  await assert.rejects(driver.findElement(By.id('nothing')), driverErrors.NoSuchElementError);
  await assert.rejects(driver.executeScript('throw new Error("mine")'), driverErrors.JavascriptError);
  await driver.quit();
  await release(sdk, session);
  assert.equal((await command(url, signed(session), 'POST', '/session', fresh)).value.error, 'invalid session id');
});

test('what starts a browser is ignored and named; a driver never starts a program', async () => {
  const session = await sdk.sessions.create({ keepAlive: true });
  const options = new chrome.Options().addArguments('--window-size=1,1').setChromeBinaryPath('/bin/false');
  options.debuggerAddress('localhost:9223');
  const driver = await drive(session.seleniumRemoteUrl, signed(session), options);
  await driver.get(`${site.url}/stage/form`);
  await driver.quit();
  const raw = await command(session.seleniumRemoteUrl, signed(session), 'POST', '/session', { capabilities: { firstMatch: [{ 'goog:chromeOptions': { args: ['--x'], binary: '/bin/false' } }] } });
  assert.equal(raw.status, 200, JSON.stringify(raw.value));
  assert.equal(raw.headers.get('greenroom-ignored'), 'args, binary');
  const instance = held.daemon.tree().filter(({ command: line }) => line.includes('--user-data-dir') && !line.includes('--type='));
  assert.ok(instance.length >= 1);
  assert.ok(instance.every(({ command: line }) => line.includes(held.daemon.work)), 'no browser but the daemon\'s own');
  await release(sdk, session);
});

test('a client that hangs up in the middle of a command hurts nobody', async () => {
  await withDriver(async (driver, session) => {
    await driver.get(`${site.url}/stage/form`);
    const id = (await driver.getSession()).getId();
    const slow = new AbortController();
    const asked = fetch(`${session.seleniumRemoteUrl}/session/${id}/execute/async`, {
      method: 'POST', headers: { ...signed(session), 'content-type': 'application/json' }, signal: slow.signal,
      body: JSON.stringify({ script: 'setTimeout(arguments[0], 1500)', args: [] }),
    });
    await pause(300);
    slow.abort();
    await assert.rejects(asked);
    assert.equal(await driver.getTitle(), 'Form');
  });
});

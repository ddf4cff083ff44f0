// What would wait for a person does not hang a session: with nobody connected, with Playwright, with Puppeteer, and with
// a client that speaks CDP by hand. With a display and without.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';

import { connectPlaywright, connectPuppeteer, createWhenRoom, release, sdkFor } from '../support/client.mjs';
import { Cdp } from '../support/cdp.mjs';
import { useDaemon } from '../support/daemon.mjs';
import { until, within } from '../support/wait.mjs';

const patience = 30_000;
const held = await useDaemon({ session: { disconnect_grace: '60s' } });
const headless = await useDaemon({ browser: { headless: true, pool_size: 0 } });
let sdk, site, origin;

before(async () => {
  sdk = sdkFor(held.daemon);
  site = createServer((request, response) => {
    if (request.url.startsWith('/secret')) {
      if (request.headers.authorization) return response.end('in');
      return response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end('out');
    }
    if (request.url.startsWith('/download')) {
      return response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-disposition': 'attachment; filename=a.bin' }).end('x');
    }
    const body = request.url.startsWith('/alert') ? '<script>alert(1); document.title = "on"</script>' : '<input type=file id=f><p id=p>words</p>';
    response.writeHead(200, { 'content-type': 'text/html' }).end(`<title>t</title>${body}`);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => site.once('listening', resolve));
  origin = `http://127.0.0.1:${site.address().port}`;
});

after(() => {
  site.closeAllConnections();
  site.close();
});

async function timeline(session, { daemon } = held) {
  const response = await fetch(`${daemon.baseURL}/greenroom/v1/sessions/${session.id}/timeline`, { headers: { authorization: `Bearer ${daemon.key}` } });
  return (await response.text()).trim().split('\n').filter(Boolean).map((line) => JSON.parse(line));
}

const dialogs = async (session) =>
  (await timeline(session)).filter(({ method }) => method.startsWith('dialog.')).map(({ method, params }) => [method, params]);

for (const settings of [{}, { browserSettings: { recordSession: false, logSession: false } }]) {
  const kind = settings.browserSettings ? 'of a session that keeps nothing' : 'of a usual session';

  test(`a dialog with nobody told of it is closed at once, ${kind}`, async () => {
    const session = await createWhenRoom(sdk, { keepAlive: true, ...settings });
    const cdp = await Cdp.connect(session.connectUrl);
    const page = await cdp.attachToPage(); // without Page.enable
    await cdp.ask('Page.navigate', { url: `${origin}/` }, page);
    await until('the page is there', () => cdp.evaluate(page, 'document.readyState === "complete"'), 10_000);
    const began = Date.now();
    assert.equal(await cdp.evaluate(page, 'confirm("a?")'), false);
    assert.equal(await cdp.evaluate(page, 'prompt("b?", "c")'), null);
    assert.equal(await cdp.evaluate(page, 'alert("d"); 7'), 7);
    assert.ok(Date.now() - began < 5_000, `took ${Date.now() - began} ms`);
    // And with no client at all: the page opens it later.
    await cdp.evaluate(page, 'setTimeout(() => { alert(1); document.title = "went on"; }, 500); 1');
    cdp.socket.close();
    await cdp.closed;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const again = await Cdp.connect(session.connectUrl);
    const same = await again.attachToPage();
    assert.equal(await again.evaluate(same, 'document.title', 3_000), 'went on');
    again.socket.close();
    const noted = await dialogs(session);
    if (settings.browserSettings) {
      assert.deepEqual(noted, []);
    } else {
      assert.deepEqual(noted.slice(0, 2), [
        ['dialog.opened', { type: 'confirm', waits: false }],
        ['dialog.closed', { type: 'confirm', answered: false, accepted: false }],
      ]);
      assert.equal(noted.length, 8);
    }
    await release(sdk, session);
  });
}

test('Playwright keeps its dialogs: it accepts, answers, or leaves them to its default', async () => {
  const session = await createWhenRoom(sdk, { keepAlive: true });
  const browser = await connectPlaywright(session);
  const page = browser.contexts()[0].pages()[0];
  await page.goto(`${origin}/`);
  assert.equal(await page.evaluate(() => confirm('by default')), false);
  const seen = [];
  page.on('dialog', async (dialog) => {
    seen.push(dialog.message());
    await new Promise((resolve) => setTimeout(resolve, 700)); // a program may take its time
    await dialog.accept('typed');
  });
  assert.equal(await page.evaluate(() => confirm('one')), true);
  assert.equal(await page.evaluate(() => prompt('two')), 'typed');
  assert.deepEqual(seen, ['one', 'two']);
  const noted = await dialogs(session);
  assert.deepEqual(noted.at(-1), ['dialog.closed', { type: 'prompt', answered: true, accepted: true }]);
  assert.deepEqual(noted.at(-2), ['dialog.opened', { type: 'prompt', waits: true }]);
  // Nor is the page's own question taken away.
  await page.evaluate(() => (window.onbeforeunload = (event) => event.preventDefault()));
  await page.mouse.click(5, 300);
  await page.goto(`${origin}/next`);
  assert.equal(page.url(), `${origin}/next`);
  await browser.close();
  await release(sdk, session);
});

test('a client that is told of a dialog and says nothing does not hold it for ever', async () => {
  const session = await createWhenRoom(sdk, { keepAlive: true });
  const browser = await connectPuppeteer(session);
  const [page] = await browser.pages();
  await page.goto(`${origin}/`);
  const began = Date.now();
  assert.equal(await page.evaluate(() => confirm('nobody listens')), false);
  const took = Date.now() - began;
  assert.ok(took > patience - 100 && took < patience + 3_000, `took ${took} ms`);
  page.once('dialog', (dialog) => dialog.accept());
  assert.equal(await page.evaluate(() => confirm('one does')), true);
  await browser.disconnect();
  await release(sdk, session);
});

test('a page that asks whether it may be left is left', async () => {
  const session = await createWhenRoom(sdk, { keepAlive: true });
  const cdp = await Cdp.connect(session.connectUrl);
  const page = await cdp.attachToPage();
  await cdp.ask('Page.navigate', { url: `${origin}/` }, page);
  await until('the page is there', () => cdp.evaluate(page, 'document.readyState === "complete" && !!document.body'), 10_000);
  await cdp.evaluate(page, 'onbeforeunload = (event) => { event.preventDefault(); event.returnValue = "x"; }; 1');
  for (const type of ['mousePressed', 'mouseReleased']) await cdp.ask('Input.dispatchMouseEvent', { type, x: 5, y: 300, button: 'left', clickCount: 1 }, page);
  await cdp.ask('Page.navigate', { url: `${origin}/next` }, page, 5_000);
  await until('the next page', () => cdp.evaluate(page, 'location.pathname === "/next"'), 5_000);
  assert.deepEqual((await dialogs(session)).map(([, params]) => [params.type, params.accepted]), [['beforeunload', undefined], ['beforeunload', true]]);
  cdp.socket.close();
  const began = Date.now();
  await release(sdk, session);
  assert.ok(Date.now() - began < 3_000);
});

test('a dialog in the way of the first client: an alert while it loads, an end with one open', async () => {
  const session = await createWhenRoom(sdk, {});
  const cdp = await Cdp.connect(session.connectUrl);
  const page = await cdp.attachToPage();
  await cdp.ask('Page.navigate', { url: `${origin}/alert` }, page, 5_000);
  await until('it went on', () => cdp.evaluate(page, 'document.title === "on"'), 5_000);
  await cdp.ask('Page.enable', {}, page);
  cdp.send('Runtime.evaluate', { expression: 'alert(1)' }, page, 10_000).catch(() => {}); // never answered
  await until('it is open', () => cdp.events.some(({ method }) => method === 'Page.javascriptDialogOpening'), 5_000);
  const began = Date.now();
  await release(sdk, session);
  await within(5_000, 'the socket closes', cdp.closed);
  assert.ok(Date.now() - began < 5_000, 'a dialog does not hold up the end');
});

describe('what else would ask', () => {
  for (const [where, place] of [['on a display', held], ['without a display', headless]]) {
    test(where, { timeout: 90_000 }, async () => {
      const own = sdkFor(place.daemon);
      const session = await createWhenRoom(own, { keepAlive: true });
      const browser = await connectPlaywright(session);
      const context = browser.contexts()[0];
      const page = context.pages()[0];
      await page.goto(`${origin.replace('127.0.0.1', 'localhost')}/`);
      const height = await page.evaluate(() => innerHeight);
      const settled = (name, script) => within(5_000, name, page.evaluate(script));

      const locate = () => new Promise((done) => navigator.geolocation.getCurrentPosition(() => done('got'), (error) => done(error.code)));
      const state = () => navigator.permissions.query({ name: 'geolocation' }).then((status) => status.state);
      assert.equal(await settled('a permission is asked about', state), 'prompt');
      assert.equal(await settled('geolocation', locate), 1);
      assert.equal(await settled('notifications', () => Notification.requestPermission()), 'denied');
      assert.match(await settled('a camera', () => navigator.mediaDevices.getUserMedia({ video: true }).catch((error) => error.name)), /NotFound|NotAllowed/);
      assert.equal(await settled('print', () => { print(); return 'went on'; }), 'went on');
      await context.grantPermissions(['geolocation']);
      await context.setGeolocation({ latitude: 1, longitude: 2 });
      assert.equal(await settled('granted', locate), 'got');
      await context.clearPermissions();

      const cdp = await context.newCDPSession(page);
      const asUser = async (expression) =>
        (await within(5_000, expression, cdp.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true, userGesture: true }))).result.value;
      const nameOf = 'then(() => "ok", (error) => error.name)';
      assert.equal(await asUser(`navigator.mediaDevices.getDisplayMedia().${nameOf}`), 'NotAllowedError');
      assert.equal(await asUser(`navigator.usb.requestDevice({filters: []}).${nameOf}`), 'NotFoundError');
      assert.equal(await asUser(`navigator.serial.requestPort().${nameOf}`), 'NotFoundError');
      assert.match(await asUser(`showOpenFilePicker().${nameOf}`), /AbortError|NotAllowedError/);
      assert.ok((await cdp.send('Page.printToPDF')).data.length > 1_000, 'a PDF can be made all the same');

      // A chooser opens for nobody, and a client that asks for it can still answer.
      await asUser('f.click(); 1');
      await page.waitForTimeout(300);
      assert.equal(await page.evaluate(() => innerHeight), height, 'no bar took room from the page');
      const [chooser] = await Promise.all([page.waitForEvent('filechooser', { timeout: 5_000 }), page.click('#f')]);
      await chooser.setFiles({ name: 'x.txt', mimeType: 'text/plain', buffer: Buffer.from('hello') });
      assert.equal(await page.evaluate(() => document.querySelector('#f').files[0].name), 'x.txt');
      assert.ok((await timeline(session, place)).filter(({ method }) => method === 'chooser.opened').length >= 2);

      // Three downloads that nobody asked for.
      let begun = 0;
      page.on('download', () => ++begun);
      await page.evaluate(() => {
        for (let i = 0; i < 3; ++i) {
          const frame = document.createElement('iframe');
          frame.src = `/download${i}`;
          document.body.append(frame);
        }
      });
      await until('all of them begin', () => begun === 3, 10_000);

      // A password that nobody has.
      const refused = await page.goto(`${origin}/secret`, { timeout: 10_000 }).catch((error) => error);
      assert.ok(refused instanceof Error ? /INVALID_AUTH|ERR_/.test(refused.message) : refused.status() === 401, String(refused));
      // The page that says so may still be on its way, and would cut this navigation short.
      await until('it goes on', () => page.goto(`${origin}/`, { timeout: 5_000 }), 15_000);
      assert.equal(await page.textContent('#p'), 'words');
      await browser.close();
      await release(own, session);
    });
  }
});

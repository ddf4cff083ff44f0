// The browser as a desktop: viewports, contexts, windows, popups, screenshots, WebGL; and how it is confined.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { connectPlaywright, connectPuppeteer, release, sdkFor } from '../support/client.mjs';
import { Daemon, useDaemon } from '../support/daemon.mjs';
import { descendants, listeningSockets } from '../support/proc.mjs';
import { startSite } from '../support/site.mjs';
import { assertColour, colourAt, probe } from '../support/video.mjs';
import { until } from '../support/wait.mjs';

const held = await useDaemon({ limits: { sessions: 4 } });
let sdk;
let site;
let folder;

before(async () => {
  sdk = sdkFor(held.daemon);
  site = await startSite();
  folder = await mkdtemp(path.join(tmpdir(), 'greenroom-shots-'));
});
after(async () => {
  await site.close();
  await rm(folder, { recursive: true, force: true });
});

async function inBrowser(body, params = {}, daemon = held.daemon) {
  const client = sdkFor(daemon);
  const session = await client.sessions.create({ keepAlive: true, ...params });
  try {
    const browser = await connectPlaywright(session);
    await body(browser, session);
    await browser.close();
  } finally {
    await release(client, session);
  }
}

async function picture(bytes, name) {
  const file = path.join(folder, name);
  await writeFile(file, bytes);
  return file;
}

test('the viewport that the session asks for is the window, and pages fill it', async () => {
  await inBrowser(async (browser) => {
    const page = browser.contexts()[0].pages()[0];
    await page.goto(`${site.url}/stage/colour`);
    assert.deepEqual(await page.evaluate(() => [innerWidth, innerHeight]), [1288, 711]);
    const second = await browser.contexts()[0].newPage();
    assert.deepEqual(await second.evaluate(() => [innerWidth, innerHeight]), [1288, 711], 'new tabs have it too');
  }, { browserSettings: { viewport: { width: 1288, height: 711 } } });
});

test('a client changes its viewport and gets what it asked for', async () => {
  await inBrowser(async (browser) => {
    const page = browser.contexts()[0].pages()[0];
    await page.goto(`${site.url}/stage/colour`);
    for (const size of [{ width: 640, height: 480 }, { width: 1600, height: 900 }]) {
      await page.setViewportSize(size);
      assert.deepEqual(await page.evaluate(() => [innerWidth, innerHeight]), [size.width, size.height]);
      const { width, height } = await probe(await picture(await page.screenshot(), `${size.width}.png`));
      assert.deepEqual([width, height], [size.width, size.height]);
    }
  });
});

test('new contexts are separate, have their own windows, and go with their client', async () => {
  await inBrowser(async (browser, session) => {
    const [first] = browser.contexts();
    await first.addCookies([{ name: 'who', value: 'first', url: site.url }]);
    const other = await browser.newContext({ viewport: { width: 800, height: 600 } });
    const page = await other.newPage();
    await page.goto(`${site.url}/stage/named?name=other`);
    assert.deepEqual(await other.cookies(), []);
    assert.deepEqual(await page.evaluate(() => [innerWidth, innerHeight]), [800, 600]);
    await page.screenshot();
    const observer = await connectPuppeteer(session);
    assert.equal(observer.browserContexts().length, 2);
    await other.close();
    await until('the context is gone for others', async () => {
      const again = await connectPuppeteer(session);
      const count = again.browserContexts().length;
      await again.disconnect();
      return count === 1;
    });
    await observer.disconnect();
  });
});

test('popups open, can be driven, and close', async () => {
  await inBrowser(async (browser) => {
    const page = browser.contexts()[0].pages()[0];
    await page.goto(`${site.url}/stage/popup`);
    const [popup] = await Promise.all([page.waitForEvent('popup'), page.click('#open')]);
    await popup.waitForLoadState();
    assert.equal(await popup.title(), 'popup');
    await popup.screenshot();
    await popup.close();
    const [window] = await Promise.all([
      page.waitForEvent('popup'),
      page.evaluate(() => void window.open('/stage/named?name=small', '', 'width=400,height=300')),
    ]);
    await window.waitForFunction(() => document.title === 'small');
    await window.close();
    assert.equal(await page.title(), 'Popup opener');
  });
});

test('a screenshot of the full page shows what is below the fold', async () => {
  await inBrowser(async (browser) => {
    const page = browser.contexts()[0].pages()[0];
    await page.goto(`${site.url}/stage/tall`);
    const file = await picture(await page.screenshot({ fullPage: true }), 'tall.png');
    const { height } = await probe(file);
    assert.equal(height, 3000);
    for (const [y, colour] of [[100, [255, 0, 0]], [1_000, [0, 255, 0]], [1_800, [0, 0, 255]], [2_800, [255, 255, 0]]]) {
      const band = await picture(await page.screenshot({ fullPage: true, clip: { x: 10, y, width: 100, height: 50 } }), 'band.png');
      assertColour(await colourAt(band, 0), colour, `at ${y} px`, 5);
    }
  });
});

for (const headless of [false, true]) {
  test(`WebGL and 2D canvases render (${headless ? 'headless' : 'on its display'})`, async () => {
    const daemon = headless ? await Daemon.start({ browser: { headless: true, pool_size: 0 } }) : held.daemon;
    try {
      await inBrowser(async (browser) => {
        const page = browser.contexts()[0].pages()[0];
        await page.goto(`${site.url}/stage/webgl`);
        assert.equal(await page.evaluate('window.answer'), '0,255,0,255');
        const shot = await page.locator('canvas').screenshot();
        assertColour(await colourAt(await picture(shot, 'gl.png'), 0), [0, 255, 0], 'the canvas on the screen', 10);
        await page.goto(`${site.url}/stage/canvas`);
        assert.equal(await page.evaluate('window.answer'), '255,128,0,255');
      }, {}, daemon);
    } finally {
      if (headless) await daemon.stop();
    }
  });
}

test('emoji and CJK text have glyphs', async () => {
  await inBrowser(async (browser) => {
    const page = browser.contexts()[0].pages()[0];
    // A missing glyph is drawn as the same box whatever the character is.
    const widths = await page.evaluate(() => {
      const context = Object.assign(document.createElement('canvas'), { width: 64, height: 64 }).getContext('2d');
      const drawn = (text) => {
        context.clearRect(0, 0, 64, 64);
        context.font = '40px sans-serif';
        context.fillText(text, 4, 48);
        return Array.from(context.getImageData(0, 0, 64, 64).data).join();
      };
      const missing = drawn('\u{10FFFE}');
      return ['漢', '한', 'か', '🎭'].filter((text) => drawn(text) === missing);
    });
    assert.deepEqual(widths, []);
  });
});

test('no process of a session listens on TCP', async () => {
  await inBrowser(async (browser) => {
    await browser.contexts()[0].pages()[0].goto(`${site.url}/stage/webgl`);
    const tree = held.daemon.tree();
    assert.ok(tree.some(({ command }) => command.includes('--remote-debugging-pipe')), 'the browser is in the tree');
    assert.ok(tree.some(({ command }) => command.includes('--type=renderer')), 'and its renderers');
    assert.deepEqual(listeningSockets(tree.map(({ pid }) => pid)), []);
    // Its API, and for each browser the way to the network that serves that browser alone (egress/requests.test.mjs).
    const isBrowser = ({ command }) => command.includes('--remote-debugging-pipe') && !command.includes('--type=');
    const sockets = await until('one for each, and one more', () => {
      const found = listeningSockets([held.daemon.pid]);
      return found.length === 1 + held.daemon.tree().filter(isBrowser).length ? found : null;
    });
    assert.ok(sockets.every((line) => line.includes('127.0.0.1:')), 'on loopback all of them');
  });
});

test('browsers run in their sandbox, each session under a user of its own', async () => {
  await inBrowser(async () => {
    await inBrowser(async () => {
      const browsers = held.daemon.tree().filter(({ command }) =>
        command.includes('--remote-debugging-pipe') && !command.includes('--type='));
      assert.ok(browsers.length >= 2);
      for (const { command } of browsers) {
        assert.ok(!/--no-sandbox|--disable-setuid-sandbox|--remote-debugging-port/.test(command), command);
      }
      if (process.getuid() === 0) {
        const uids = browsers.map(({ uid }) => uid);
        assert.ok(uids.every((uid) => uid >= 59_000 && uid <= 59_999), `uids ${uids}`);
        assert.equal(new Set(uids).size, uids.length, 'no user is shared');
        for (const { pid } of browsers) {
          assert.ok(descendants(pid).every(({ uid }) => uid !== 0), 'nothing below a browser is root');
        }
      }
    });
  });
});

test('a page cannot read another session\'s files', { skip: process.getuid() !== 0 && 'needs users of their own' }, async () => {
  await inBrowser(async (browser) => {
    const page = browser.contexts()[0].pages()[0];
    const response = await page.goto(`file://${held.daemon.data}/`).catch((error) => error);
    const text = response instanceof Error ? '' : await page.content();
    assert.ok(!/\.db|sqlite/i.test(text), 'the store is not to be seen');
    await page.goto('about:blank');
  });
});

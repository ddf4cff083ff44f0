// Connections: several clients at once, comings and goings, and what a client must not be able to break.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Cdp } from '../support/cdp.mjs';
import { connectPlaywright, connectPuppeteer, release, sdkFor } from '../support/client.mjs';
import { useDaemon } from '../support/daemon.mjs';
import { startSite } from '../support/site.mjs';
import { pause, until, within } from '../support/wait.mjs';

const held = await useDaemon({ limits: { sessions: 6 }, session: { disconnect_grace: '1s' } });
let sdk;
let site;

before(async () => {
  sdk = sdkFor(held.daemon);
  site = await startSite();
});
after(() => site.close());

const statusOf = async (session) => (await sdk.sessions.retrieve(session.id)).status;
const endsBy = (session, ms) => until('the session has ended', async () => (await statusOf(session)) === 'COMPLETED', ms);

async function kept(body) {
  const session = await sdk.sessions.create({ keepAlive: true });
  try {
    await body(session);
  } finally {
    await release(sdk, session);
  }
}

test('Playwright and Puppeteer at once: each works, each sees the other\'s tabs, one leaves', async () => {
  await kept(async (session) => {
    const [playwright, puppeteer] = await Promise.all([connectPlaywright(session), connectPuppeteer(session)]);
    const context = playwright.contexts()[0];
    const opened = await context.newPage();
    await opened.goto(`${site.url}/stage/named?name=by-playwright`);
    const theirs = await until('Puppeteer sees the tab', async () =>
      (await puppeteer.pages()).find((page) => page.url().endsWith('by-playwright')));
    assert.equal(await theirs.title(), 'by-playwright');
    const arrival = context.waitForEvent('page');
    const mine = await puppeteer.newPage();
    await mine.goto(`${site.url}/stage/named?name=by-puppeteer`);
    const seen = await within(10_000, 'Playwright sees the other tab', arrival);
    await seen.waitForURL('**/stage/named?name=by-puppeteer');
    await Promise.all(Array.from({ length: 50 }, async (_, i) => {
      assert.equal(await opened.evaluate((n) => n * 2, i), i * 2);
      assert.equal(await mine.evaluate((n) => n * 3, i), i * 3);
    }));
    await puppeteer.disconnect();
    assert.equal(await opened.evaluate('6 * 7'), 42);
    await playwright.close();
  });
});

test('emulation of one client does not reach into the other\'s', async () => {
  await kept(async (session) => {
    const one = await Cdp.connect(session.connectUrl);
    const two = await Cdp.connect(session.connectUrl);
    const a = await one.attachToPage();
    const b = await two.attachToPage();
    assert.notEqual(a, b);
    await one.ask('Runtime.enable', {}, a);
    await pause(200);
    assert.equal(two.events.filter(({ method }) => method.startsWith('Runtime.')).length, 0, 'no events of the other');
    assert.ok(one.events.some(({ method }) => method === 'Runtime.executionContextCreated'));
    // As on Chromium's own port, where a session belongs to its connection.
    const foreign = await two.send('Runtime.evaluate', { expression: '1' }, a, 5_000);
    assert.ok(foreign.error, 'the session of another client cannot be used');
    await one.close();
    assert.equal(await two.evaluate(b, '2 + 2'), 4);
    await two.close();
  });
});

test('keepAlive: a client leaves, another finds the page as it was', async () => {
  await kept(async (session) => {
    const first = await connectPlaywright(session);
    const page = first.contexts()[0].pages()[0];
    await page.goto(`${site.url}/stage/form`);
    await page.fill('#name', 'still here');
    await page.context().addCookies([{ name: 'c', value: '1', url: site.url }]);
    await first.close();
    await pause(2_000); // longer than the grace
    assert.equal(await statusOf(session), 'RUNNING');
    const second = await connectPlaywright(session);
    const again = second.contexts()[0].pages()[0];
    assert.equal(await again.inputValue('#name'), 'still here');
    assert.equal((await second.contexts()[0].cookies(site.url)).length, 1);
    await second.close();
  });
});

test('without keepAlive the session ends when its last client has left, not before', async () => {
  const session = await sdk.sessions.create({});
  const first = await connectPlaywright(session);
  const second = await connectPlaywright(session);
  await first.close();
  await pause(2_000);
  assert.equal(await statusOf(session), 'RUNNING', 'one client is left');
  await second.close();
  await endsBy(session, 8_000);
});

test('a reconnect within the grace keeps a session without keepAlive', async () => {
  const session = await sdk.sessions.create({});
  await (await connectPlaywright(session)).close();
  const again = await connectPlaywright(session);
  await pause(1_500);
  assert.equal(await again.contexts()[0].pages()[0].evaluate('1 + 1'), 2);
  await again.close();
  await endsBy(session, 8_000);
});

test('Browser.close from Puppeteer: keepAlive survives it, others end', async () => {
  await kept(async (session) => {
    await within(10_000, 'browser.close() is answered', (await connectPuppeteer(session)).close());
    await pause(2_000);
    assert.equal(await statusOf(session), 'RUNNING');
    const again = await connectPlaywright(session);
    assert.equal(again.contexts()[0].pages().length, 1);
    await again.close();
  });
  const session = await sdk.sessions.create({});
  await (await connectPuppeteer(session)).close();
  await endsBy(session, 8_000);
});

test('after the last tab is closed a new client finds a page', async () => {
  await kept(async (session) => {
    const first = await connectPlaywright(session);
    for (const page of first.contexts()[0].pages()) await page.close();
    assert.equal(first.contexts()[0].pages().length, 0);
    await first.close();
    const second = await connectPlaywright(session);
    const pages = second.contexts()[0].pages();
    assert.deepEqual(pages.map((page) => page.url()), ['about:blank']);
    await pages[0].goto(`${site.url}/stage/named?name=alive`);
    assert.equal(await pages[0].title(), 'alive');
    await second.close();
  });
});

test('a client killed while a popup is held for it leaves the popup alive', async () => {
  await kept(async (session) => {
    const victim = await Cdp.connect(session.connectUrl);
    const { targetInfos } = await victim.ask('Target.getTargets');
    const { targetId } = targetInfos.find(({ type }) => type === 'page');
    const { sessionId } = await victim.ask('Target.attachToTarget', { targetId, flatten: true });
    await victim.ask('Page.navigate', { url: `${site.url}/stage/popup` }, sessionId);
    await until('the opener is there', () => victim.evaluate(sessionId, 'document.title === "Popup opener"'));
    await victim.ask('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: true, flatten: true });
    // Not awaited: the opener stands still until its popup is let go.
    victim.evaluate(sessionId, 'void window.open("/stage/named?name=held")').catch(() => {});
    await until('the popup is held', () =>
      victim.events.some(({ method, params }) =>
        method === 'Target.attachedToTarget' && params.waitingForDebugger && params.targetInfo.targetId !== targetId));
    await victim.cut();
    const next = await connectPlaywright(session);
    const popup = await until('the popup is among the pages', () =>
      next.contexts()[0].pages().find((page) => page.url().includes('name=held')));
    await within(10_000, 'the popup runs', popup.waitForFunction(() => document.title === 'held'));
    await next.close();
  });
});

test('the DevTools HTTP pages answer behind the same token, and only behind it', async () => {
  await kept(async (session) => {
    const url = new URL(session.connectUrl.replace('ws:', 'http:'));
    const get = async (path, token = session.signingKey) => {
      const response = await fetch(`${url.origin}${path}${token ? `?signingKey=${encodeURIComponent(token)}` : ''}`);
      return { status: response.status, body: await response.text() };
    };
    const version = JSON.parse((await get('/json/version')).body);
    assert.match(version.Browser, /Chrome\//);
    assert.match(version.webSocketDebuggerUrl, /^ws:\/\/.*\/devtools\/browser\//);
    const viaVersion = await Cdp.connect(version.webSocketDebuggerUrl);
    assert.match((await viaVersion.ask('Browser.getVersion')).product, /Chrome\//);
    const list = JSON.parse((await get('/json/list')).body);
    const page = list.find(({ type }) => type === 'page');
    const direct = await Cdp.connect(page.webSocketDebuggerUrl);
    assert.equal((await direct.ask('Runtime.evaluate', { expression: '40 + 2' })).result.value, 42, 'a page-level line needs no sessionId');
    await direct.close();
    await viaVersion.close();
    for (const path of ['/json/version', '/json/list']) {
      assert.ok((await get(path, null)).status >= 400, `${path} without a token`);
      assert.ok((await get(path, 'wrong')).status >= 400, `${path} with a wrong token`);
    }
    for (const address of [version.webSocketDebuggerUrl, page.webSocketDebuggerUrl]) {
      await assert.rejects(Cdp.connect(address.split('?')[0]), ({ status }) => status >= 400 && status < 500);
    }
  });
});

test('a page of a strange origin may not connect; an unknown host is refused', async () => {
  await kept(async (session) => {
    await assert.rejects(Cdp.connect(session.connectUrl, { origin: 'https://evil.example' }), ({ status }) => status === 403);
    await assert.rejects(Cdp.connect(session.connectUrl, { headers: { host: 'rebound.example' } }), ({ status }) => status >= 400);
  });
});

test('release closes the sockets with 1000 after the row is final', async () => {
  const session = await sdk.sessions.create({ keepAlive: true });
  const cdp = await Cdp.connect(session.connectUrl);
  await release(sdk, session);
  assert.equal((await within(10_000, 'the socket closes', cdp.closed)).code, 1000);
});

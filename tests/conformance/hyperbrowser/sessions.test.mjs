// Hyperbrowser's sessions through its own client: made, driven, listed, extended, ended.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { rfc3339, uuid } from '../support/client.mjs';
import { useDaemon } from '../support/daemon.mjs';
import { startSite } from '../support/site.mjs';
import { typeErrors } from '../support/types.mjs';
import { pause, until } from '../support/wait.mjs';
import { call, connectPlaywright, connectPuppeteer, nobody, rejectionOf, sdkFor, types } from './client.mjs';

const held = await useDaemon({
  limits: { sessions: 6 },
  session: { connect_timeout: '1s', disconnect_grace: '500ms' },
});
const captured = [];
let sdk;
let site;

before(async () => {
  sdk = sdkFor(held.daemon);
  site = await startSite();
});
after(() => site.close());

function typed(type, value) {
  captured.push({ type, from: types, value });
  return value;
}

async function inSession(params, body) {
  const session = await sdk.sessions.create(params);
  try {
    return await body(session);
  } finally {
    await sdk.sessions.stop(session.id);
  }
}

const isClosed = async ({ id }) => (await sdk.sessions.get(id)).status === 'closed';

test('create without anything, two clients, stop, and stop again', async () => {
  const session = typed('SessionDetail', await sdk.sessions.create());
  assert.match(session.id, uuid);
  assert.match(session.teamId, uuid);
  assert.equal(session.status, 'active');
  assert.match(session.createdAt, rfc3339);
  assert.match(session.updatedAt, rfc3339);
  assert.ok(Math.abs(session.startTime - Date.now()) < 60_000, 'milliseconds');
  assert.equal(session.proxyDataConsumed, '0', 'what the Python client requires');
  assert.deepEqual(session.launchState.screen, { width: 1280, height: 720 });
  assert.match(session.wsEndpoint, /^ws:\/\/.*\?token=/);
  for (const url of [session.wsEndpoint, session.liveUrl, session.computerActionEndpoint, session.sessionUrl])
    assert.ok(!url.includes(held.daemon.key), 'no key in a link');
  const playwright = await connectPlaywright(session.wsEndpoint);
  const page = playwright.contexts()[0].pages()[0];
  await page.goto(`${site.url}/stage/named?name=first`);
  const puppet = await connectPuppeteer(session.wsEndpoint);
  assert.equal(await (await puppet.pages())[0].title(), 'first', 'both see the same page');
  await puppet.disconnect();
  assert.equal(await page.title(), 'first', 'the first goes on');
  assert.deepEqual(await sdk.sessions.stop(session.id), { success: true });
  assert.deepEqual(await sdk.sessions.stop(session.id), { success: true }, 'idempotent');
  const over = typed('SessionDetail', await sdk.sessions.get(session.id));
  assert.equal(over.status, 'closed');
  assert.ok(over.endTime >= over.startTime && Number.isInteger(over.duration));
  assert.equal(over.liveUrl, '', 'there, but dead');
  assert.equal(typeof over.token, 'string');
  await assert.rejects(connectPlaywright(over.wsEndpoint), /410|closed|gone/i);
});

test('the last client decides whether the session outlives it', async () => {
  const session = await sdk.sessions.create();
  const browser = await connectPlaywright(`${session.wsEndpoint}&keepAlive=true`);
  await browser.contexts()[0].pages()[0].goto(`${site.url}/stage/named?name=kept`);
  await browser.close();
  await pause(1_500);
  assert.equal((await sdk.sessions.get(session.id)).status, 'active', 'it outlives a client with keepAlive=true');
  const again = await connectPlaywright(session.wsEndpoint);
  assert.equal(await again.contexts()[0].pages()[0].title(), 'kept');
  await again.close();
  await until('it ends with a client without', () => isClosed(session), 4_000);
});

test('a session without pages ends, whatever its clients asked for', async () => {
  const session = await sdk.sessions.create();
  const browser = await connectPlaywright(`${session.wsEndpoint}&keepAlive=true`);
  const [page] = browser.contexts()[0].pages();
  const second = await browser.contexts()[0].newPage();
  await page.close();
  await pause(1_200);
  assert.equal((await sdk.sessions.get(session.id)).status, 'active', 'one page is left');
  await second.close();
  await until('it ends with its last page', () => isClosed(session), 4_000);
  assert.equal((await sdk.sessions.get(session.id)).closeReason, 'no_page_left');
});

test('nobody has to connect; keepAlive can be said at the start', async () => {
  await inSession({ keepAlive: true }, async (session) => {
    await pause(2_000);
    assert.equal((await sdk.sessions.get(session.id)).status, 'active', 'connect_timeout is not for this API');
    const browser = await connectPlaywright(session.wsEndpoint);
    await browser.close();
    await pause(1_500);
    assert.equal((await sdk.sessions.get(session.id)).status, 'active');
  });
});

test('?apiKey= alone makes a session that lives as long as its connection', async () => {
  const before = (await sdk.sessions.getActiveSessionsCount()).activeSessionsCount;
  const browser = await connectPlaywright(`${held.daemon.baseURL.replace('http', 'ws')}/hyperbrowser/?apiKey=${held.daemon.key}`);
  assert.equal(browser.contexts()[0].pages().length, 1);
  assert.equal((await sdk.sessions.getActiveSessionsCount()).activeSessionsCount, before + 1);
  await browser.close();
  await until('it has ended', async () => (await sdk.sessions.getActiveSessionsCount()).activeSessionsCount === before, 4_000);
});

test('lists have pages, totals and a status', async () => {
  const sessions = await Promise.all([1, 2, 3].map(() => sdk.sessions.create({ enableVideoWebRecording: false })));
  const { totalCount } = typed('SessionListResponse', await sdk.sessions.list());
  assert.ok(totalCount >= 3);
  const first = typed('SessionListResponse', await sdk.sessions.list({ status: 'active', page: 1, limit: 2 }));
  const second = await sdk.sessions.list({ status: 'active', page: 2, limit: 2 });
  assert.deepEqual([first.page, first.perPage, first.sessions.length, first.totalCount], [1, 2, 2, 3]);
  assert.deepEqual([second.page, second.sessions.length, second.totalCount], [2, 1, 3]);
  const ids = [...first.sessions, ...second.sessions].map(({ id }) => id);
  assert.deepEqual(ids.toSorted(), sessions.map(({ id }) => id).toSorted(), 'each once');
  assert.deepEqual(typed('GetActiveSessionsCountResponse', await sdk.sessions.getActiveSessionsCount()), { activeSessionsCount: 3 });
  for (const { id } of sessions) await sdk.sessions.stop(id);
  const closed = await sdk.sessions.list({ status: 'closed', limit: 100 });
  for (const id of ids) assert.ok(closed.sessions.some((session) => session.id === id));
  assert.equal((await sdk.sessions.list({ status: 'close-error' })).totalCount, 0);
  assert.equal((await sdk.sessions.list({ status: 'active' })).totalCount, 0);
  await rejectionOf(sdk.sessions.list({ status: 'asleep' }), 400);
  await rejectionOf(sdk.sessions.list({ page: -1 }), 400);
});

test('timeoutMinutes ends it and extendSession puts that off', async () => {
  const native = async (id) => (await call(held.daemon, 'GET', `/greenroom/v1/sessions/${id}`, { headers: { authorization: `Bearer ${held.daemon.key}` } })).json();
  await inSession({ timeoutMinutes: 1.5 }, async (session) => {
    const expiry = async () => Date.parse((await native(session.id)).expiresAt);
    const before = await expiry();
    assert.ok(Math.abs(before - session.startTime - 90_000) < 1_000);
    assert.deepEqual(await sdk.sessions.extendSession(session.id, 2), { success: true });
    assert.equal(await expiry(), before + 120_000);
    await rejectionOf(sdk.sessions.extendSession(session.id, 0), 400);
    await rejectionOf(sdk.sessions.extendSession(session.id, 100_000), 400, 'longer than any session');
    await sdk.sessions.stop(session.id);
    await rejectionOf(sdk.sessions.extendSession(session.id, 1), 400, 'an ended one');
  });
  await rejectionOf(sdk.sessions.extendSession(nobody, 1), 404);
});

test('the screen can be chosen and changed', async () => {
  await inSession({ screen: { width: 1000, height: 640 } }, async (session) => {
    const browser = await connectPlaywright(session.wsEndpoint);
    const page = browser.contexts()[0].pages()[0];
    assert.deepEqual(await page.evaluate('[innerWidth, innerHeight]'), [1000, 640]);
    assert.deepEqual(await sdk.sessions.updateScreenSize(session.id, { width: 1200, height: 800 }), { success: true });
    await until('the page has its new size', async () => (await page.evaluate('innerWidth')) === 1200);
    assert.deepEqual((await sdk.sessions.get(session.id)).launchState.screen, { width: 1200, height: 800 });
    await rejectionOf(sdk.sessions.updateScreenSize(session.id, { width: 100, height: 800 }), 400);
    await rejectionOf(sdk.sessions.updateScreenSize(session.id, { width: 3840, height: 2160 }), 501, 'a display cannot grow');
    assert.equal((await sdk.sessions.stopCaptchaSolving(session.id)).solveCaptchas, false);
    await rejectionOf(sdk.sessions.startCaptchaSolving(session.id), 501);
    assert.deepEqual(await sdk.sessions.updateProxyParams(session.id, { enabled: false }), { success: true });
    await rejectionOf(sdk.sessions.updateProxyParams(session.id, { enabled: true }), 501);
    await rejectionOf(sdk.sessions.updateProfileParams(session.id, { persistChanges: true }), 400, 'it has no profile');
    await browser.close();
  });
});

test('a locale is what pages see', async () => {
  await inSession({ locales: ['de', 'fr'] }, async (session) => {
    const browser = await connectPlaywright(session.wsEndpoint);
    const page = browser.contexts()[0].pages()[0];
    await page.goto(`${site.url}/stage/named`);
    assert.deepEqual(await page.evaluate('[...navigator.languages]'), ['de', 'fr']);
    await browser.close();
  });
});

test('options: echoed, ignored aloud, or refused', async () => {
  const asked = { useStealth: true, solveCaptchas: true, region: 'us-west', viewport: { width: 5, height: 5 }, viewOnlyLiveView: true, adblock: false };
  const response = await call(held.daemon, 'POST', '/api/session', { body: asked });
  assert.equal(response.status, 200);
  const session = typed('SessionDetail', await response.json());
  const ignored = response.headers.get('greenroom-ignored').split(', ');
  assert.deepEqual(ignored.toSorted(), ['region', 'solveCaptchas', 'useStealth', 'viewport']);
  assert.equal(session.launchState.useStealth, true);
  assert.equal(session.launchState.viewOnlyLiveView, true);
  await sdk.sessions.stop(session.id);

  const refused = {
    annoyances: true, acceptCookies: true, urlBlocklist: ['x.example/path'], browserArgs: ['--mute-audio'],
    enableWindowManager: true, enableWindowManagerTaskbar: true, allowOnGeolocationPrompt: true, enableAlwaysOpenPdfExternally: true,
    showScrollbars: false, replaceNativeElements: true, startFromSnapshot: { snapshotId: nobody }, staticIpId: nobody,
    device: ['mobile'], operatingSystems: ['windows'], platform: ['firefox'],
  };
  for (const [name, value] of Object.entries(refused)) {
    const error = await rejectionOf(sdk.sessions.create({ [name]: value }), 501, name);
    assert.match(error.message, new RegExp(name), 'it says which');
    assert.equal(error.retryable, false);
  }
  await rejectionOf(sdk.sessions.create({ useProxy: true, proxyServer: 'ftp://proxy.example' }), 400);
  await rejectionOf(sdk.sessions.create({ useProxy: true }), 402, "the provider's pool");
  const wrong = {
    timeoutMinutes: 721, screen: { width: 499, height: 400 }, useStealth: 'yes', region: 'moon', device: ['toaster'], browserMemorySize: 'huge',
    locales: 'en', profile: 'mine',
  };
  for (const [name, value] of Object.entries(wrong)) await rejectionOf(sdk.sessions.create({ [name]: value }), 400, name);
  await rejectionOf(sdk.sessions.create({ proxyState: 'CA', proxyCity: 'new york' }), 400);
  assert.equal((await sdk.sessions.getActiveSessionsCount()).activeSessionsCount, 0, 'none of them started');
});

test("null is nothing; Python's defaults are no wish", async () => {
  const defaults = { useStealth: false, useProxy: false, solveCaptchas: false, adblock: false, trackers: false, annoyances: false, locales: ['en'], acceptCookies: false, urlBlocklist: [], browserArgs: [], extensionIds: [], profile: null, proxyServer: null, proxyCountry: 'US', device: null };
  const response = await call(held.daemon, 'POST', '/api/session', { body: defaults });
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('greenroom-ignored'), 'proxyCountry');
  await sdk.sessions.stop((await response.json()).id);
});

test("the base address may end with a slash or be the dialect's mount", async () => {
  for (const prefix of ['/', '/hyperbrowser', '/hyperbrowser/']) {
    const other = sdkFor(held.daemon, { prefix });
    assert.ok((await other.sessions.list()).totalCount > 0, prefix);
  }
});

test("every answer fits the SDK's declarations", async () => {
  assert.ok(captured.length >= 6, `${captured.length} answers were captured`);
  assert.deepEqual(await typeErrors(captured), []);
});

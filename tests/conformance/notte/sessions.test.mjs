// Notte's sessions through its own client: started, driven, listed, looked into, stopped.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import {
  healthCheck, listSessions, pageScreenshot, sessionDebugInfo, sessionOffset, sessionReplay, sessionStart, sessionStatus, sessionStop,
} from 'notte-sdk';
import WebSocket from 'ws';

import { rfc3339, uuid } from '../support/client.mjs';
import { useDaemon } from '../support/daemon.mjs';
import { startSite } from '../support/site.mjs';
import { typeErrors } from '../support/types.mjs';
import { pause, until, within } from '../support/wait.mjs';
import { assertError, assertErrorBody, call, clientFor, connectPlaywright, nobody } from './client.mjs';

const held = await useDaemon({ limits: { sessions: 6 }, session: { connect_timeout: '1s', disconnect_grace: '200ms' } });
const captured = [];
const notte = clientFor(held.daemon);
const client = notte.getClient();
let site;

before(async () => (site = await startSite()));
after(() => site.close());

function typed(type, value) {
  captured.push({ type, from: 'notte-sdk', value });
  return value;
}

async function inSession(options, body) {
  const session = notte.Session(options);
  await session.start();
  try {
    return await body(session, session.getId());
  } finally {
    await session.stop();
  }
}

test('start, status, CDP, stop: the client\'s own story', async () => {
  const session = notte.Session();
  await session.start();
  const id = session.getId();
  assert.match(id, uuid);
  const status = typed('SessionResponse', await session.status());
  assert.equal(status.status, 'active');
  assert.deepEqual([status.idle_timeout_minutes, status.timeout_minutes, status.max_duration_minutes], [3, 3, 15]);
  assert.deepEqual([status.viewport_width, status.viewport_height], [1280, 1080]);
  assert.match(status.created_at, rfc3339);
  assert.match(status.duration, /^PT\d+(\.\d+)?S$/);
  assert.deepEqual([status.browser_type, status.proxies, status.closed_at, status.error], ['chromium', false, null, null]);
  assert.ok(!status.cdp_url.includes(held.daemon.key) && !status.viewer_url.includes(held.daemon.key));
  const browser = await connectPlaywright(status.cdp_url);
  const page = browser.contexts()[0].pages()[0];
  await page.goto(`${site.url}/stage/named?name=driven`);
  assert.deepEqual(await page.evaluate('[innerWidth, innerHeight]'), [1280, 1080]);
  await browser.close();
  await pause(1_500);
  assert.equal((await session.status()).status, 'active', 'leaving ends nothing');
  await session.stop();
  const over = typed('SessionResponse', (await sessionStatus({ client, path: { session_id: id } })).data);
  assert.equal(over.status, 'closed');
  assert.equal(over.close_reason, 'manual');
  assert.match(over.closed_at, rfc3339);
  assert.deepEqual([over.cdp_url, over.viewer_url], [null, null]);
  const again = typed('SessionResponse', (await sessionStop({ client, path: { session_id: id } })).data);
  assert.equal(again.status, 'closed', 'idempotent');
});

test('debug: a CDP socket, tabs, and a socket of pictures', async () => {
  await inSession({}, async (session, id) => {
    const path = { session_id: id };
    const debug = typed('SessionDebugResponse', (await sessionDebugInfo({ client, path })).data);
    const browser = await connectPlaywright(debug.ws.cdp);
    const page = browser.contexts()[0].pages()[0];
    await page.goto(`${site.url}/stage/named?name=tab`);
    const { data } = await sessionDebugInfo({ client, path });
    assert.deepEqual(data.tabs.map(({ metadata }) => metadata), [{ tab_id: 0, title: 'tab', url: `${site.url}/stage/named?name=tab` }]);
    const tab = typed('TabSessionDebugResponse', await (await call(held.daemon, 'GET', `/sessions/${id}/debug/tab?tab_idx=0`)).json());
    assert.equal(tab.metadata.title, 'tab');
    const page_socket = new WebSocket(tab.ws_url);
    const answer = await within(5_000, 'an answer of the tab', new Promise((resolve, reject) => {
      page_socket.on('open', () => page_socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression: 'document.title' } })));
      page_socket.on('message', (message) => resolve(JSON.parse(message)));
      page_socket.on('error', reject);
    }));
    assert.equal(answer.result.result.value, 'tab');
    page_socket.terminate();
    await assertErrorBody(await call(held.daemon, 'GET', `/sessions/${id}/debug/tab?tab_idx=7`), 404);
    assert.equal((await fetch(debug.debug_url)).status, 200);

    for (const url of [debug.ws.recording, `${held.daemon.baseURL.replace('http', 'ws')}/sessions/${id}/debug/recording?token=${held.daemon.key}`]) {
      const socket = new WebSocket(url);
      const [picture, isBinary] = await within(30_000, 'a picture', new Promise((resolve, reject) => {
        socket.on('message', (...message) => resolve(message));
        socket.on('error', reject);
      }));
      assert.ok(isBinary, 'a binary message');
      assert.equal(picture.readUInt16BE(0), 0xffd8, 'a whole JPEG');
      assert.equal(picture.readUInt16BE(picture.length - 2), 0xffd9, 'a whole JPEG');
      socket.terminate();
    }
    const shot = (await pageScreenshot({ client, path })).data;
    assert.equal(shot.type, 'image/jpeg');
    assert.equal(typed('SessionOffsetResponse', (await sessionOffset({ client, path })).data).offset, 0);

    const watching = new WebSocket(debug.ws.recording);
    const closed = new Promise((resolve) => watching.on('close', (code) => resolve(code)));
    await within(30_000, 'the viewer is connected', new Promise((resolve) => watching.on('message', resolve)));
    await browser.close();
    await session.stop();
    assert.equal(await within(5_000, 'the viewer is told', closed), 1000);
    await assertErrorBody(await call(held.daemon, 'GET', `/sessions/${id}/debug`), 410);
    await assert.rejects(connectPlaywright(debug.ws.cdp), /410/);
  });
});

test('cookies: set, read, and read by the page', async () => {
  await inSession({}, async (session) => {
    const soon = Math.floor(Date.now() / 1000) + 3600;
    const cookies = [
      { name: 'kept', value: 'yes', domain: '127.0.0.1', path: '/', httpOnly: false, expirationDate: soon, sameSite: 'Lax' },
      { name: 'hidden', value: 'also', domain: '127.0.0.1', path: '/', httpOnly: true, expires: -1, sameSite: null, session: null, storeId: null, partitionKey: null, unknown: 1 },
    ];
    assert.equal((await session.setCookies(cookies)).success, true);
    const got = typed('GetCookiesResponse', { cookies: await session.getCookies() }).cookies.toSorted((a, b) => a.name.localeCompare(b.name));
    assert.deepEqual(got.map(({ name, value, httpOnly }) => [name, value, httpOnly]), [['hidden', 'also', true], ['kept', 'yes', false]]);
    const [hidden, kept] = got;
    assert.deepEqual([kept.expires, kept.expirationDate, kept.session, kept.sameSite, kept.hostOnly], [soon, soon, false, 'Lax', true]);
    assert.deepEqual([hidden.expires, hidden.expirationDate, hidden.session], [null, null, true]);
    const browser = await connectPlaywright((await session.status()).cdp_url);
    const page = browser.contexts()[0].pages()[0];
    await page.goto(`${site.url}/stage/named`);
    assert.equal(await page.evaluate('document.cookie'), 'kept=yes');
    await browser.close();
    const id = session.getId();
    const lower = await call(held.daemon, 'POST', `/sessions/${id}/cookies`, { body: { cookies: [{ ...cookies[0], sameSite: 'lax' }] } });
    assert.deepEqual((await assertErrorBody(lower, 422)).detail[0].loc, ['body', 'cookies', 0, 'sameSite']);
    const bad = await call(held.daemon, 'POST', `/sessions/${id}/cookies`, { body: { cookies: [cookies[0], { ...cookies[0], name: '__Host-a', secure: false }] } });
    assert.deepEqual((await assertErrorBody(bad, 422)).detail[0].loc, ['body', 'cookies', 1], 'it names the cookie');
    const missing = await call(held.daemon, 'POST', `/sessions/${id}/cookies`, { body: {} });
    assert.equal((await assertErrorBody(missing, 422)).detail[0].type, 'missing');
  });
});

test("lists: only what runs unless asked; pages; Python's spellings", async () => {
  const sessions = await Promise.all([1, 2, 3].map(async () => {
    const { data, error } = await sessionStart({ client, body: {} });
    assert.ok(data, JSON.stringify(error));
    return data;
  }));
  const first = typed('PaginatedResponseSessionResponse', (await listSessions({ client, query: { page_size: 2 } })).data);
  assert.deepEqual([first.items.length, first.page, first.page_size, first.has_next, first.has_previous], [2, 1, 2, true, false]);
  const second = (await listSessions({ client, query: { page_size: 2, page: 2 } })).data;
  assert.deepEqual([second.items.length, second.has_next, second.has_previous], [1, false, true]);
  for (const { session_id } of sessions) await sessionStop({ client, path: { session_id } });
  const active = async (query) => (await (await call(held.daemon, 'GET', `/sessions/${query}`)).json()).items.filter(({ session_id }) => sessions.some((session) => session.session_id === session_id)).length;
  assert.equal(await active(''), 0);
  assert.equal(await active('?only_active=True&page=1&page_size=10'), 0);
  assert.equal(await active('?only_active=False'), 3);
  assert.equal(await active('?only_active=false&include_system=False&only_current_token=False'), 3);
  assert.equal((await call(held.daemon, 'GET', '//sessions/')).status, 200, 'a base address with a final slash');
  await assertErrorBody(await call(held.daemon, 'GET', '/sessions?only_active=maybe'), 422);
  await assertErrorBody(await call(held.daemon, 'GET', '/sessions?page=0'), 422);
  await assertErrorBody(await call(held.daemon, 'GET', '/sessions?page_size=ten'), 422);
});

test('options: honoured, ignored aloud, refused in the shape of a validator', async () => {
  const python = { headless: true, solve_captchas: true, max_duration_minutes: 15, idle_timeout_minutes: 3, proxies: false, browser_type: 'chromium', use_file_storage: true, screenshot_type: 'last_action', web_bot_auth: false, auth_ids: [], wait_for_authentication: true };
  const started = await call(held.daemon, 'POST', '/sessions/start', { body: python });
  assert.equal(started.status, 200);
  assert.deepEqual(started.headers.get('greenroom-ignored').split(', ').toSorted(), ['headless', 'screenshot_type', 'solve_captchas']);
  await sessionStop({ client, path: { session_id: (await started.json()).session_id } });

  await inSession({ viewport_width: 900, viewport_height: 700, user_agent: 'A Player/1.0', max_duration_minutes: 2, idle_timeout_minutes: 2 }, async (session) => {
    const status = await session.status();
    assert.deepEqual([status.user_agent, status.max_duration_minutes, status.idle_timeout_minutes], ['A Player/1.0', 2, 2]);
    const browser = await connectPlaywright(status.cdp_url);
    const page = browser.contexts()[0].pages()[0];
    await page.goto(`${site.url}/stage/named`);
    assert.deepEqual(await page.evaluate('[innerWidth, innerHeight, navigator.userAgent]'), [900, 700, 'A Player/1.0']);
    await browser.close();
  });

  const wrong = {
    extra: { timeoutMinutes: 5 }, type: { headless: 'no' }, life: { max_duration_minutes: 0 }, idle: { idle_timeout_minutes: 31 },
    longer: { idle_timeout_minutes: 10, max_duration_minutes: 5 }, width: { viewport_width: 800 }, both: { aspect_ratio: '16:9', viewport_width: 800, viewport_height: 600 },
    firefox: { browser_type: 'firefox' }, nightly: { browser_type: 'chrome-nightly' }, proxy: { proxies: [{ type: 'notte', country: 'us' }] },
    external: { proxies: [{ type: 'external', server: 'ftp://proxy.example' }] }, two: { proxies: [{ type: 'external', server: 'http://a.example' }, { type: 'external', server: 'http://b.example' }] }, arguments: { chrome_args: ['--mute-audio'] }, cdp: { cdp_url: 'ws://x.example' },
    profile: { profile: { persist: true } }, headers: { extra_http_headers: { a: 'b' } }, vault: { vault_id: nobody }, auth: { auth_ids: [nobody] },
    endless: { max_duration_minutes: 1440 }, agent: { user_agent: 'a\nb' },
  };
  for (const [name, body] of Object.entries(wrong)) {
    const { error, response } = await sessionStart({ client, body });
    assert.equal(response.status, 422, name);
    assertError(error, 422, name);
  }
  const extra = await sessionStart({ client, body: wrong.extra });
  assert.deepEqual(typed('HttpValidationError', extra.error).detail[0], { loc: ['body', 'timeoutMinutes'], msg: 'Extra inputs are not permitted', type: 'extra_forbidden' });
  assert.match(extra.error.message, /extra_forbidden/);
  const none = (await listSessions({ client })).data;
  assert.equal(none.items.length, 0, 'none of them started');
});

test('health and readiness need no key; everything else does', async () => {
  assert.equal(typed('HealthResponse', (await healthCheck({ client })).data).status, 'ok');
  for (const path of ['/health', '/ready', '//health', '/notte/health']) assert.equal((await call(held.daemon, 'GET', path, { key: null })).status, 200, path);
  for (const key of ['undefined', 'wrong']) await assertErrorBody(await call(held.daemon, 'GET', '/sessions', { key }), 401, key);
  await assertErrorBody(await call(held.daemon, 'GET', '/notte/sessions', { key: null }), 401);
  await assert.rejects(clientFor(held.daemon, { apiKey: 'wrong' }).Session().start(), /401|unauthenticated|credential/i);
  for (const id of [nobody, 'x', 'notte-session']) await assertErrorBody(await call(held.daemon, 'GET', `/sessions/${id}`), 404, id);
  await assertErrorBody(await call(held.daemon, 'DELETE', `/sessions/${nobody}/stop`), 404);
  await assertErrorBody(await call(held.daemon, 'GET', '/notte/no/such/route'), 404, 'JSON for a route that is not');
  await assertErrorBody(await call(held.daemon, 'PUT', '/sessions/start'), 404);
  await assertErrorBody(await call(held.daemon, 'POST', '/sessions/start', { body: '{' }), 422);
  clientFor(held.daemon); // the package has one client for all: the wrong one is not left in it
  const unknown = await sessionReplay({ client, path: { session_id: nobody } });
  assertError(unknown.error, 404);
});

test("every answer fits the client's declarations", async () => {
  assert.ok(captured.length >= 10, `${captured.length} answers were captured`);
  assert.deepEqual(await typeErrors(captured), []);
});

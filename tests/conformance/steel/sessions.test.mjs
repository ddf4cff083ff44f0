// Steel's sessions through its own client.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { chromium } from 'playwright-core';
import Steel from 'steel-sdk';

import { rfc3339, uuid } from '../support/client.mjs';
import { useDaemon } from '../support/daemon.mjs';
import { startSite } from '../support/site.mjs';
import { typeErrors } from '../support/types.mjs';
import { pause } from '../support/wait.mjs';

const held = await useDaemon({ limits: { sessions: 4 }, session: { connect_timeout: '1s', disconnect_grace: '200ms' } });
const steel = new Steel({ steelAPIKey: held.daemon.key, baseURL: held.daemon.baseURL, maxRetries: 2 });
const nobody = '00000000-0000-4000-8000-000000000000';
const captured = [];
let site;

before(async () => (site = await startSite()));
after(() => site.close());

function typed(type, value) {
  captured.push({ type, from: 'steel-sdk/resources/sessions/sessions', value });
  return value;
}

async function rejectionOf(promise, status, what) {
  const error = await promise.then(() => null, (failure) => failure);
  assert.equal(error?.status, status, `${what}: ${error}`);
  assert.equal(error.error?.statusCode, status, what);
  assert.ok(error.error.message.length > 0, what);
  return error;
}

test('create, both CDP addresses, retrieve, release', async () => {
  const { data, response } = await steel.sessions.create({ dimensions: { width: 900, height: 700 }, timeout: 60_000, userAgent: 'A Player/1.0', solveCaptcha: true }).withResponse();
  const session = typed('Session', data);
  assert.equal(response.status, 201);
  assert.equal(response.headers.get('greenroom-ignored'), 'solveCaptcha');
  assert.match(session.id, uuid);
  assert.match(session.createdAt, rfc3339);
  assert.deepEqual([session.status, session.timeout, session.dimensions, session.userAgent], ['live', 60_000, { width: 900, height: 700 }, 'A Player/1.0']);
  const browser = await chromium.connectOverCDP(session.websocketUrl);
  const page = browser.contexts()[0].pages()[0];
  await page.goto(`${site.url}/stage/named?name=steel`);
  assert.deepEqual(await page.evaluate('[innerWidth, innerHeight, navigator.userAgent]'), [900, 700, 'A Player/1.0']);
  await browser.close();
  await pause(700);
  const again = await chromium.connectOverCDP(`${held.daemon.baseURL.replace('http', 'ws')}?apiKey=${held.daemon.key}&sessionId=${session.id}`);
  assert.equal(await again.contexts()[0].pages()[0].title(), 'steel', 'leaving ended nothing');
  await again.close();
  assert.equal(typed('SessionReleaseResponse', await steel.sessions.release(session.id)).success, true);
  assert.equal((await steel.sessions.release(session.id)).success, true, 'idempotent');
  assert.equal(typed('Session', await steel.sessions.retrieve(session.id)).status, 'released');
});

test('lists have pages, which the client follows by itself; release all', async () => {
  const made = [];
  for (let i = 0; i < 3; ++i) made.push((await steel.sessions.create()).id);
  const found = [];
  for await (const session of steel.sessions.list({ status: 'live', limit: 2 })) found.push(typed('Sessionslist.Session', session).id);
  assert.deepEqual(found, made.toReversed(), 'newest first, each once');
  typed('SessionReleaseAllResponse', await steel.sessions.releaseAll());
  const live = await steel.sessions.list({ status: 'live' });
  assert.equal(live.sessions.length, 0);
  const released = await steel.sessions.list({ status: 'released' });
  for (const id of made) assert.ok(released.sessions.some((session) => session.id === id));
});

test('what is wrong, and what is not served, is refused once', async () => {
  await rejectionOf(steel.sessions.retrieve(nobody), 404, 'unknown');
  await rejectionOf(steel.sessions.release(nobody), 404, 'unknown');
  await rejectionOf(new Steel({ steelAPIKey: 'wrong', baseURL: held.daemon.baseURL }).sessions.create(), 401, 'key');
  await rejectionOf(steel.sessions.create({ timeout: 5 }), 400, 'timeout');
  await rejectionOf(steel.sessions.create({ dimensions: { width: 800 } }), 400, 'dimensions');
  for (const [name, value] of Object.entries({ profileId: nobody, useProxy: { geolocation: { country: 'DE' } }, isSelenium: true, sessionContext: { cookies: [] }, deviceConfig: { device: 'mobile' } }))
    await rejectionOf(steel.sessions.create({ [name]: value }), 501, name);
  const refused = [
    () => steel.sessions.context(nobody), () => steel.sessions.events(nobody), () => steel.sessions.liveDetails(nobody), () => steel.sessions.computer(nobody, { action: 'take_screenshot' }),
    () => steel.sessions.files.list(nobody), () => steel.sessions.captchas.status(nobody), () => steel.files.list(), () => steel.credentials.list(), () => steel.extensions.download(nobody), () => steel.profiles.list(),
    () => steel.scrape({ url: 'https://a.example' }), () => steel.screenshot({ url: 'https://a.example' }), () => steel.pdf({ url: 'https://a.example' }),
  ];
  for (const ask of refused) await rejectionOf(ask(), 501, ask.toString());
});

test("every answer fits the SDK's declarations", async () => {
  assert.ok(captured.length >= 7, `${captured.length} answers were captured`);
  assert.deepEqual(await typeErrors(captured.filter(({ type }) => !type.includes('.'))), []);
});

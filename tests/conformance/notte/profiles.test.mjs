// Profiles through Notte's own client, and the calls that other clients of it have.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { useDaemon } from '../support/daemon.mjs';
import { loggedIn, login, startMembers, stateOf } from '../support/members.mjs';
import { assertErrorBody, call, clientFor, connectPlaywright } from './client.mjs';

const held = await useDaemon({ limits: { sessions: 4, queue_wait: '10s' }, browser: { launch_timeout: '50s' } });
let client;
let members;
before(async () => {
  client = clientFor(held.daemon);
  members = await startMembers();
});
after(() => members.close());

const id = /^notte-profile-[0-9a-f]{16}$/;
const ask = async (method, path, body) => {
  const response = await call(held.daemon, method, path, { body });
  const answer = await response.json();
  assert.equal(response.status, 200, `${method} ${path}: ${JSON.stringify(answer)}`);
  return answer;
};

async function inSession(profile, body) {
  const session = client.Session({ profile });
  await session.start();
  try {
    const browser = await connectPlaywright((await session.status()).cdp_url);
    const result = await body(browser.contexts()[0].pages()[0]);
    return result;
  } finally {
    await session.stop();
  }
}
const stateIn = (profile) => inSession({ id: profile }, (page) => stateOf(page, members.url));
const make = async (name) => (await ask('POST', '/profiles/create', name ? { name } : {})).profile_id;

test('a login is there again in the next session', async () => {
  const profile = await make('Mine');
  assert.match(profile, id);
  await inSession({ id: profile, persist: true }, (page) => login(page, members.url, 'ada'));
  assert.deepEqual(await stateIn(profile), loggedIn('ada'));
  const { persisted_domains: domains, name, ...rest } = await ask('GET', `/profiles/${profile}`);
  assert.deepEqual([domains, name], [['127.0.0.1'], 'Mine']);
  assert.deepEqual(Object.keys(rest).sort(), ['created_at', 'profile_id', 'updated_at']);
});

test('copies, lists, deletes', async () => {
  const profile = await make();
  await inSession({ id: profile, persist: true }, (page) => login(page, members.url, 'ada'));
  const copy = await ask('POST', `/profiles/${profile}/duplicate`, { name: 'A duplicate' });
  assert.equal(copy.name, 'A duplicate');
  assert.deepEqual(await stateIn(copy.profile_id), loggedIn('ada'));
  const list = await ask('GET', '/profiles/?page=1&page_size=1');
  assert.deepEqual([list.items.map(({ profile_id: found }) => found), list.page, list.page_size, list.has_next, list.has_previous], [[copy.profile_id], 1, 1, true, false]);
  assert.equal((await ask('GET', '/profiles?name=duplicate')).items.length, 1);
  const gone = await ask('DELETE', `/profiles/${copy.profile_id}`);
  assert.equal(gone.success, true);
  assert.ok(gone.message);
  await assertErrorBody(await call(held.daemon, 'GET', `/profiles/${copy.profile_id}`), 404);
});

test('cookies without a session: of Playwright and of Chrome, added and in place of all', async () => {
  const profile = await make();
  const host = new URL(members.url).hostname;
  const cookies = [{ name: 'session', value: 'put', domain: host, path: '/', httpOnly: true }];
  const put = await ask('POST', `/profiles/${profile}/cookies`, { cookies, source_format: 'playwright', mode: 'append' });
  assert.deepEqual([put.success, put.cookies_count, put.mode], [true, 1, 'append']);
  assert.equal((await stateIn(profile)).cookies.session, 'put', 'a browser sends it');
  const chrome = [{ name: 'lasting', value: 'chrome', domain: host, sameSite: 'unspecified', storeId: '0', hostOnly: true, session: false, expirationDate: Date.now() / 1000 + 9_999 }];
  assert.equal((await ask('POST', `/profiles/${profile}/cookies`, { cookies: chrome, source_format: 'chrome', mode: 'append' })).cookies_count, 2);
  assert.deepEqual((await stateIn(profile)).cookies, { session: 'put', lasting: 'chrome' });
  assert.equal((await ask('POST', `/profiles/${profile}/cookies`, { cookies: chrome, source_format: 'chrome', mode: 'replace' })).cookies_count, 1);
  const { cookies: told } = await ask('GET', `/profiles/${profile}/cookies`);
  assert.deepEqual(told.map(({ name, value }) => [name, value]), [['lasting', 'chrome']]);
});

test('what is wrong is said', async () => {
  for (const body of [{ profile: { id: 'notte-profile-0123456789abcdef' } }, { profile: { id: '../..' } }])
    await assertErrorBody(await call(held.daemon, 'POST', '/sessions/start', { body }), 404);
  for (const body of [{ profile: {} }, { profile: 'x' }, { profile: { id: 7 } }, { profile: { id: 'x', persist: 'maybe' } }])
    await assertErrorBody(await call(held.daemon, 'POST', '/sessions/start', { body }), 422);
  await assertErrorBody(await call(held.daemon, 'POST', '/profiles/create', { body: { nome: 'x' } }), 422);
  const profile = await make();
  for (const body of [{}, { cookies: 7 }, { cookies: [{}] }, { cookies: [], mode: 'both' }])
    await assertErrorBody(await call(held.daemon, 'POST', `/profiles/${profile}/cookies`, { body }), 422);
});

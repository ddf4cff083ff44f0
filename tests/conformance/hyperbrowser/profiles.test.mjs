// Profiles through Hyperbrowser's own client.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { useDaemon } from '../support/daemon.mjs';
import { loggedIn, login, nobodyThere, startMembers, stateOf } from '../support/members.mjs';
import { call, connectPlaywright, connectPuppeteer, nobody, rejectionOf, sdkFor } from './client.mjs';

const held = await useDaemon({ limits: { sessions: 4, queue_wait: '10s' } });
let sdk;
let members;
before(async () => {
  sdk = sdkFor(held.daemon);
  members = await startMembers();
});
after(() => members.close());

async function inSession(profile, body, connect = connectPlaywright) {
  const session = await sdk.sessions.create({ profile });
  const browser = await connect(session.wsEndpoint);
  const page = browser.contexts ? browser.contexts()[0].pages()[0] : (await browser.pages())[0];
  try {
    return await body(page, session);
  } finally {
    await sdk.sessions.stop(session.id);
    await browser.close().catch(() => {});
  }
}
const stateIn = (profile) => inSession(profile, (page) => stateOf(page, members.url));

test('made, filled, used, forked, listed, deleted', async () => {
  const made = await sdk.profiles.create();
  assert.equal(made.name, null);
  await inSession({ id: made.id, persistChanges: true }, (page) => login(page, members.url, 'ada'), connectPuppeteer);
  assert.deepEqual(await stateIn({ id: made.id }), loggedIn('ada'));
  const copy = await sdk.profiles.fork(made.id, { name: 'The copy' });
  assert.notEqual(copy.id, made.id);
  await inSession({ id: copy.id, persistChanges: true }, (page) => login(page, members.url, 'bob'));
  assert.deepEqual(await stateIn({ id: copy.id }), loggedIn('bob'));
  assert.deepEqual(await stateIn({ id: made.id }), loggedIn('ada'), 'the first is as it was');
  const found = await sdk.profiles.get(copy.id);
  assert.deepEqual(Object.keys(found).sort(), ['createdAt', 'id', 'name', 'teamId', 'updatedAt']);
  const { profiles, totalCount, page, perPage } = await sdk.profiles.list();
  assert.deepEqual([profiles.map(({ id }) => id), totalCount, page, perPage], [[copy.id, made.id], 2, 1, 10]);
  assert.deepEqual((await sdk.profiles.list({ name: 'COPY' })).profiles.map(({ id }) => id), [copy.id]);
  assert.equal((await sdk.profiles.list({ name: '%' })).totalCount, 0);
  assert.deepEqual((await sdk.profiles.list({ page: 2, limit: 1 })).profiles.map(({ id }) => id), [made.id]);
  assert.equal((await sdk.profiles.delete(copy.id)).success, true);
  await rejectionOf(sdk.profiles.get(copy.id), 404);
});

test('whether it is saved can change while the session runs', async () => {
  const { id } = await sdk.profiles.create({ name: 'x' });
  await inSession({ id }, async (page, session) => {
    assert.equal(session.launchState.profile.id, id);
    await login(page, members.url, 'late');
    await sdk.sessions.updateProfileParams(session.id, { persistChanges: true });
  });
  assert.deepEqual(await stateIn({ id }), loggedIn('late'));
  await inSession({ id, persistChanges: true }, async (page, session) => {
    await login(page, members.url, 'never');
    await sdk.sessions.updateProfileParams(session.id, { persistChanges: false });
  });
  assert.deepEqual(await stateIn({ id }), loggedIn('late'));
});

test('a session may begin with a copy, and the network cache is left out aloud', async () => {
  const { id } = await sdk.profiles.create();
  await inSession({ id, persistChanges: true }, (page) => login(page, members.url, 'ada'));
  const response = await call(held.daemon, 'POST', '/api/session', {
    body: { profile: { id, fork: true, forkProfileName: 'of a session', persistChanges: true, persistNetworkCache: true } },
  });
  const session = await response.json();
  assert.equal(response.status, 200, JSON.stringify(session));
  assert.match(response.headers.get('greenroom-ignored'), /profile\.persistNetworkCache/);
  assert.notEqual(session.forkedProfileId, id);
  const browser = await connectPlaywright(session.wsEndpoint);
  const page = browser.contexts()[0].pages()[0];
  assert.deepEqual(await stateOf(page, members.url), loggedIn('ada'));
  await login(page, members.url, 'eve');
  await sdk.sessions.stop(session.id);
  assert.deepEqual(await stateIn({ id: session.forkedProfileId }), loggedIn('eve'));
  assert.deepEqual(await stateIn({ id }), loggedIn('ada'));
  assert.equal((await sdk.profiles.get(session.forkedProfileId)).name, 'of a session');
});

test('what is not there is 404, and nothing is left of a create that failed', async () => {
  const before = (await sdk.profiles.list()).totalCount;
  await rejectionOf(sdk.sessions.create({ profile: { id: nobody } }), 404);
  await rejectionOf(sdk.sessions.create({ profile: { id: nobody, fork: true } }), 404);
  await rejectionOf(sdk.profiles.fork(nobody), 404);
  await rejectionOf(sdk.profiles.delete(nobody), 404);
  assert.equal((await sdk.profiles.list()).totalCount, before);
  assert.deepEqual(await stateIn(undefined), nobodyThere);
});

// Contexts: what a browser keeps of its user, from one session to the next.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { assertErrorBody, call, connectPlaywright, connectPuppeteer, createWhenRoom, rejectionOf, release, rfc3339, sdkFor, uuid } from '../support/client.mjs';
import { useDaemon } from '../support/daemon.mjs';
import { loggedIn, login, nobodyThere, startMembers, stateOf } from '../support/members.mjs';
import { nobody } from '../support/operations.mjs';
import { firstPage, inSession, logInAt, stateAt, using } from './context_sessions.mjs';

const held = await useDaemon({ limits: { sessions: 6 }, browser: { launch_timeout: '50s' } });
let sdk;
let members;
let logIn;
let stateIn;

before(async () => {
  sdk = sdkFor(held.daemon);
  members = await startMembers();
  logIn = logInAt(members.url);
  stateIn = stateAt(members.url);
});
after(() => members.close());

for (const [name, connect] of [['Playwright', connectPlaywright], ['Puppeteer', connectPuppeteer]])
  test(`${name}: what was logged in is logged in in the next session, right after the release`, async (context) => {
    const { id } = await sdk.contexts.create({ projectId: 'of-somebody' });
    assert.deepEqual(await stateIn(sdk, id, { connect }), nobodyThere, 'a new one is empty');
    await logIn(sdk, id, 'ada', { connect });
    const began = performance.now();
    const session = await sdk.sessions.create(using(id, false));
    context.diagnostic(`the next session was there ${Math.round(performance.now() - began)} ms after the release`);
    const browser = await connect(session);
    const page = await firstPage(browser);
    assert.deepEqual(await stateOf(page, members.url), loggedIn('ada'));
    await release(sdk, session);
    await browser.close().catch(() => {});
  });

test('the context as the SDK knows it', async () => {
  const made = await sdk.contexts.create({ name: '  Shop  ' });
  assert.match(made.id, uuid);
  assert.equal(made.cipherAlgorithm, 'AES-256-CBC');
  assert.equal(made.initializationVectorSize, 16);
  assert.equal(typeof made.publicKey, 'string');
  assert.ok(URL.canParse(made.uploadUrl));
  const found = await sdk.contexts.retrieve(made.id);
  assert.deepEqual(Object.keys(found).sort(), ['createdAt', 'id', 'name', 'projectId', 'updatedAt']);
  assert.equal(found.name, 'Shop');
  assert.match(found.createdAt, rfc3339);
  assert.equal((await sdk.contexts.update(made.id)).id, made.id);
  const taken = await rejectionOf(sdk.contexts.create({ name: 'sHOP' }), 409);
  assert.equal(taken.headers['x-should-retry'], 'false');
  assert.equal('name' in (await sdk.contexts.retrieve((await sdk.contexts.create()).id)), false);
  await sdk.contexts.delete(made.id);
  await rejectionOf(sdk.contexts.retrieve(made.id), 404);
  await rejectionOf(sdk.contexts.delete(made.id), 404);
  await sdk.contexts.create({ name: 'shop' }).then(({ id }) => sdk.contexts.delete(id)); // its name is free again
});

test('what is wrong is refused: unknown ids, wrong types, names of nothing', async () => {
  for (const id of [nobody, 'x', '', '../../etc', 'A'.repeat(4000)]) {
    const answer = await assertErrorBody(await call(held.daemon, 'POST', '/v1/sessions', { body: using(id, true) }), 404);
    assert.match(answer.message, /context/i);
  }
  for (const context of [7, 'x', {}, { persist: true }, { id: 7 }, { id: nobody, persist: 'yes' }])
    await assertErrorBody(await call(held.daemon, 'POST', '/v1/sessions', { body: { browserSettings: { context } } }), 400);
  for (const body of ['{', '[]', { name: 7 }, { name: '   ' }, { name: 'x'.repeat(300) }, { name: 'a\u0000b' }])
    await assertErrorBody(await call(held.daemon, 'POST', '/v1/contexts', { body }), 400);
  for (const ask of [() => sdk.contexts.retrieve(nobody), () => sdk.contexts.update(nobody), () => sdk.contexts.delete(nobody)])
    await rejectionOf(ask(), 404);
});

test('without persist nothing changes, and many read one context at once', async () => {
  const { id } = await sdk.contexts.create();
  await logIn(sdk, id, 'ada');
  assert.deepEqual(await stateIn(sdk, id), loggedIn('ada')); // saved by then
  const before = await sdk.contexts.retrieve(id);
  await inSession(sdk, using(id, undefined), (page) => login(page, members.url, 'eve'));
  const states = await Promise.all([1, 2, 3].map(() => stateIn(sdk, id)));
  for (const state of states) assert.deepEqual(state, loggedIn('ada'));
  assert.deepEqual(await sdk.contexts.retrieve(id), before, 'not even its time');
});

test('of two that save, the one that ends last makes the whole of it', async () => {
  const { id } = await sdk.contexts.create();
  const first = await createWhenRoom(sdk, using(id, true));
  const second = await createWhenRoom(sdk, using(id, true));
  const browsers = await Promise.all([first, second].map((session) => connectPlaywright(session)));
  await login(browsers[0].contexts()[0].pages()[0], members.url, 'first');
  await login(browsers[1].contexts()[0].pages()[0], members.url, 'second');
  await browsers[1].contexts()[0].pages()[0].evaluate(() => localStorage.setItem('only', 'second'));
  await release(sdk, second);
  assert.deepEqual(await stateIn(sdk, id), loggedIn('second'));
  await release(sdk, first);
  const [state, only] = await inSession(sdk, using(id, false), async (page) =>
    [await stateOf(page, members.url), await page.evaluate(() => localStorage.getItem('only'))]);
  assert.deepEqual(state, loggedIn('first'));
  assert.equal(only, null, 'nothing of the other one is mixed in');
});

test('two that end at the same time: one of them, whole', async () => {
  const { id } = await sdk.contexts.create();
  const sessions = await Promise.all([1, 2].map(() => createWhenRoom(sdk, using(id, true))));
  const browsers = await Promise.all(sessions.map((session) => connectPlaywright(session)));
  await Promise.all(browsers.map((browser, i) => login(browser.contexts()[0].pages()[0], members.url, `at-once-${i}`)));
  await Promise.all(sessions.map((session) => release(sdk, session)));
  const state = await stateIn(sdk, id);
  assert.deepEqual(state, loggedIn(state.local));
  assert.match(state.local, /^at-once-[01]$/);
});

test('several tabs: each gets what was kept, what a page took away stays away', async () => {
  const { id } = await sdk.contexts.create();
  await inSession(sdk, using(id, true), async (page) => {
    await login(page, members.url, 'ada');
    const closed = await page.context().newPage();
    await closed.goto(members.url.replace('127.0.0.1', 'localhost'));
    await closed.evaluate(() => sessionStorage.setItem('of', 'a closed tab'));
    await closed.close();
  });
  await inSession(sdk, using(id, true), async (page) => {
    const other = await page.context().newPage();
    assert.equal((await stateOf(other, members.url)).session, 'ada');
    await other.goto(members.url.replace('127.0.0.1', 'localhost'));
    assert.equal(await other.evaluate(() => sessionStorage.getItem('of')), 'a closed tab');
    await page.goto(members.url);
    await page.evaluate(() => sessionStorage.clear());
    await page.reload();
    assert.equal(await page.evaluate(() => sessionStorage.length), 0, 'emptied by the page');
    await other.close();
  });
  assert.equal((await stateIn(sdk, id)).session, null);
});

test('a second context of Playwright\'s is none of ours', async () => {
  const { id } = await sdk.contexts.create();
  await inSession(sdk, using(id, true), async (page, session, browser) => {
    const apart = await (await browser.newContext()).newPage();
    await login(apart, members.url, 'stranger');
    await login(page, members.url, 'ada');
  });
  await inSession(sdk, using(id, false), async (page, session, browser) => {
    const apart = await (await browser.newContext()).newPage();
    assert.deepEqual(await stateOf(apart, members.url), nobodyThere);
    assert.deepEqual(await stateOf(page, members.url), loggedIn('ada'));
  });
});

// One session seen by all: made through each API, and read, listed, driven, replayed and stopped through every other,
// in its own words. A provider is one entry of `providers`, which leaves out what its API has no verb for; one that has no
// browsers of its own only looks on.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Hyperbrowser } from '@hyperbrowser/sdk';
import { listSessions, NotteClient, sessionReplay, sessionStart, sessionStatus, sessionStop } from 'notte-sdk';
import { chromium } from 'playwright-core';
import Steel from 'steel-sdk';

import { answerOf, ask } from './claude_scope/client.mjs';
import { Session } from './stagehand/client.mjs';
import { sdkFor } from './support/client.mjs';
import { useDaemon } from './support/daemon.mjs';
import { startSite } from './support/site.mjs';
import { until } from './support/wait.mjs';

const held = await useDaemon({ limits: { sessions: 8 } });
const browserbase = sdkFor(held.daemon);
const hyperbrowser = new Hyperbrowser({ apiKey: held.daemon.key, baseUrl: held.daemon.baseURL });
const client = new NotteClient({ apiKey: held.daemon.key, baseUrl: held.daemon.baseURL }).getClient();
const steel = new Steel({ steelAPIKey: held.daemon.key, baseURL: held.daemon.baseURL });
let site;

before(async () => (site = await startSite()));
after(() => site.close());

/** Notte's functions answer {data, error}. */
const ok = async (promise) => {
  const { data, error } = await promise;
  assert.ok(data, JSON.stringify(error));
  return data;
};
const path = (id) => ({ client, path: { session_id: id } });

const providers = {
  browserbase: {
    create: async () => (await browserbase.sessions.create({ keepAlive: true })).id,
    read: async (id) => (await browserbase.sessions.retrieve(id)).status,
    words: ['RUNNING', 'COMPLETED'],
    ids: async () => (await browserbase.sessions.list()).map(({ id }) => id),
    address: async (id) => (await browserbase.sessions.retrieve(id)).connectUrl,
    video: async (id) => {
      const { pages } = await browserbase.sessions.replays.retrieve(id);
      return (await (await browserbase.sessions.replays.retrievePage(id, pages[0].pageId)).text()).includes('#EXTINF');
    },
    stop: (id) => browserbase.sessions.update(id, { status: 'REQUEST_RELEASE' }),
  },
  hyperbrowser: {
    create: async () => (await hyperbrowser.sessions.create({ keepAlive: true })).id,
    read: async (id) => (await hyperbrowser.sessions.get(id)).status,
    words: ['active', 'closed'],
    ids: async () => (await hyperbrowser.sessions.list({ limit: 100 })).sessions.map(({ id }) => id),
    address: async (id) => `${(await hyperbrowser.sessions.get(id)).wsEndpoint}&keepAlive=true`,
    video: async (id) => (await hyperbrowser.sessions.getVideoRecordingURL(id)).status === 'completed',
    stop: (id) => hyperbrowser.sessions.stop(id),
  },
  notte: {
    create: async () => (await ok(sessionStart({ client, body: {} }))).session_id,
    read: async (id) => (await ok(sessionStatus(path(id)))).status,
    words: ['active', 'closed'],
    ids: async () => (await ok(listSessions({ client, query: { only_active: false, page_size: 100 } }))).items.map(({ session_id: id }) => id),
    address: async (id) => (await ok(sessionStatus(path(id)))).cdp_url,
    video: async (id) => (await ok(sessionReplay(path(id)))).playlist_content.includes('#EXTINF'),
    stop: (id) => ok(sessionStop(path(id))),
  },
  stagehand: {
    create: async () => (await Session.start(held.daemon, { browserbaseSessionCreateParams: { keepAlive: true } })).id,
    drive: async (id, url) => {
      const session = await Session.start(held.daemon, { browserbaseSessionID: id });
      await session.goto(url, { waitUntil: 'load' });
      return /RootWebArea: (.*)/.exec(await session.text())[1];
    },
    video: async (id) => (await stagehand(id).replay()).pages.length > 0,
    stop: async (id) => assert.ok([200, 404].includes((await stagehand(id).end()).status), '404 the second time'),
  },
  steel: {
    create: async () => (await steel.sessions.create()).id,
    read: async (id) => (await steel.sessions.retrieve(id)).status,
    words: ['live', 'released'],
    ids: async () => (await steel.sessions.list({ limit: 100 })).sessions.map(({ id }) => id),
    address: async (id) => (await steel.sessions.retrieve(id)).websocketUrl,
    stop: (id) => steel.sessions.release(id),
  },
};
const stagehand = (id) => Object.assign(new Session(), { daemon: held.daemon, id });
/** Goes there over the address that a provider gives, and answers the page's title. */
const driveOver = (address) => async (id, url) => {
  const browser = await chromium.connectOverCDP(await address(id), { timeout: 30_000 });
  const page = browser.contexts()[0].pages()[0];
  await page.goto(url);
  const title = await page.title();
  await browser.close();
  return title;
};
for (const provider of Object.values(providers)) provider.drive ??= driveOver(provider.address);
const names = Object.keys(providers);

const found = (id) => answerOf(ask(held.daemon, 'GET', `/sessions/${id}`));
const onlookers = {
  claude_scope: {
    read: async (id) => (await found(id)).status,
    words: ['processing', 'complete'], // the second once its recording is whole
    lists: async (id) => (await answerOf(ask(held.daemon, 'GET', '/sessions'))).some((entry) => entry.id === id),
    alias: async (id) => (await found(id)).id,
    pages: async (id) => (await found(id)).urls,
  },
};

for (const [turn, maker] of names.entries()) {
  test(`made through ${maker}`, async () => {
    const id = await providers[maker].create();
    for (const name of names) {
      const other = providers[name];
      if (other.read) assert.equal(await other.read(id), other.words[0], `${name} reads it`);
      if (other.ids) assert.ok((await other.ids()).includes(id), `${name} lists it`);
      assert.equal(await other.drive(id, `${site.url}/stage/named?name=by-${name}`), `by-${name}`, `${name} drives it`);
    }
    const visited = names.map((name) => `${site.url}/stage/named?name=by-${name}`);
    for (const [name, other] of Object.entries(onlookers)) {
      assert.equal(await other.read(id), other.words[0], `${name} reads it`);
      assert.ok(await other.lists(await other.alias(id)), `${name} lists it`);
      assert.deepEqual(await other.pages(id), visited, `${name} knows where it was`);
    }
    await until('something of it is recorded', async () => (await browserbase.sessions.replays.retrieve(id)).pages.length > 0, 30_000);
    await providers[names[(turn + 1) % names.length]].stop(id);
    for (const name of names) {
      const other = providers[name];
      if (other.read) assert.equal(await other.read(id), other.words[1], `${name} knows that it has ended`);
      if (other.video) await until(`${name} replays it`, () => other.video(id), 30_000);
      await other.stop(id); // once more is no error
    }
    for (const [name, other] of Object.entries(onlookers))
      await until(`${name} knows that it is complete`, async () => (await other.read(id)) === other.words[1], 30_000);
  });
}

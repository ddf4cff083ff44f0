// The DOM recording: the events of @rrweb/record from a world of our own, played by rrweb's own player.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { native } from '../support/cli.mjs';
import { connectPlaywright, release, sdkFor } from '../support/client.mjs';
import { useDaemon } from '../support/daemon.mjs';
import { startHappenings } from '../support/happenings.mjs';
import { pause } from '../support/wait.mjs';

const player = path.join(path.dirname(createRequire(import.meta.url).resolve('@rrweb/replay')), 'replay.umd.min.cjs');
const held = await useDaemon({ recording: { dom: true } });
const story = {};

before(async () => {
  story.site = await startHappenings();
  story.sdk = sdkFor(held.daemon);
  story.session = await story.sdk.sessions.create({ keepAlive: true });
  const browser = await connectPlaywright(story.session);
  const page = browser.contexts()[0].pages()[0];
  await page.goto(`${story.site.url}/second`);
  await pause(300);
  await page.goto(`${story.site.url}/login`);
  await page.locator('#name').fill('Ada');
  await page.locator('#password').click();
  await page.keyboard.type('hunter2');
  await page.evaluate(() => document.body.append(Object.assign(document.createElement('h2'), { textContent: 'added later' })));
  story.seen = await page.evaluate(() => [typeof window.rrwebRecord, typeof window.greenroomDom, Object.getOwnPropertyNames(window).filter((name) => /rrweb|greenroom/i.test(name)).length]);
  await pause(100);
  await browser.close();
  await release(story.sdk, story.session);
  story.events = await story.sdk.sessions.recording.retrieve(story.session.id);
});
after(() => story.site.close());

test('the SDK gets the events in their order, with at least a meta event and a whole picture', () => {
  const { events, session } = story;
  assert.ok(Array.isArray(events) && events.length > 4, `${events.length} events`);
  for (const { data, sessionId, timestamp, type } of events) {
    assert.equal(sessionId, session.id);
    assert.ok(Number.isInteger(type) && Number.isInteger(timestamp) && typeof data === 'object');
  }
  const times = events.map(({ timestamp }) => timestamp);
  assert.deepEqual(times, times.toSorted((a, b) => a - b));
  const types = events.map(({ type }) => type);
  assert.ok(types.includes(4) && types.includes(2) && types.includes(3), `${types}`);
  const addresses = events.filter(({ type }) => type === 4).map(({ data }) => new URL(data.href).pathname);
  assert.ok(addresses.includes('/second') && addresses.includes('/login'), `${addresses}: each document begins anew`);
});

test('the page does not see the recorder', () => assert.deepEqual(story.seen, ['undefined', 'undefined', 0]));

test('what was typed is in it, but no password', () => {
  const text = JSON.stringify(story.events);
  assert.match(text, /"text":"Ada"/);
  assert.doesNotMatch(text, /hunter2/);
  assert.match(text, /\*{7}/, 'the password is there as stars');
});

test("rrweb's own player shows the page as it was", async () => {
  const session = await story.sdk.sessions.create({ keepAlive: true });
  const browser = await connectPlaywright(session);
  const page = browser.contexts()[0].pages()[0];
  await page.goto(`${story.site.url}/second`);
  await page.addScriptTag({ path: player });
  await page.evaluate((events) => {
    document.body.innerHTML = '<div id="stage"></div>';
    const library = window.rrwebReplay ?? window.rrweb;
    window.player = new library.Replayer(events, { root: document.getElementById('stage'), showWarning: false });
    const first = events[0].timestamp;
    window.player.pause(events.at(-1).timestamp - first + 1);
  }, story.events);
  await pause(500);
  const frame = page.frames().find((candidate) => candidate !== page.mainFrame());
  assert.ok(frame, 'the player has made its frame');
  assert.match(await frame.locator('body').innerText(), /added later/);
  assert.equal(await frame.locator('#name').inputValue(), 'Ada');
  assert.equal(await frame.locator('#password').inputValue(), '*******');
  await browser.close();
  await release(story.sdk, session);
});

test('a session that was not recorded so has an empty list; a tab can be asked for', async () => {
  const tab = async (number) => (await (await native(held.daemon, 'GET', `/sessions/${story.session.id}/dom?tab=${number}`)).json()).length;
  assert.equal(await tab(0), story.events.length);
  assert.equal(await tab(7), 0);
  const none = await story.sdk.sessions.create({});
  await release(story.sdk, none);
  assert.equal((await native(held.daemon, 'DELETE', `/sessions/${story.session.id}/recording`)).status, 204);
  assert.deepEqual(await story.sdk.sessions.recording.retrieve(story.session.id), [], 'deleted');
});

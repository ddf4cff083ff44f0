// Tracks and markers: each tab is a page of the replay, cut from the one recording by what was in front.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { native } from '../support/cli.mjs';
import { connectPlaywright, rejectionOf, release, sdkFor } from '../support/client.mjs';
import { useDaemon } from '../support/daemon.mjs';
import { startSite } from '../support/site.mjs';
import { assertColour, colourAt, download, parsePlaylist, probe } from '../support/video.mjs';
import { pause, until } from '../support/wait.mjs';

const held = await useDaemon();
const story = { spans: [] };
const rgb = { red: [255, 0, 0], lime: [0, 255, 0], blue: [0, 0, 255], yellow: [255, 255, 0] };

before(async () => {
  story.site = await startSite();
  story.folder = await mkdtemp(path.join(tmpdir(), 'greenroom-tracks-'));
  story.sdk = sdkFor(held.daemon);
  story.session = await story.sdk.sessions.create({ keepAlive: true });
  const browser = await connectPlaywright(story.session);
  const context = browser.contexts()[0];
  const first = context.pages()[0];
  const show = async (page, tab, name, ms = 3_000) => {
    await page.goto(`${story.site.url}/stage/colour`);
    const from = await page.evaluate((css) => window.show(css), name);
    await pause(ms);
    story.spans.push({ tab, name, from, to: Date.now() });
  };
  await show(first, 0, 'red');
  const second = await context.newPage();
  await show(second, 1, 'lime');
  await first.bringToFront();
  await show(first, 0, 'blue');
  await second.bringToFront();
  await show(second, 1, 'yellow');
  await second.close();
  await pause(1_000);
  await browser.close();
  await release(story.sdk, story.session);
  story.pages = await until('the recording is finished', async () => {
    const { pages } = await story.sdk.sessions.replays.retrieve(story.session.id);
    const texts = [];
    for (const { pageId } of pages) texts.push(await (await story.sdk.sessions.replays.retrievePage(story.session.id, pageId)).text());
    return texts.length > 0 && texts.every((text) => parsePlaylist(text).ended) && pages.map((page, index) => ({ ...page, text: texts[index] }));
  }, 20_000);
});
after(async () => {
  await story.site.close();
  await rm(story.folder, { recursive: true, force: true });
});

/** The second of a track at which the clock said `time`, or nothing when that is not in it. */
function secondAt(text, time) {
  let passed = 0;
  for (const { time: began, seconds } of parsePlaylist(text).segments) {
    if (time >= began && time < began + seconds * 1000) return passed + (time - began) / 1000;
    passed += seconds;
  }
  return undefined;
}

test('one page for each tab that was seen, in the order of their numbers', () => {
  assert.deepEqual(story.pages.map(({ pageId, url }) => [pageId, url]), [0, 1].map((tab) => [`${tab}`, `/v1/sessions/${story.session.id}/replays/${tab}`]));
  for (const { startTimeMs, endTimeMs } of story.pages) assert.ok(startTimeMs >= 0 && endTimeMs > startTimeMs);
  assert.ok(story.pages[1].startTimeMs > story.pages[0].startTimeMs);
});

test('each track shows its own tab at every moment, and nothing of the other', async () => {
  for (const [tab, { text }] of story.pages.entries()) {
    const { segments } = parsePlaylist(text);
    assert.ok(segments.every(({ time }) => time > 0), 'every segment has its EXT-X-PROGRAM-DATE-TIME');
    const file = await download(text, story.folder);
    const { duration } = await probe(file);
    const listed = segments.reduce((sum, { seconds }) => sum + seconds, 0);
    assert.ok(Math.abs(duration - listed) < 0.4, `${duration} s of ${listed} s`);
    for (const { tab: shown, name, from, to } of story.spans) {
      const middle = secondAt(text, (from + to) / 2);
      if (shown !== tab) {
        assert.equal(middle, undefined, `${name} is not in the track of tab ${tab}`);
        continue;
      }
      assert.notEqual(middle, undefined, `${name} is in the track of tab ${tab}`);
      assertColour(await colourAt(file, middle), rgb[name], `tab ${tab}: ${name} at ${middle} s`);
    }
  }
});

test('the whole has everything, without a hole', async () => {
  const facts = await (await native(held.daemon, 'GET', `/sessions/${story.session.id}/recording`)).json();
  assert.equal(facts.state, 'ready');
  assert.deepEqual(facts.tabs.map(({ tab }) => tab), [0, 1]);
  const text = await (await fetch(facts.playlist)).text();
  const shares = facts.tabs.reduce((sum, { durationMs }) => sum + durationMs, 0);
  assert.equal(shares, facts.durationMs, 'the tracks are the whole, cut');
  const file = await download(text, story.folder);
  for (const { name, from, to } of story.spans) assertColour(await colourAt(file, secondAt(text, (from + to) / 2)), rgb[name], name);
  const tab = await fetch(facts.tabs[1].playlist);
  assert.equal(tab.headers.get('greenroom-recording'), 'ready');
  assert.deepEqual(parsePlaylist(await tab.text()).segments.map(({ time }) => time), parsePlaylist(story.pages[1].text).segments.map(({ time }) => time));
});

test('the tracks are cut where the tab changed, to a tenth of a second or two', async () => {
  const markers = await (await native(held.daemon, 'GET', `/sessions/${story.session.id}/markers`)).json();
  const shown = markers.filter(({ kind }) => kind === 'tab.shown');
  assert.deepEqual(shown.map(({ tab }) => tab), [0, 1, 0, 1, 0]);
  const starts = story.pages.flatMap(({ text }) => parsePlaylist(text).segments.map(({ time }) => time));
  for (const { at } of shown.slice(1)) {
    const nearest = Math.min(...starts.map((time) => Math.abs(time - Date.parse(at))));
    assert.ok(nearest < 250, `a segment begins at the change of ${at}: the nearest is ${nearest} ms away`);
  }
});

test('markers are on the replay page, and lead to their moment', async () => {
  const view = await (await native(held.daemon, 'GET', `/sessions/${story.session.id}`)).json();
  const session = await story.sdk.sessions.create({ keepAlive: true });
  const browser = await connectPlaywright(session);
  const page = browser.contexts()[0].pages()[0];
  await page.goto(view.watchUrl);
  const opened = page.locator('#markers li[data-kind="tab.opened"]');
  await opened.nth(1).waitFor({ timeout: 20_000 });
  assert.match(await opened.nth(1).innerText(), /^0:0\d\s+Tab 2 opened$/);
  await page.waitForFunction(() => document.querySelector('video').readyState >= 1);
  await opened.nth(1).locator('button').click();
  const second = await page.evaluate(() => document.querySelector('video').currentTime);
  assert.ok(second > 2 && second < 9, `the video is at ${second} s`);
  await browser.close();
  await release(story.sdk, session);
});

test('a tab that nobody saw has no replay', async () => {
  await rejectionOf(story.sdk.sessions.replays.retrievePage(story.session.id, '7'), 404);
});

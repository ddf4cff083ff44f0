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
  // Shorter than a segment: a track is right only because one begins where the tab changes.
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

/**
 * The colour [r, g, b] that a playlist shows when the clock says `time`; nothing when that is not in it. Looked for in
 * its segment alone: over a hole, every player counts on in its own way.
 */
async function colourWhen(text, time) {
  const lines = text.split(/\r?\n/);
  for (const { url, init, seconds, time: began } of parsePlaylist(text).segments) {
    if (time < began || time >= began + seconds * 1000) continue;
    const alone = [...lines.slice(0, 3), `#EXT-X-MAP:URI="${init}"`, `#EXTINF:${seconds},`, url, '#EXT-X-ENDLIST'];
    const second = Math.min((time - began) / 1000, seconds - 1.5); // ffmpeg does not hold the last picture
    return colourAt(await download(alone.join('\n'), story.folder), second);
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
      for (const time of [from + 500, (from + to) / 2]) {
        const colour = await colourWhen(text, time);
        assert.equal(colour !== undefined, shown === tab, `${name} in the track of tab ${tab}, ${time - from} ms on`);
        if (colour) assertColour(colour, rgb[name], `tab ${tab}: ${name}, ${time - from} ms on`);
      }
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
  for (const { name, from, to } of story.spans) assertColour(await colourWhen(text, (from + to) / 2), rgb[name], name);
  const tab = await fetch(facts.tabs[1].playlist);
  assert.equal(tab.headers.get('greenroom-recording'), 'ready');
  assert.deepEqual(parsePlaylist(await tab.text()).segments.map(({ time }) => time), parsePlaylist(story.pages[1].text).segments.map(({ time }) => time));
});

test('markers are on the replay page, and lead to their moment', async () => {
  const view = await (await native(held.daemon, 'GET', `/sessions/${story.session.id}`)).json();
  const session = await story.sdk.sessions.create({ keepAlive: true });
  const browser = await connectPlaywright(session);
  const page = browser.contexts()[0].pages()[0];
  await page.goto(view.watchUrl);
  const opened = page.locator('#markers li[data-kind="tab.opened"]');
  await opened.nth(1).waitFor({ timeout: 20_000 });
  assert.match(await opened.nth(1).innerText(), /^0:[01]\d\s+Tab 2 opened$/);
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

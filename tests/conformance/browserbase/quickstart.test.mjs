// The first program, from its first line to its replay: the official SDK, Playwright and Puppeteer, a real
// single-page application, and a recording that is decoded and looked at.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { connectPlaywright, connectPuppeteer, rfc3339, sdkFor, uuid } from '../support/client.mjs';
import { useDaemon } from '../support/daemon.mjs';
import { startSite } from '../support/site.mjs';
import { assertColour, colourAt, download, parsePlaylist, probe } from '../support/video.mjs';
import { pause, until } from '../support/wait.mjs';

const held = await useDaemon();
const story = { shown: [] };
const colours = { red: [255, 0, 0], blue: [0, 0, 255], lime: [0, 255, 0], white: [255, 255, 255] };

before(async () => {
  story.site = await startSite();
  story.folder = await mkdtemp(path.join(tmpdir(), 'greenroom-video-'));
});
after(async () => {
  await story.site.close();
  await rm(story.folder, { recursive: true, force: true });
});

// Each step needs the one before it; the first failure ends the story.
function step(name, body) {
  test(name, { skip: false }, async (context) => {
    if (story.broken) return context.skip(`after "${story.broken}" failed`);
    try {
      await body();
    } catch (error) {
      story.broken = name;
      throw error;
    }
  });
}

step('a session is created and can be used at once', async () => {
  story.sdk = sdkFor(held.daemon);
  story.session = await story.sdk.sessions.create({ projectId: 'a-project-of-another-cloud', userMetadata: { story: 'quickstart' } });
  story.usable = Date.now();
  const { session } = story;
  assert.equal(story.sdk.answers.at(-1).status, 201);
  assert.match(session.id, uuid);
  assert.equal(session.status, 'RUNNING');
  assert.equal(session.projectId, 'a-project-of-another-cloud', 'a foreign project is echoed');
  assert.match(session.connectUrl, new RegExp(`^ws://${held.daemon.address.replaceAll('.', '\\.')}/\\?.*signingKey=`));
  assert.ok(!session.connectUrl.includes(held.daemon.key), 'the key is not in the link');
});

step('Playwright connects and finds the default context with one blank page', async () => {
  story.browser = await connectPlaywright(story.session);
  const contexts = story.browser.contexts();
  assert.equal(contexts.length, 1);
  assert.deepEqual(contexts[0].pages().map((page) => page.url()), ['about:blank']);
  story.page = contexts[0].pages()[0];
});

step('the application is opened, clicked, typed into, and its history walked', async () => {
  const { page, site } = story;
  await page.goto(site.url + '/');
  await page.getByTestId('package-item-list').first().waitFor();
  assert.equal(await page.getByTestId('package-item-list').count(), 3);
  await page.getByText('green-room', { exact: true }).first().click();
  await page.getByText('The story of green-room.').waitFor();
  assert.equal(page.url(), `${site.url}/-/web/detail/green-room`);
  await page.goBack();
  await page.getByTestId('package-item-list').first().waitFor();
  assert.equal(page.url(), `${site.url}/`);
  await page.getByPlaceholder('Search Packages').pressSequentially('stage', { delay: 20 });
  await page.getByRole('option', { name: 'stage-door' }).click();
  await page.getByText('The story of stage-door.').waitFor();
  await page.goBack();
  await page.goForward();
  assert.equal(page.url(), `${site.url}/-/web/detail/stage-door`);
  assert.ok(site.requests.includes('GET /-/verdaccio/data/search/stage'), 'the page asked its API');
});

step('a screenshot shows the page', async () => {
  await story.page.goto(`${story.site.url}/stage/colour`);
  await story.page.evaluate(() => window.show('#ff0000'));
  const png = await story.page.screenshot();
  const file = path.join(story.folder, 'shot.png');
  await writeFile(file, png);
  assertColour(await colourAt(file, 0), colours.red, 'the screenshot', 5);
});

step('a second client joins, sees the page, and leaves without harm', async () => {
  const second = await connectPuppeteer(story.session);
  const pages = await second.pages();
  const same = pages.find((page) => page.url() === `${story.site.url}/stage/colour`);
  assert.ok(same, `Puppeteer sees the page among ${pages.map((page) => page.url())}`);
  assert.equal(await same.evaluate('document.title'), 'Colours');
  await second.disconnect();
  assert.equal(await story.page.title(), 'Colours');
});

step('colours are shown at known times', async () => {
  for (const [name, rgb] of Object.entries(colours)) {
    const from = await story.page.evaluate((css) => window.show(css), name);
    await pause(2_500);
    story.shown.push({ name, rgb, from, to: Date.now() });
  }
});

step('the recording plays while the session runs', async () => {
  const list = await story.sdk.sessions.replays.retrieve(story.session.id);
  assert.equal(list.pageCount, 1);
  const playlist = await (await story.sdk.sessions.replays.retrievePage(story.session.id, list.pages[0].pageId)).text();
  const parsed = parsePlaylist(playlist);
  assert.equal(parsed.ended, false, 'a running session has an open playlist');
  assert.ok(parsed.segments.length > 0, 'at least one segment is finished by now');
  const { codec } = await probe(await download(playlist, story.folder));
  assert.equal(codec, 'h264');
});

step('the session is released: COMPLETED, with its end, and so it stays', async () => {
  const closed = new Promise((resolve) => story.browser.once('disconnected', resolve));
  const answer = await story.sdk.sessions.update(story.session.id, { status: 'REQUEST_RELEASE' });
  await closed;
  assert.equal(answer.status, 'COMPLETED');
  assert.match(answer.endedAt, rfc3339);
  assert.ok(!('connectUrl' in answer));
  const again = await story.sdk.sessions.update(story.session.id, { status: 'REQUEST_RELEASE' });
  assert.equal(again.endedAt, answer.endedAt, 'a second release changes nothing');
  story.ended = await story.sdk.sessions.retrieve(story.session.id);
  assert.equal(story.ended.status, 'COMPLETED');
});

step('the log names the requests and the navigations', async () => {
  const logs = await story.sdk.sessions.logs.list(story.session.id);
  const said = logs.map((entry) => `${entry.method} ${JSON.stringify(entry.request?.params ?? {})}`);
  const has = (method, text) => said.some((line) => line.startsWith(method) && line.includes(text));
  assert.ok(has('Network.requestWillBeSent', '/-/verdaccio/data/packages'), 'the request for the list');
  assert.ok(has('Network.requestWillBeSent', '/-/verdaccio/data/search/stage'), 'the request of the search box');
  assert.ok(has('Network.responseReceived', '/-/verdaccio/data/packages'), 'its answer');
  assert.ok(has('Page.', '/stage/colour'), 'the navigation');
  assert.ok(logs.every((entry) => entry.sessionId === story.session.id));
  const times = logs.map((entry) => entry.timestamp);
  assert.deepEqual(times, times.toSorted((a, b) => a - b), 'sorted by time');
});

step('the replay has the right length and shows the right colours at the right seconds', async () => {
  const list = await until('the recording is finished', async () => {
    const { pages } = await story.sdk.sessions.replays.retrieve(story.session.id);
    const text = await (await story.sdk.sessions.replays.retrievePage(story.session.id, pages[0].pageId)).text();
    return parsePlaylist(text).ended && { pages, text };
  }, 20_000);
  const [page] = list.pages;
  assert.equal(page.pageId, '0');
  assert.equal(page.url, `/v1/sessions/${story.session.id}/replays/0`, 'a relative path');
  const playlist = parsePlaylist(list.text);
  story.local = await download(list.text, story.folder);
  const { duration } = await probe(story.local);
  const listed = playlist.segments.reduce((sum, { seconds }) => sum + seconds, 0);
  const wall = (Date.parse(story.ended.endedAt) - story.usable) / 1000;
  const allowed = Math.max(0.02 * wall, 0.3);
  const near = (value, what) => assert.ok(Math.abs(value - wall) <= allowed, `${what}: ${value} s, by the clock ${wall} s`);
  near(listed, 'the playlist');
  near(duration, 'the decoded video');
  near((page.endTimeMs - page.startTimeMs) / 1000, 'the list of replays');
  story.began = playlist.segments[0].time ?? Date.parse(story.session.startedAt) + page.startTimeMs;
  for (const { name, rgb, from, to } of story.shown) {
    const second = ((from + to) / 2 - story.began) / 1000;
    assertColour(await colourAt(story.local, second), rgb, `${name} at ${second.toFixed(2)} s`);
  }
});

step('the recording is downloaded as one MP4 with the same pictures', async () => {
  const asked = await story.sdk.sessions.recording.downloads.create(story.session.id);
  assert.equal(story.sdk.answers.at(-1).status, 202);
  assert.deepEqual(asked.downloads.map(({ pageId, status }) => [pageId, status]), [['0', 'PENDING']]);
  const ready = await until('the download is COMPLETED', async () => {
    const { downloads } = await story.sdk.sessions.recording.downloads.list(story.session.id);
    assert.notEqual(downloads[0].status, 'FAILED');
    return downloads[0].status === 'COMPLETED' && downloads[0];
  }, 20_000, 250);
  assert.match(ready.completedAt, rfc3339);
  const response = await fetch(ready.downloadUrl);
  assert.equal(response.status, 200, 'the link is its own credential');
  assert.match(response.headers.get('content-disposition') ?? '', new RegExp(`${story.session.id}-0\\.mp4`));
  const file = path.join(story.folder, 'recording.mp4');
  await writeFile(file, Buffer.from(await response.arrayBuffer()));
  const { duration, codec } = await probe(file);
  assert.equal(codec, 'h264');
  assert.ok(Math.abs(duration - (await probe(story.local)).duration) < 0.3, `the same length: ${duration}`);
  for (const { name, rgb, from, to } of story.shown) {
    const second = ((from + to) / 2 - story.began) / 1000;
    assertColour(await colourAt(file, second), rgb, `MP4: ${name} at ${second.toFixed(2)} s`);
  }
});

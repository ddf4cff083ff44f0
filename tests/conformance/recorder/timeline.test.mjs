// The timeline of a session: what it tells, what it must never tell, and its exports, read by tools of others.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { greenroom, native } from '../support/cli.mjs';
import { connectPlaywright, connectPuppeteer, release, sdkFor } from '../support/client.mjs';
import { useDaemon } from '../support/daemon.mjs';
import { large, startHappenings } from '../support/happenings.mjs';
import { probe } from '../support/video.mjs';
import { pause, until } from '../support/wait.mjs';

const har = createRequire(import.meta.url)('har-validator');
const held = await useDaemon({ timeline: { console: true } });
const story = {};

before(async () => {
  story.site = await startHappenings();
  story.folder = await mkdtemp(path.join(tmpdir(), 'greenroom-timeline-'));
  story.sdk = sdkFor(held.daemon);
  story.session = await story.sdk.sessions.create({ keepAlive: true });
  const { site } = story;
  const browser = await connectPlaywright(story.session);
  const context = browser.contexts()[0];
  const page = context.pages()[0];
  await page.goto(`${site.url}/login`);
  await page.locator('#name').fill('Ada');
  await page.locator('#password').click();
  await page.keyboard.type('hunter2');
  await page.locator('#password').fill('hunter3-filled');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/login?');
  await page.goto(`${site.url}/login`);
  await context.addCookies([{ name: 'planted', value: 'cookie-hunter3', url: site.url }]);
  await page.evaluate(async () => {
    const headers = { authorization: 'Bearer token-hunter4', 'x-plain': 'seen' };
    await (await fetch('/data', { method: 'POST', headers, body: 'body-hunter5' })).json();
    await fetch('/cut').catch(() => {});
    await fetch('/missing');
    history.pushState({}, '', '/login/pushed');
    console.log('a word of the page', { n: 42 });
    setTimeout(() => { throw new Error('nobody catches this'); });
  });
  page.once('dialog', (dialog) => dialog.accept('dialog-hunter6'));
  await page.evaluate(() => prompt('who?'));
  const download = page.waitForEvent('download');
  await page.locator('#file').click();
  await download;
  const popup = context.waitForEvent('page');
  await page.locator('#next').click();
  const second = await popup;
  await second.waitForLoadState();
  await second.goto(`${site.url}/moved`);
  const puppet = await connectPuppeteer(story.session);
  await pause(200);
  await puppet.disconnect();
  await second.close();
  await page.bringToFront();
  const cdp = await context.newCDPSession(page);
  await Promise.race([cdp.send('Page.crash').catch(() => {}), pause(1_000)]);
  await pause(500);
  await browser.close();
  await release(story.sdk, story.session);
  const { stdout, code, stderr } = await greenroom(held.daemon, 'timeline', story.session.id);
  assert.equal(code, 0, stderr);
  story.text = stdout.toString();
  story.lines = story.text.trimEnd().split('\n').map((line) => JSON.parse(line));
});
after(async () => {
  await story.site.close();
  await rm(story.folder, { recursive: true, force: true });
});

const found = (method, text = '') => story.lines.filter((line) => line.method === method && JSON.stringify(line.params).includes(text));
const one = (method, text) => {
  const all = found(method, text);
  assert.ok(all.length > 0, `${method} ${text ?? ''} among ${[...new Set(story.lines.map((line) => line.method))]}`);
  return all[0];
};

test('one ordered log: numbered without a gap, in the order of time', () => {
  assert.deepEqual(story.lines.map(({ seq }) => seq), story.lines.map((_, index) => index + 1));
  const times = story.lines.map(({ time }) => Date.parse(time));
  assert.deepEqual(times, times.toSorted((a, b) => a - b));
});

test('navigations, pushState too', () => {
  assert.equal(one('Page.frameNavigated', '/login').page, 0);
  one('Page.navigatedWithinDocument', '/login/pushed');
  const addresses = found('tab.navigated').filter(({ page }) => page === 0).map(({ params }) => params.url);
  assert.ok(addresses.includes(`${story.site.url}/login`) && addresses.includes(`${story.site.url}/login/pushed`), `${addresses}`);
});

test('requests, answers and failures, with sizes and times', () => {
  const request = one('Network.requestWillBeSent', '/data');
  assert.equal(request.params.request.method, 'POST');
  assert.equal(request.params.request.headers['x-plain'], 'seen');
  const id = request.params.requestId;
  const response = story.lines.find((line) => line.method === 'Network.responseReceived' && line.params.requestId === id);
  assert.equal(response.params.response.status, 200);
  assert.ok(response.params.response.timing.receiveHeadersEnd >= 0);
  const end = story.lines.find((line) => line.method === 'Network.loadingFinished' && line.params.requestId === id);
  assert.equal(end.params.decodedLength, JSON.stringify({ large }).length);
  assert.ok(end.params.encodedDataLength > 0 && end.params.encodedDataLength < end.params.decodedLength);
  const cut = one('Network.requestWillBeSent', '/cut').params.requestId;
  assert.ok(found('Network.loadingFailed', cut).length === 1, 'the cut connection');
});

test('downloads, dialogs, crashes', () => {
  one('Page.downloadWillBegin', 'play.bin');
  one('Page.downloadProgress', 'completed');
  one('Page.javascriptDialogOpening', 'who?');
  one('Page.javascriptDialogClosed');
  one('Inspector.targetCrashed');
  one('tab.crashed');
});

test('tabs, clients and API actions are markers', () => {
  assert.deepEqual(found('tab.opened').map(({ page }) => page), [0, 1]);
  const shown = found('tab.shown').map(({ page }) => page);
  assert.deepEqual(shown.slice(0, 3), [0, 1, 0], 'first, popup, back again');
  assert.equal(one('tab.closed').page, 1);
  assert.deepEqual(found('client.joined').map(({ params }) => params.client), [1, 2]);
  assert.equal(found('client.left').length >= 1, true);
  assert.deepEqual(story.lines.filter(({ method }) => method.startsWith('api.')).map(({ method }) => method), ['api.create', 'api.end']);
  assert.equal(one('session.ended').params.reason, 'requested');
  assert.ok(story.lines.every(({ kind, method }) => (kind === 'marker') === /^[a-z]/.test(method)));
});

test('commands that act, with their target', () => {
  const navigate = one('Page.navigate', '/login');
  assert.equal(navigate.kind, 'command');
  assert.equal(navigate.target, one('tab.opened').target);
  const press = one('Input.dispatchMouseEvent');
  assert.equal(press.params.type, 'mousePressed');
  assert.ok(press.params.x > 0 && press.page === 0);
  const keys = found('Input.dispatchKeyEvent');
  assert.ok(keys.length >= 8, `seven letters and Enter: ${keys.length}`);
  assert.ok(keys.some(({ params }) => params.key === 'Enter'));
  assert.equal(found('Input.dispatchMouseEvent').filter(({ params }) => params.type === 'mouseMoved').length, 0);
});

test('console and exceptions, because this daemon was told to', () => {
  one('Runtime.consoleAPICalled', 'a word of the page');
  one('Runtime.exceptionThrown', 'nobody catches this');
});

test('no secret is in it: cookies, authorisation, bodies, typed texts, answers to dialogs', async () => {
  assert.doesNotMatch(story.text, /hunter\d/);
  const archive = await (await native(held.daemon, 'GET', `/sessions/${story.session.id}/har`)).text();
  assert.doesNotMatch(archive, /hunter\d/);
  assert.match(archive, /\[masked\]/);
});

test('the HAR is one: a validator of others takes it, and it tells what the server saw', async () => {
  const file = path.join(story.folder, 'session.har');
  const { code, stderr } = await greenroom(held.daemon, 'har', story.session.id, '-o', file);
  assert.equal(code, 0, stderr);
  const archive = JSON.parse(await readFile(file, 'utf8'));
  await har.har(archive).catch(({ errors }) => assert.fail(JSON.stringify(errors?.slice(0, 3))));
  const { entries, pages } = archive.log;
  const told = new Set(entries.map(({ request }) => `${request.method} ${request.url.replace(story.site.url, '')}`).filter((line) => / \//.test(line)));
  // Chromium asks again by itself when a connection is cut, and its downloads belong to no page's network.
  const seen = new Set(story.site.requests.filter((line) => line !== 'GET /file'));
  assert.deepEqual([...told].toSorted(), [...seen].toSorted(), 'every request the server saw, and no other');
  const data = entries.find(({ request }) => request.url.endsWith('/data'));
  assert.equal(data.response.status, 200);
  assert.equal(data.response.content.size, JSON.stringify({ large }).length);
  assert.equal(data.response.content.mimeType, 'application/json');
  assert.ok(data.time > 0 && data.timings.wait >= 0);
  const moved = entries.find(({ request }) => request.url.endsWith('/moved'));
  assert.equal(moved.response.status, 302);
  assert.equal(moved.response.redirectURL, `${story.site.url}/second?from=moved`);
  assert.deepEqual(entries.find(({ request }) => request.url.includes('from=moved')).request.queryString, [{ name: 'from', value: 'moved' }]);
  assert.ok(entries.find(({ request }) => request.url.endsWith('/cut')).response._error);
  assert.ok(pages.some(({ title, pageTimings }) => title.endsWith('/login') && pageTimings.onLoad > 0));
  assert.ok(entries.every(({ pageref }) => pages.some(({ id }) => id === pageref)));
});

test('the validator would have noticed', async () => {
  const broken = { log: { version: '1.2', creator: { name: 'x', version: '1' }, entries: [{ request: {} }] } };
  await assert.rejects(har.har(broken));
});

test('the timeline comes in parts, and only to who may see the session', async () => {
  const lines = async (query) => (await (await native(held.daemon, 'GET', `/sessions/${story.session.id}/timeline?${query}`)).text()).trimEnd().split('\n').filter(Boolean).map((line) => JSON.parse(line).seq);
  assert.deepEqual(await lines('after=5&limit=3'), [6, 7, 8]);
  assert.deepEqual(await lines(`after=${story.lines.length}`), []);
  assert.equal((await native(held.daemon, 'GET', `/sessions/${story.session.id}/timeline?after=x`)).status, 400);
  for (const what of ['timeline', 'har', 'markers', 'recording', 'recording.mp4', 'dom']) {
    const response = await fetch(`${held.daemon.baseURL}/greenroom/v1/sessions/${story.session.id}/${what}`);
    assert.equal(response.status, 401, what);
    assert.equal((await native(held.daemon, 'GET', `/sessions/6f1d6d2e-0000-4000-8000-000000000000/${what}`)).status, 404, what);
  }
});

test('greenroom replay saves the MP4', async () => {
  const file = path.join(story.folder, 'out.mp4');
  const { code, stdout, stderr } = await greenroom(held.daemon, 'replay', story.session.id, '-o', file);
  assert.equal(code, 0, stderr);
  assert.equal(stderr, '', 'no bar where nobody looks');
  assert.match(stdout.toString(), /out\.mp4, \d/);
  const { codec, duration } = await probe(file);
  assert.equal(codec, 'h264');
  const { startedAt, endedAt } = await story.sdk.sessions.retrieve(story.session.id);
  const lasted = (Date.parse(endedAt) - Date.parse(startedAt)) / 1000;
  assert.ok(duration > lasted - 0.5 && duration < lasted + 0.5, `${duration} s of ${lasted} s`);
  assert.deepEqual((await readdir(story.folder)).filter((name) => name.endsWith('.partial')), []);
});

test('the commands say what is wrong', async () => {
  const unknown = '6f1d6d2e-0000-4000-8000-000000000000';
  for (const command of ['replay', 'timeline', 'har']) {
    const missing = await greenroom(held.daemon, command, unknown, '-o', path.join(story.folder, 'none'));
    assert.equal(missing.code, 1);
    assert.match(missing.stderr, /no such session/);
    assert.equal((await greenroom(held.daemon, command, 'x')).code, 2);
    const nowhere = await greenroom(held.daemon, command, story.session.id, '-o', '/nowhere/at/all');
    assert.equal(nowhere.code, 1, command);
    assert.match(nowhere.stderr, /\/nowhere\/at\/all/);
  }
  const running = await story.sdk.sessions.create({ keepAlive: true });
  const early = await greenroom(held.daemon, 'replay', running.id, '-o', path.join(story.folder, 'early.mp4'));
  assert.equal(early.code, 1);
  assert.match(early.stderr, /still being recorded; end it first/);
  await release(story.sdk, running);
  const off = await story.sdk.sessions.create({ browserSettings: { recordSession: false, logSession: false } });
  await release(story.sdk, off);
  const none = await greenroom(held.daemon, 'replay', off.id);
  assert.match(none.stderr, /was not recorded/);
  assert.deepEqual(await story.sdk.sessions.logs.list(off.id), []);
  assert.deepEqual((await readdir(story.folder)).filter((name) => /early|none/.test(name)), [], 'nothing is left of what failed');
});

test('a session that declined its log keeps its tabs and clients, and no address', async () => {
  const session = await story.sdk.sessions.create({ browserSettings: { logSession: false } });
  const browser = await connectPlaywright(session);
  await browser.contexts()[0].pages()[0].goto(`${story.site.url}/second`);
  await browser.close();
  await until('it ended', async () => (await story.sdk.sessions.retrieve(session.id)).status === 'COMPLETED');
  const text = await (await native(held.daemon, 'GET', `/sessions/${session.id}/timeline`)).text();
  assert.match(text, /"tab\.navigated"/);
  assert.ok(!text.includes('/second'), text);
  assert.deepEqual(await story.sdk.sessions.logs.list(session.id), []);
});

test('delete-now deletes: the row, the log, the files', async () => {
  const folder = path.join(held.daemon.data, 'recordings', story.session.id);
  assert.ok((await readdir(folder)).length > 0);
  const { code, stderr } = await greenroom(held.daemon, 'sessions', 'delete', story.session.id);
  assert.equal(code, 0, stderr);
  await assert.rejects(readdir(folder), { code: 'ENOENT' });
  assert.equal((await native(held.daemon, 'GET', `/sessions/${story.session.id}`)).status, 404);
  for (const name of ['greenroom.db', 'greenroom.db-wal']) {
    const bytes = await readFile(path.join(held.daemon.data, name));
    assert.ok(!bytes.includes('/login/pushed'), `${name} still knows where the session was`);
  }
  const running = await story.sdk.sessions.create({ keepAlive: true });
  assert.equal((await native(held.daemon, 'DELETE', `/sessions/${running.id}/data`)).status, 409);
  await release(story.sdk, running);
});

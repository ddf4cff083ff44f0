// Sessions and projects field by field, and every answer held against the SDK's own types.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { call, connectPlaywright, release, rfc3339, sdkFor, uuid } from '../support/client.mjs';
import { useDaemon } from '../support/daemon.mjs';
import { startSite } from '../support/site.mjs';
import { typeErrors } from '../support/types.mjs';
import { until } from '../support/wait.mjs';

const held = await useDaemon({ limits: { sessions: 6 } });
const captured = [];
const modules = '@browserbasehq/sdk/resources/';
let sdk;
let site;

before(async () => {
  sdk = sdkFor(held.daemon);
  site = await startSite();
});
after(() => site.close());

/** Notes an answer for the type check at the end of the file. */
function typed(type, module, value) {
  captured.push({ type, from: modules + module, value });
  return value;
}

async function inSession(params, body) {
  const session = await sdk.sessions.create(params);
  try {
    return await body(session);
  } finally {
    await release(sdk, session);
  }
}

test('create answers every field, 201, and CDP can be used at once', async () => {
  await inSession({}, async (session) => {
    typed('SessionCreateResponse', 'sessions/sessions', session);
    assert.equal(sdk.answers.at(-1).status, 201);
    assert.match(session.id, uuid);
    for (const field of ['createdAt', 'updatedAt', 'startedAt', 'expiresAt']) assert.match(session[field], rfc3339, field);
    assert.equal(session.status, 'RUNNING');
    assert.equal(session.keepAlive, false);
    assert.equal(session.proxyBytes, 0);
    assert.equal(session.region, 'us-west-2');
    assert.ok(!('endedAt' in session) && !('userMetadata' in session) && !('contextId' in session), 'absent, not null');
    assert.ok(Object.values(session).every((value) => value !== null));
    assert.equal(new URL(session.connectUrl).searchParams.get('signingKey'), session.signingKey);
    assert.match(session.seleniumRemoteUrl, /^http:\/\/.*\/webdriver$/);
    const browser = await connectPlaywright(session);
    assert.equal(await browser.contexts()[0].pages()[0].evaluate('1 + 1'), 2);
    await browser.close();
  });
});

test('what was asked for is kept: timeout, keepAlive, region, metadata, project', async () => {
  const userMetadata = { suite: 'kept', nested: { a: '1' }, number: 2 };
  const asked = { projectId: 'p-of-mine', keepAlive: true, region: 'eu-central-1', userMetadata, timeout: 120 };
  await inSession(asked, async (session) => {
    assert.equal(session.keepAlive, true);
    assert.equal(session.region, 'eu-central-1');
    assert.equal(session.projectId, 'p-of-mine');
    assert.deepEqual(session.userMetadata, userMetadata);
    const lifetime = Date.parse(session.expiresAt) - Date.parse(session.startedAt);
    assert.ok(Math.abs(lifetime - 120_000) < 1_000, `expires ${lifetime} ms after its start`);
  });
});

test('unknown members are ignored and named; the viewport is honoured', async () => {
  const settings = { viewport: { width: 1000, height: 640 }, solveCaptchas: true, size: 'small', fingerprint: { devices: ['desktop'] } };
  await inSession({ browserSettings: settings, scheduleModeOfTomorrow: true }, async (session) => {
    const { headers } = sdk.answers.at(-1);
    assert.match(headers.get('greenroom-ignored') ?? '', /solveCaptchas|fingerprint|size/);
    const browser = await connectPlaywright(session);
    const page = browser.contexts()[0].pages()[0];
    assert.deepEqual(await page.evaluate('[innerWidth, innerHeight]'), [1000, 640]);
    await browser.close();
  });
});

test('get has the connection fields while it runs; list and update never have', async () => {
  await inSession({ keepAlive: true, userMetadata: { suite: 'get' } }, async (session) => {
    const got = typed('SessionRetrieveResponse', 'sessions/sessions', await sdk.sessions.retrieve(session.id));
    assert.equal(got.id, session.id);
    assert.match(got.connectUrl, /^ws:/);
    const listed = typed('SessionListResponse', 'sessions/sessions', await sdk.sessions.list());
    const mine = listed.find(({ id }) => id === session.id);
    assert.ok(mine, 'the list has it');
    assert.ok(!('connectUrl' in mine) && !('signingKey' in mine));
    assert.deepEqual(mine.userMetadata, { suite: 'get' });
    const updated = typed('Session', 'sessions/sessions', await release(sdk, session));
    assert.ok(!('connectUrl' in updated));
  });
});

test('list filters by status and by metadata', async () => {
  await inSession({ keepAlive: true, userMetadata: { play: { act: 'two' }, who: 'list' } }, async (session) => {
    const ids = async (query) => (await sdk.sessions.list(query)).map(({ id }) => id);
    assert.ok((await ids({ status: 'RUNNING' })).includes(session.id));
    assert.ok(!(await ids({ status: 'COMPLETED' })).includes(session.id));
    assert.deepEqual(await ids({ q: "user_metadata['who']:'list'" }), [session.id]);
    assert.deepEqual(await ids({ q: "user_metadata['play']['act']:'two'" }), [session.id]);
    assert.deepEqual(await ids({ q: "user_metadata['who']:'nobody'" }), []);
    await release(sdk, session);
    assert.ok((await ids({ status: 'COMPLETED' })).includes(session.id));
  });
});

test('debug names the real pages by their target ids; 410 after the end', async () => {
  await inSession({ keepAlive: true }, async (session) => {
    const browser = await connectPlaywright(session);
    const page = browser.contexts()[0].pages()[0];
    await page.goto(`${site.url}/stage/named?name=debugged`);
    const live = typed('SessionLiveURLs', 'sessions/sessions', await sdk.sessions.debug(session.id));
    assert.equal(live.pages.length, 1);
    const { targetInfo } = await (await page.context().newCDPSession(page)).send('Target.getTargetInfo');
    assert.equal(live.pages[0].id, targetInfo.targetId);
    assert.equal(live.pages[0].title, 'debugged');
    assert.equal(live.pages[0].url, `${site.url}/stage/named?name=debugged`);
    assert.match(live.wsUrl, /^ws:\/\//);
    for (const url of [live.debuggerUrl, live.debuggerFullscreenUrl, live.pages[0].debuggerUrl]) {
      assert.ok(url.includes('?'), `apps append &navbar=false: ${url}`);
      assert.ok(!url.includes(held.daemon.key), 'no key in a link');
      const view = await fetch(`${url}&navbar=false`);
      assert.equal(view.status, 200);
      assert.equal(view.headers.get('x-frame-options'), null, 'it may be framed');
      await view.arrayBuffer();
    }
    await browser.close();
    await release(sdk, session);
    await assert.rejects(sdk.sessions.debug(session.id), ({ status }) => status === 410);
  });
});

test('logs are typed, timed, and tell requests and navigations', async () => {
  await inSession({ keepAlive: true }, async (session) => {
    const browser = await connectPlaywright(session);
    await browser.contexts()[0].pages()[0].goto(`${site.url}/stage/busy`);
    await browser.contexts()[0].pages()[0].locator('li').nth(2).waitFor();
    const logs = await until('the log has the request of the page', async () => {
      const list = await sdk.sessions.logs.list(session.id);
      return list.some((entry) => JSON.stringify(entry).includes('from=busy')) && list;
    });
    typed('LogListResponse', 'sessions/logs', logs);
    for (const entry of logs) {
      if (entry.request) assert.deepEqual(JSON.parse(entry.request.rawBody), entry.request.params, 'rawBody is the text of params');
      assert.ok(Math.abs(entry.timestamp - Date.now()) < 120_000, 'milliseconds since the epoch');
      assert.ok(Number.isInteger(entry.pageId) && entry.pageId >= 0);
    }
    assert.ok(logs.some(({ method, request }) => method.startsWith('Page.') && JSON.stringify(request).includes('/stage/busy')), 'the navigation');
    await browser.close();
  });
});

test('logSession:false leaves no log; recordSession:false leaves no replay', async () => {
  const session = await sdk.sessions.create({ browserSettings: { logSession: false, recordSession: false } });
  const browser = await connectPlaywright(session);
  await browser.contexts()[0].pages()[0].goto(`${site.url}/stage/busy`);
  await browser.close();
  await release(sdk, session);
  assert.deepEqual(await sdk.sessions.logs.list(session.id), []);
  await assert.rejects(sdk.sessions.replays.retrieve(session.id), ({ status }) => status === 404);
  await assert.rejects(sdk.sessions.recording.downloads.create(session.id), ({ status }) => status === 422);
});

test('replays and recording downloads have their types', async () => {
  const session = await sdk.sessions.create({});
  const browser = await connectPlaywright(session);
  await browser.contexts()[0].pages()[0].goto(`${site.url}/stage/moving`);
  const before = await sdk.sessions.recording.downloads.create(session.id).catch((error) => error);
  assert.equal(before.status, 409, 'not while it runs');
  await until('two seconds are recorded', async () => {
    const { pages } = await sdk.sessions.replays.retrieve(session.id);
    return pages[0]?.endTimeMs > 2_000;
  });
  await browser.close();
  await release(sdk, session);
  typed('ReplayRetrieveResponse', 'sessions/replays', await sdk.sessions.replays.retrieve(session.id));
  typed('DownloadListResponse', 'sessions/recording/downloads', await sdk.sessions.recording.downloads.list(session.id));
  typed('DownloadCreateResponse', 'sessions/recording/downloads', await sdk.sessions.recording.downloads.create(session.id));
  const done = await until('the MP4 is ready', async () => {
    const list = await sdk.sessions.recording.downloads.list(session.id);
    return list.downloads[0].status === 'COMPLETED' && list;
  });
  typed('DownloadListResponse', 'sessions/recording/downloads', done);
  const other = await sdk.sessions.recording.downloads.list(session.id);
  assert.equal(other.downloads[0].status, 'COMPLETED');
  const playlist = await sdk.sessions.replays.retrievePage(session.id, '0');
  assert.match(playlist.headers.get('content-type'), /application\/vnd\.apple\.mpegurl/);
});

test('projects: list, get, usage', async () => {
  const [project, ...others] = typed('ProjectListResponse', 'projects', await sdk.projects.list());
  assert.ok(project && others.length === 0, 'one project');
  assert.deepEqual(typed('Project', 'projects', await sdk.projects.retrieve(project.id)), project);
  assert.ok(project.defaultTimeout >= 60 && project.defaultTimeout <= 21_600);
  assert.equal(project.concurrency, 6, 'the configured limit');
  const usage = typed('ProjectUsage', 'projects', await sdk.projects.usage(project.id));
  assert.ok(Number.isInteger(usage.browserMinutes) && Number.isInteger(usage.proxyBytes));
});

test('the dialect is mounted at its prefix too', async () => {
  const prefixed = sdkFor(held.daemon, { prefix: '/browserbase/' });
  const session = await prefixed.sessions.create({ keepAlive: true });
  assert.equal((await prefixed.sessions.retrieve(session.id)).status, 'RUNNING');
  const browser = await connectPlaywright(session);
  assert.equal(browser.contexts().length, 1);
  await browser.close();
  assert.equal((await release(prefixed, session)).status, 'COMPLETED');
});

test('every answer carries a request id, and unknown query parameters do no harm', async () => {
  const response = await call(held.daemon, 'GET', '/v1/sessions?limit=3&whatever=1');
  assert.equal(response.status, 200);
  assert.ok(response.headers.get('x-request-id'), 'x-request-id');
  assert.ok(Array.isArray(await response.json()));
});

test("every answer fits the SDK's declarations", async () => {
  assert.ok(captured.length >= 12, `${captured.length} answers were captured`);
  assert.deepEqual(await typeErrors(captured), []);
});

// The wire itself: both framings of a stream, refusals, all the ways to name a browser, replays, sessions that
// other APIs made. By plain HTTP, as the generated SDKs send it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { connectPlaywright, sdkFor, uuid } from '../support/client.mjs';
import { useDaemon } from '../support/daemon.mjs';
import { ask, dataOf, refusal, Session, startPages } from './client.mjs';

const held = await useDaemon({ limits: { sessions: 8 } });
let site, session;
before(async () => {
  site = await startPages({ '/': '<!doctype html><title>One</title><button onclick="this.textContent = \'Pressed\'">Press</button><input type="password" id="secret"><input id="word">', '/two': '<!doctype html><title>Two</title><p>Two' });
  session = await Session.start(held.daemon);
});
after(() => site.close());

const action = { selector: 'xpath=//button', description: 'the button', method: 'click', arguments: [] };

/** The events of a stream, checked for the framing. */
async function events(response, named) {
  assert.equal(response.status, 200);
  assert.match(response.headers.get('content-type'), /^text\/event-stream/);
  const text = await response.text();
  assert.ok(text.endsWith('\n\n'));
  return text.slice(0, -2).split('\n\n').map((block) => {
    const lines = block.split('\n');
    assert.equal(lines.length, named ? 2 : 1, block);
    const data = lines.at(-1);
    assert.ok(data.startsWith('data: '), block);
    const event = JSON.parse(data.slice(6));
    assert.deepEqual(Object.keys(event), ['data', 'type', 'id']);
    assert.match(event.id, uuid);
    if (named) assert.equal(lines[0], `event: ${event.data.status}`);
    assert.ok(data.startsWith(`data: {"data":{"status":"${event.data.status}"`), 'old clients look for the status first');
    return event;
  });
}

test('a session is started by a new browser, a known session or a CDP address of ours', async () => {
  assert.equal(session.data.available, true);
  assert.match(session.data.cdpUrl, /^ws:/);
  const known = await Session.start(held.daemon, { browserbaseSessionID: session.id });
  assert.equal(known.id, session.id);
  const addressed = await Session.start(held.daemon, { browser: { type: 'local', cdpUrl: session.data.cdpUrl } });
  assert.equal(addressed.id, session.id);
  assert.equal(addressed.data.cdpUrl, session.data.cdpUrl);
  const local = await Session.start(held.daemon, { browser: { type: 'local', launchOptions: { headless: true, viewport: { width: 800, height: 600 } } } });
  assert.notEqual(local.id, session.id);
  const bare = await Session.start(held.daemon, { browser: { type: 'local' } });
  for (const one of [local, bare]) assert.deepEqual(await (await one.end()).json(), { success: true });
  await refusal(await ask(held.daemon, 'POST', '/v1/sessions/start', { body: { modelName: 'openai/x', browser: { type: 'local', cdpUrl: 'ws://127.0.0.1:9222/devtools/browser/x' } } }), 501);
});

test('Playwright drives the address that start answers', async () => {
  const browser = await connectPlaywright({ connectUrl: session.data.cdpUrl });
  const page = browser.contexts()[0].pages()[0];
  await page.goto(site.url);
  assert.equal(await page.title(), 'One');
  assert.match(await session.text(), /button: Press/);
  await browser.close();
  assert.match(await session.text(), /button: Press/, 'the session outlives its client');
});

test('streams are framed as each client wants them', async () => {
  await session.goto(site.url);
  const stream = (options) => session.call('act', { input: action, streamResponse: true }, options);
  for (const [options, named] of [
    [{ headers: { 'x-language': 'typescript' } }, false],
    [{ stainless: '3.12.9' }, false],
    [{ stainless: '3.13.0', headers: { 'x-language': 'python' } }, true],
    [{ stainless: '3.19.5' }, true],
    [{}, true],
  ]) {
    const list = await events(await stream(options), named);
    const words = list.map(({ data }) => data.status);
    assert.deepEqual(words.filter((word) => word !== 'running'), ['starting', 'connected', 'finished'], JSON.stringify(options));
    const { data } = list.at(-1);
    assert.deepEqual(Object.keys(data), ['status', 'result', 'actionId']);
    assert.equal(data.result.success, true);
    assert.equal(typeof list.find(({ type }) => type === 'log').data.message.message, 'string', 'a line of the log is an object');
  }
  const byHeader = await session.call('act', { input: action }, { headers: { 'x-stream-response': 'true' } });
  assert.match(byHeader.headers.get('content-type'), /event-stream/);
  await byHeader.text();
  const byBody = await session.call('act', { input: action, streamResponse: false }, { headers: { 'x-stream-response': 'true' } });
  assert.equal((await dataOf(byBody)).result.success, true, 'the body wins');
  const failed = await events(await session.call('navigate', { url: 'nowhere', streamResponse: true }), true);
  assert.equal(failed.at(-1).data.status, 'error');
  assert.match(failed.at(-1).data.error, /Cannot navigate to invalid URL/);
});

test('refusals have the API’s shapes and are never sent again', async () => {
  const start = (body) => ask(held.daemon, 'POST', '/v1/sessions/start', { body });
  const nobody = '00000000-0000-4000-8000-000000000000';
  const broken = await refusal(await start('{'), 400);
  assert.match(broken.error, /not valid JSON/);
  assert.equal((await refusal(await start({}), 400)).error, 'Request validation failed');
  assert.equal((await refusal(await start({ modelName: 'foo/bar' }), 400)).message, 'Invalid provider: foo');
  const cdpUrl = await refusal(await start({ modelName: 'openai/x', browser: { type: 'browserbase', cdpUrl: 'ws://x' } }), 400);
  assert.deepEqual(cdpUrl.issues[0].path, ['browser', 'cdpUrl']);
  await refusal(await start({ modelName: 'openai/x', browser: { type: 'local', launchOptions: { args: ['--x'] } } }), 501);
  await refusal(await start({ modelName: 'openai/x', browser: { type: 'local', launchOptions: { unknown: 1 } } }), 400);
  assert.equal((await refusal(await ask(held.daemon, 'POST', `/v1/sessions/${nobody}/act`, { body: { input: action } }), 404)).message, 'Session not found');
  assert.equal((await refusal(await ask(held.daemon, 'GET', `/v1/sessions/${nobody}/replay`), 404)).success, false);
  assert.equal((await refusal(await ask(held.daemon, 'POST', `/v1/sessions/${nobody}/end`), 404)).success, false);
  assert.equal((await refusal(await ask(held.daemon, 'POST', `/v1/sessions/${session.id}/end`, { body: { now: true } }), 400)).message, 'Request body must be empty');
  assert.equal((await refusal(await session.call('navigate', { url: 5 }), 400)).issues[0].path[0], 'url');
  await refusal(await session.call('act', {}), 400);
  await refusal(await session.call('act', { input: action }, { headers: { 'x-stream-response': 'yes' } }), 400);
  assert.equal((await refusal(await session.call('act', { input: action, frameId: 'F'.repeat(32) }), 500)).message, 'Page not found');
  assert.equal((await refusal(await ask(held.daemon, 'POST', '/v1/sessions/start', { body: {}, key: 'not-a-key' }), 401)).message, 'Unauthorized');
  await refusal(await session.call('navigate', { url: 'file:///etc/passwd' }), 403);
  const unknown = await (await ask(held.daemon, 'GET', '/stagehand/v1/nope')).json();
  assert.equal(unknown.error, 'Not Found');
  for (const [name, body] of [['act', { input: 'press it' }], ['observe', {}], ['extract', { instruction: 'all' }], ['agentExecute', { agentConfig: {}, executeOptions: { instruction: 'go' } }]])
    assert.match((await refusal(await session.call(name, { ...body, streamResponse: true }), 501)).message, /^No model is configured/, name);
});

test('a navigation that takes too long says so', async () => {
  const late = await refusal(await session.call('navigate', { url: `${site.url}/`, options: { timeout: 1 } }), 500);
  assert.match(late.message, /timed out|Lifecycle wait/i);
});

test('a replay tells what was done, page by page, and no secret', async () => {
  const own = await Session.start(held.daemon);
  await own.goto(`${site.url}/`);
  await own.do('click', 'xpath=//button');
  const filled = await dataOf(await own.call('act', { input: { selector: '#word', description: 'word', method: 'fill', arguments: ['%who%'] }, options: { variables: { who: 'a-secret-value' }, model: { modelName: 'openai/x', apiKey: 'sk-secret' } } }));
  assert.deepEqual(filled.result.actions[0].arguments, ['%who%']);
  await own.do('fill', '#secret', 'a-password');
  await own.text();
  await own.goto(`${site.other}/two`);
  await own.act('click', 'xpath=//nothing');
  assert.equal((await own.end()).status, 200);
  await refusal(await own.end(), 404);
  const replay = await own.replay();
  assert.deepEqual(replay.pages.map(({ url }) => url), ['127.0.0.1', 'localhost']);
  assert.deepEqual(replay.pages.map(({ actions }) => actions.map(({ method }) => method)), [['navigate', 'act', 'act', 'act', 'extract'], ['navigate', 'act']]);
  for (const page of replay.pages) {
    assert.equal(page.timestamp, page.actions[0].timestamp);
    assert.ok(page.duration >= 0);
    for (const each of page.actions) {
      assert.ok(each.endTime >= each.timestamp);
      assert.equal(typeof each.parameters, 'object');
      assert.equal(typeof each.result, 'object');
    }
  }
  const [first] = replay.pages;
  assert.deepEqual(first.actions[1].tokenUsage, { inputTokens: 0, outputTokens: 0, timeMs: 0 });
  assert.equal(first.actions[0].tokenUsage, undefined);
  assert.deepEqual(first.actions[2].result.actions[0].arguments, ['who:redacted']);
  // What is read off a page afterwards is what the page shows, as in the video; a password it does not show.
  const acts = JSON.stringify(replay.pages.map(({ actions }) => actions.filter(({ method }) => method !== 'extract')));
  for (const secret of ['a-secret-value', 'sk-secret', 'a-password']) assert.ok(!acts.includes(secret), `${secret} in ${acts}`);
  for (const secret of ['sk-secret', 'a-password']) assert.ok(!JSON.stringify(replay).includes(secret), secret);
});

test('calls work on a session that another API made, and its replay tells what Playwright did', async () => {
  const made = await sdkFor(held.daemon).sessions.create({});
  const browser = await connectPlaywright(made);
  const page = browser.contexts()[0].pages()[0];
  await page.goto(`${site.url}/`);
  const other = await Session.start(held.daemon, { browserbaseSessionID: made.id });
  await other.do('click', 'xpath=//button');
  assert.equal(await page.textContent('button'), 'Pressed');
  await page.fill('#word', 'by hand');
  await page.click('button');
  const { pages } = await other.replay();
  const methods = pages.flatMap(({ actions }) => actions.map(({ method }) => method));
  assert.ok(methods.includes('act'), methods.join());
  await browser.close();
});

test('health is told without a key', async () => {
  for (const path of ['/healthz', '/readyz', '/health', '/stagehand/readyz']) assert.equal((await ask(held.daemon, 'GET', path, { key: null })).status, 200, path);
  assert.equal(await (await ask(held.daemon, 'GET', '/stagehand/readyz', { key: null })).text(), 'Ready');
});

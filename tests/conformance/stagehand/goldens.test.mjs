// The golden pairs' requests are what the official client sends (start, navigate, act, extract, end), and what the
// generated ones send as their sources say. Answers with an id that is new each time are not among them.
// GREENROOM_WRITE_GOLDENS=1 ./node --test stagehand/goldens.test.mjs writes the requests anew.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { capture, key, nobody, readPairs, session, startListener, writeRequests } from '../support/pairs.mjs';

const listener = await startListener();
after(() => listener.close());
process.env.STAGEHAND_API_URL = listener.url;
process.env.BROWSERBASE_BASE_URL = listener.url;
const { Stagehand } = await import('@browserbasehq/stagehand');

const npm = (options) => () => new Stagehand({ env: 'BROWSERBASE', apiKey: key, model: 'openai/gpt-4.1', verbose: 0, disablePino: true, ...options }).init();
const python = (method, address, body) => () =>
  fetch(listener.url + address, {
    method,
    headers: { 'x-bb-api-key': key, 'x-language': 'python', 'x-sdk-version': '3.19.5', accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
const of = (name, body, id = session) => python('POST', `/v1/sessions/${id}/${name}`, body);
const model = { modelName: 'openai/gpt-4.1' };
const action = { selector: 'xpath=//a', description: 'a link', method: 'click', arguments: [] };

const asks = [
  { name: 'start', ask: npm({}) },
  { name: 'start with options', ask: npm({ systemPrompt: 'Be brief', selfHeal: false, browserbaseSessionCreateParams: { projectId: 'another', region: 'eu-central-1', keepAlive: true, timeout: 600, browserSettings: { viewport: { width: 900, height: 700 } }, userMetadata: { a: 'b' } } }) },
  { name: 'start with a known session', given: 'running', ask: npm({ browserbaseSessionID: session }) },
  { name: 'start with a session that has ended', given: 'ended', ask: npm({ browserbaseSessionID: session }) },
  { name: 'start as Python does', ask: python('POST', '/v1/sessions/start', { ...model, browser: { type: 'local', launchOptions: { headless: true, viewport: { width: 800, height: 600 }, locale: 'de-AT', executablePath: '/usr/bin/chromium' } }, verbose: 1 }) },
  { name: 'start with another browser\'s address', ask: python('POST', '/v1/sessions/start', { ...model, browser: { type: 'local', cdpUrl: 'ws://127.0.0.1:9222/devtools/browser/1' } }) },
  { name: 'start with switches', ask: python('POST', '/v1/sessions/start', { ...model, browser: { type: 'local', launchOptions: { args: ['--incognito'] } } }) },
  { name: 'start with an unknown launch option', ask: python('POST', '/v1/sessions/start', { ...model, browser: { type: 'local', launchOptions: { speed: 11 } } }) },
  { name: 'start with an unknown provider', ask: python('POST', '/v1/sessions/start', { modelName: 'nobody/x' }) },
  { name: 'start without a model', ask: python('POST', '/v1/sessions/start', {}) },
  { name: 'start with broken JSON', ask: python('POST', '/v1/sessions/start', '{') },
  { name: 'start at the limit', fail: { call: 'create', code: 'limit_reached', detail: '20' }, ask: npm({}) },
  { name: 'start that does not launch', fail: { call: 'create', code: 'launch_timeout', detail: 'x' }, ask: npm({}) },
  { name: 'act with words', given: 'running', ask: of('act', { input: 'press it' }) },
  { name: 'act in an unknown session', ask: of('act', { input: action }, nobody) },
  { name: 'act in a session that has ended', given: 'ended', ask: of('act', { input: action }) },
  { name: 'act with nothing', given: 'running', ask: of('act', {}) },
  { name: 'navigate to a number', given: 'running', ask: of('navigate', { url: 7 }) },
  { name: 'navigate until whenever', given: 'running', ask: of('navigate', { url: 'https://a.example', options: { waitUntil: 'whenever' } }) },
  { name: 'observe', given: 'running', ask: of('observe', { instruction: 'the buttons' }) },
  { name: 'extract with an instruction', given: 'running', ask: of('extract', { instruction: 'the prices', schema: { type: 'object' } }) },
  { name: 'an agent', given: 'running', ask: of('agentExecute', { agentConfig: { model: 'openai/gpt-4.1' }, executeOptions: { instruction: 'go', maxSteps: 3 } }) },
  { name: 'an agent without options', given: 'running', ask: of('agentExecute', { agentConfig: {} }) },
  { name: 'end', given: 'running', ask: of('end') },
  { name: 'end with an empty object', given: 'running', ask: of('end', {}) },
  { name: 'end with words', given: 'running', ask: of('end', { now: true }) },
  { name: 'end of one that has ended', given: 'ended', ask: of('end') },
  { name: 'replay', given: 'ended', ask: python('GET', `/v1/sessions/${session}/replay`) },
  { name: 'replay of an unknown one', ask: python('GET', `/v1/sessions/${nobody}/replay`) },
  { name: 'health', ask: python('GET', '/health') },
];

test('the requests are the clients\' own', async () => {
  const captured = await capture(listener, asks);
  if (process.env.GREENROOM_WRITE_GOLDENS) await writeRequests('stagehand', captured);
  const known = await readPairs('stagehand');
  assert.deepEqual(known.map(({ calls, response, ...pair }) => pair), captured);
});

test('the answers have the API\'s shape', async () => {
  for (const { name, response } of await readPairs('stagehand')) {
    if (name === 'health') continue;
    if (response.status === 200) assert.equal(response.body.success, true, name);
    else assert.equal(typeof response.body.error, 'string', name);
    const repeats = response.headers['x-should-retry'] !== 'false';
    assert.equal(repeats, response.status === 200 || response.status === 429, name);
  }
});

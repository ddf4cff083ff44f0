// The golden pairs' requests are what the official client sends, and their answers are what it declares.
// GREENROOM_WRITE_GOLDENS=1 ./node --test hyperbrowser/goldens.test.mjs writes the requests anew.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { Hyperbrowser } from '@hyperbrowser/sdk';

import { capture, key, nobody, readPairs, session, startListener, writeRequests } from '../support/pairs.mjs';
import { typeErrors } from '../support/types.mjs';

const listener = await startListener();
after(() => listener.close());
const sdk = new Hyperbrowser({ apiKey: key, baseUrl: listener.url });
const { sessions } = sdk;
const options = { screen: { width: 1000, height: 640 }, timeoutMinutes: 5, useStealth: true, locales: ['de', 'fr'], enableVideoWebRecording: false, liveViewTtlSeconds: 60 };
const full = { call: 'create', code: 'limit_reached', detail: '20' };

const asks = [
  { name: 'create without anything', type: 'SessionDetail', ask: () => sessions.create() },
  { name: 'create with options', type: 'SessionDetail', ask: () => sessions.create(options) },
  { name: 'create that keeps a secret', type: 'SessionDetail', ask: () => sessions.create({ proxyServerPassword: 'hush', proxyServer: 'p.example:1' }) },
  { name: 'create with an option that is refused', ask: () => sessions.create({ acceptCookies: true }) },
  { name: 'create with a wrong value', ask: () => sessions.create({ timeoutMinutes: 721 }) },
  { name: 'create with proxies of a plan', ask: () => sessions.create({ useProxy: true }) },
  { name: 'create at the limit', fail: full, ask: () => sessions.create() },
  { name: 'create that does not launch', fail: { call: 'create', code: 'launch_failed', detail: 'x' }, ask: () => sessions.create() },
  { name: 'get a running one', given: 'running', type: 'SessionDetail', ask: () => sessions.get(session) },
  { name: 'get one with a lifetime of links', given: 'running', type: 'SessionDetail', ask: () => sessions.get(session, { liveViewTtlSeconds: 60 }) },
  { name: 'get one that was stopped', given: 'ended', type: 'SessionDetail', ask: () => sessions.get(session) },
  { name: 'get one that timed out', given: 'ended:max_duration', type: 'SessionDetail', ask: () => sessions.get(session) },
  { name: 'get one that crashed', given: 'ended:browser_crashed', type: 'SessionDetail', ask: () => sessions.get(session) },
  { name: 'get an unknown one', ask: () => sessions.get(nobody) },
  { name: 'stop', given: 'running', type: 'BasicResponse', ask: () => sessions.stop(session) },
  { name: 'stop again', given: 'ended', type: 'BasicResponse', ask: () => sessions.stop(session) },
  { name: 'list', given: 'running', type: 'SessionListResponse', ask: () => sessions.list() },
  { name: 'list a page of a status', given: 'ended', type: 'SessionListResponse', ask: () => sessions.list({ status: 'closed', page: 2, limit: 5 }) },
  { name: 'list a status that never is', given: 'ended', type: 'SessionListResponse', ask: () => sessions.list({ status: 'close-error' }) },
  { name: 'count', given: 'running', type: 'GetActiveSessionsCountResponse', ask: () => sessions.getActiveSessionsCount() },
  { name: 'extend', given: 'running', type: 'BasicResponse', ask: () => sessions.extendSession(session, 2) },
  { name: 'extend one that has ended', given: 'ended', ask: () => sessions.extendSession(session, 2) },
  { name: 'another screen', given: 'running', type: 'BasicResponse', ask: () => sessions.updateScreenSize(session, { width: 800, height: 600 }) },
  { name: 'proxies off', given: 'running', type: 'BasicResponse', ask: () => sessions.updateProxyParams(session, { enabled: false }) },
  { name: 'captchas off', given: 'running', type: 'UpdateSessionSolveCaptchasResponse', ask: () => sessions.stopCaptchaSolving(session) },
  { name: 'captchas on', given: 'running', ask: () => sessions.startCaptchaSolving(session) },
  { name: 'a profile', given: 'running', ask: () => sessions.updateProfileParams(session, { persistChanges: true }) },
  { name: 'event logs', given: 'running', type: 'SessionEventLogListResponse', ask: () => sessions.eventLogs.list(session) },
  { name: 'event logs of two types', given: 'running', type: 'SessionEventLogListResponse', ask: () => sessions.eventLogs.list(session, { types: ['captcha_solved', 'captcha_error'], page: 1, limit: 5, startTimestamp: 1, endTimestamp: 2 }) },
  { name: 'video of a running one', given: 'running', type: 'GetSessionVideoRecordingUrlResponse', ask: () => sessions.getVideoRecordingURL(session) },
  { name: 'video', given: 'recorded', type: 'GetSessionVideoRecordingUrlResponse', ask: () => sessions.getVideoRecordingURL(session) },
  { name: 'video that has no picture', given: 'ended', type: 'GetSessionVideoRecordingUrlResponse', ask: () => sessions.getVideoRecordingURL(session) },
  { name: 'video that nobody wanted', given: 'unrecorded', type: 'GetSessionVideoRecordingUrlResponse', ask: () => sessions.getVideoRecordingURL(session) },
  { name: 'a snapshot', given: 'running', ask: () => sessions.createSnapshot(session) },
  { name: 'an agent', ask: () => sdk.agents.cua.start({ task: 'x' }) },
  { name: 'an extraction', ask: () => sdk.extract.start({ urls: ['https://a.example'], prompt: 'x' }) },
  { name: 'a scrape', ask: () => sdk.scrape.start({ url: 'https://a.example' }) },
  { name: 'an unknown job', ask: () => sdk.scrape.getStatus(nobody) },
  { name: 'an upload', given: 'running', ask: () => sessions.uploadFile(session, { fileInput: Buffer.from('x'), fileName: 'x.txt' }) },
];

test('the requests are the client\'s own', async () => {
  const captured = await capture(listener, asks);
  if (process.env.GREENROOM_WRITE_GOLDENS) await writeRequests('hyperbrowser', captured);
  const known = await readPairs('hyperbrowser');
  assert.deepEqual(known.map(({ calls, response, ...pair }) => pair), captured);
});

test('the answers fit its declarations', async () => {
  const pairs = await readPairs('hyperbrowser');
  const typed = asks.filter(({ type }) => type).map(({ name, type }) => ({ type, from: '@hyperbrowser/sdk/types', pair: pairs.find((pair) => pair.name === name) }));
  for (const { pair } of typed) assert.equal(pair.response.status, 200, pair.name);
  assert.deepEqual(await typeErrors(typed.map(({ type, from, pair }) => ({ type, from, value: pair.response.body }))), []);
});

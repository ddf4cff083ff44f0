// The golden pairs' requests are what the official client sends, and their answers are what it declares. The Python
// client's are written as its source says: its spellings of lists, defaults and addresses.
// GREENROOM_WRITE_GOLDENS=1 ./node --test notte/goldens.test.mjs writes the requests anew.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import * as sdk from 'notte-sdk';

import { capture, key, nobody, readPairs, session, startListener, writeRequests } from '../support/pairs.mjs';
import { typeErrors } from '../support/types.mjs';

const listener = await startListener();
after(() => listener.close());
const client = new sdk.NotteClient({ apiKey: key, baseUrl: listener.url }).getClient();
const path = { session_id: session };
const of = (operation, more = {}) => () => operation({ client, path, ...more });
const python = (method, address, body) => () =>
  fetch(listener.url + address, {
    method,
    headers: { authorization: `Bearer ${key}`, 'x-notte-request-origin': 'sdk-python', 'x-notte-sdk-version': '1.9.0', ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
const defaults = { headless: true, solve_captchas: true, max_duration_minutes: 15, idle_timeout_minutes: 3, proxies: false, browser_type: 'chromium', use_file_storage: true, screenshot_type: 'last_action', web_bot_auth: false, auth_ids: [], wait_for_authentication: true };
const cookie = { name: 'a', value: '1', domain: 'a.example', path: '/', httpOnly: true, secure: true, expirationDate: 1900000000, sameSite: 'Lax' };

const asks = [
  { name: 'start', type: 'SessionResponse', ask: of(sdk.sessionStart, { body: {} }) },
  { name: 'start with options', type: 'SessionResponse', ask: of(sdk.sessionStart, { body: { viewport_width: 900, viewport_height: 700, user_agent: 'A Player/1.0', max_duration_minutes: 20, idle_timeout_minutes: 10, browser_type: 'chrome', proxies: true } }) },
  { name: 'start as Python does', type: 'SessionResponse', ask: python('POST', '/sessions/start', defaults) },
  { name: 'start with an unknown field', type: 'HttpValidationError', status: 422, ask: of(sdk.sessionStart, { body: { timeoutMinutes: 5 } }) },
  { name: 'start with a wrong value', type: 'HttpValidationError', status: 422, ask: of(sdk.sessionStart, { body: { idle_timeout_minutes: 31 } }) },
  { name: 'start with what is not served', type: 'HttpValidationError', status: 422, ask: of(sdk.sessionStart, { body: { vault_id: nobody } }) },
  { name: 'start at the limit', fail: { call: 'create', code: 'limit_reached', detail: '20' }, ask: of(sdk.sessionStart, { body: {} }) },
  { name: 'start that does not launch', fail: { call: 'create', code: 'launch_timeout', detail: 'x' }, ask: of(sdk.sessionStart, { body: {} }) },
  { name: 'status of a running one', given: 'running', type: 'SessionResponse', ask: of(sdk.sessionStatus) },
  { name: 'status of one that was stopped', given: 'ended', type: 'SessionResponse', ask: of(sdk.sessionStatus) },
  { name: 'status of an idle one', given: 'ended:idle', type: 'SessionResponse', ask: of(sdk.sessionStatus) },
  { name: 'status of one that timed out', given: 'ended:max_duration', type: 'SessionResponse', ask: of(sdk.sessionStatus) },
  { name: 'status of one that crashed', given: 'ended:browser_crashed', type: 'SessionResponse', ask: of(sdk.sessionStatus) },
  { name: 'status of an unknown one', ask: of(sdk.sessionStatus, { path: { session_id: nobody } }) },
  { name: 'stop', given: 'running', type: 'SessionResponse', ask: of(sdk.sessionStop) },
  { name: 'stop of one that timed out', given: 'ended:max_duration', type: 'SessionResponse', ask: of(sdk.sessionStop) },
  { name: 'list', given: 'running', type: 'PaginatedResponseSessionResponse', ask: of(sdk.listSessions) },
  { name: 'list as Python does', given: 'ended', type: 'PaginatedResponseSessionResponse', ask: python('GET', '/sessions/?only_active=True&page=1&page_size=10') },
  { name: 'list all as Python does', given: 'ended', type: 'PaginatedResponseSessionResponse', ask: python('GET', '/sessions/?only_active=False&page=1&page_size=10') },
  { name: 'list with a duration that nothing asks for', given: 'ended', type: 'PaginatedResponseSessionResponse', ask: python('GET', '/sessions/?timedelta=0%3A05%3A00') },
  { name: 'debug', given: 'running', type: 'SessionDebugResponse', ask: of(sdk.sessionDebugInfo) },
  { name: 'debug that does not count', given: 'running', type: 'SessionDebugResponse', ask: python('GET', `/sessions/${session}/debug?update_metadata=False`) },
  { name: 'debug of one that has ended', given: 'ended', ask: of(sdk.sessionDebugInfo) },
  { name: 'a tab', given: 'running', type: 'TabSessionDebugResponse', ask: python('GET', `/sessions/${session}/debug/tab?tab_idx=0`) },
  { name: 'a tab that is not there', given: 'running', ask: python('GET', `/sessions/${session}/debug/tab?tab_idx=1`) },
  { name: 'offset', given: 'running', type: 'SessionOffsetResponse', ask: of(sdk.sessionOffset) },
  { name: 'cookies', given: 'running', type: 'GetCookiesResponse', ask: of(sdk.sessionCookiesGet) },
  { name: 'cookies to set', given: 'running', ask: of(sdk.sessionCookiesSet, { body: { cookies: [cookie] } }) },
  { name: 'cookies with a wrong spelling', given: 'running', type: 'HttpValidationError', status: 422, ask: of(sdk.sessionCookiesSet, { body: { cookies: [cookie, { ...cookie, sameSite: 'lax' }] } }) },
  { name: 'cookies that the browser does not take', given: 'running', fail: { call: 'set_cookies', code: 'storage_full', detail: 'x' }, ask: of(sdk.sessionCookiesSet, { body: { cookies: [cookie] } }) },
  { name: 'a screenshot', given: 'running', ask: of(sdk.pageScreenshot) },
  { name: 'replay of a running one', given: 'running', ask: of(sdk.sessionReplay) },
  { name: 'replay', given: 'recorded', type: 'ReplayResponse', ask: of(sdk.sessionReplay) },
  { name: 'replay as Python asks for it', given: 'recorded', type: 'ReplayResponse', ask: python('GET', `/sessions/${session}/replay`) },
  { name: 'replay of which nothing was recorded', given: 'unrecorded', ask: of(sdk.sessionReplay) },
  { name: 'replay of an unknown one', ask: of(sdk.sessionReplay, { path: { session_id: nobody } }) },
  { name: 'health', type: 'HealthResponse', ask: of(sdk.healthCheck) },
  { name: 'an observation', given: 'running', ask: of(sdk.pageObserve, { body: {} }) },
  { name: 'vaults', ask: of(sdk.listVaults) },
  { name: 'functions as Python lists them', ask: python('GET', '/functions/?page=1&only_active=True') },
];

test('the requests are the client\'s own', async () => {
  const captured = await capture(listener, asks);
  if (process.env.GREENROOM_WRITE_GOLDENS) await writeRequests('notte', captured);
  const known = await readPairs('notte');
  assert.deepEqual(known.map(({ calls, response, ...pair }) => pair), captured);
});

test('the answers fit its declarations', async () => {
  const pairs = await readPairs('notte');
  const typed = asks.filter(({ type }) => type).map((ask) => ({ ...ask, pair: pairs.find(({ name }) => name === ask.name) }));
  for (const { pair, status = 200 } of typed) assert.equal(pair.response.status, status, pair.name);
  assert.deepEqual(await typeErrors(typed.map(({ type, pair }) => ({ type, from: 'notte-sdk', value: pair.response.body }))), []);
  for (const { name, response } of pairs) {
    if (response.status >= 400) assert.equal(response.body.status, response.status, name);
    else assert.ok(!('detail' in Object(response.body)), `${name}: Python takes a "detail" for a failure`);
  }
});

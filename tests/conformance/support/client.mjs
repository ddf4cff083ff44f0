// The official clients, set up for a daemon, and what the suites say about answers.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

import Browserbase from '@browserbasehq/sdk';
import { chromium } from 'playwright-core';
import puppeteer from 'puppeteer-core';

import { until } from './wait.mjs';

const require = createRequire(import.meta.url);
export const versions = Object.fromEntries(
  ['@browserbasehq/sdk', 'playwright-core', 'puppeteer-core'].map((name) => [name, manifest(name).version]),
);
process.stdout.write(
  `# clients: ${Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(', ')}, node ${process.version}\n`,
);

function manifest(name) {
  try {
    return require(`${name}/package.json`);
  } catch {
    const entry = require.resolve(name); // the package does not export its manifest
    return require(entry.slice(0, entry.lastIndexOf(`/${name}/`) + name.length + 2) + 'package.json');
  }
}

/** The SDK with its own defaults, but no retries unless asked; every answer is noted in `sdk.answers`. */
export function sdkFor(daemon, { prefix = '', apiKey = daemon.key, maxRetries = 0 } = {}) {
  const answers = [];
  const noting = async (url, init) => {
    // The SDK sends multipart bodies as streams, for which the standard asks to be told so.
    const response = await fetch(url, init?.body?.pipe || init?.body?.getReader ? { ...init, duplex: 'half' } : init);
    answers.push({ method: init?.method ?? 'GET', url: String(url), status: response.status, headers: response.headers });
    return response;
  };
  const sdk = new Browserbase({ apiKey, baseURL: daemon.baseURL + prefix, maxRetries, fetch: noting });
  sdk.answers = answers;
  return sdk;
}

/** A plain request with the key. `body` may be text (sent as it is) or a value (sent as JSON). */
export function call(daemon, method, path, { body, headers = {}, key = daemon.key } = {}) {
  const init = { method, headers: { ...(key ? { 'x-bb-api-key': key } : {}), ...headers }, redirect: 'manual' };
  if (body !== undefined) {
    init.headers['content-type'] ??= 'application/json';
    init.body = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
  }
  return fetch(daemon.baseURL + path, init);
}

/** Asserts the provider's error: this status in the line and in the body, and some text. Returns the body. */
export async function assertErrorBody(response, status) {
  const text = await response.text();
  assert.equal(response.status, status, text);
  assert.match(response.headers.get('content-type') ?? '', /application\/json/);
  const body = JSON.parse(text);
  assert.equal(body.statusCode, status, text);
  assert.equal(typeof body.error, 'string', text);
  assert.ok(body.message?.length > 0, text);
  return body;
}

/** The rejection of an SDK call, which must be this status. */
export async function rejectionOf(promise, status, what = 'the call') {
  const outcome = await promise.then((value) => ({ value }), (error) => ({ error }));
  assert.ok(outcome.error, `${what}: expected ${status}, but it was answered: ${JSON.stringify(outcome.value)}`);
  const { cause, stack } = outcome.error;
  assert.equal(outcome.error.status, status, `${what}: ${stack} ${cause?.cause?.stack ?? cause ?? ''}`);
  return outcome.error;
}

export const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
export const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

export const connectPlaywright = (session, options) => chromium.connectOverCDP(session.connectUrl, { timeout: 30_000, ...options });

export const connectPuppeteer = (session, options) =>
  puppeteer.connect({ browserWSEndpoint: session.connectUrl, defaultViewport: null, protocolTimeout: 60_000, ...options });

/** A new session as soon as there is room: a released one keeps its slot until its last process is gone. */
export const createWhenRoom = (sdk, params) =>
  until('there is room for a session', () => sdk.sessions.create(params).catch((error) => {
    if (error.status !== 429) throw error;
  }), 20_000, 100);

/** Ends a session and takes no offence if it has ended by itself. */
export const release = (sdk, session) => sdk.sessions.update(session.id, { status: 'REQUEST_RELEASE' });

// The official Hyperbrowser client, set up for a daemon.
import assert from 'node:assert/strict';

import { Hyperbrowser } from '@hyperbrowser/sdk';
import { chromium } from 'playwright-core';
import puppeteer from 'puppeteer-core';

export { Hyperbrowser };
export const types = '@hyperbrowser/sdk/types';
export const nobody = '00000000-0000-4000-8000-000000000000';

export const sdkFor = (daemon, { prefix = '', apiKey = daemon.key } = {}) => new Hyperbrowser({ apiKey, baseUrl: daemon.baseURL + prefix });

export const connectPlaywright = (url) => chromium.connectOverCDP(url, { timeout: 30_000 });
export const connectPuppeteer = (url) => puppeteer.connect({ browserWSEndpoint: url, defaultViewport: null });

/** A plain request with the key. */
export const call = (daemon, method, path, { body, headers = {}, key = daemon.key } = {}) =>
  fetch(daemon.baseURL + path, {
    method,
    headers: { ...(key ? { 'x-api-key': key } : {}), 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });

/** The rejection of an SDK call, which must be this status and say something. */
export async function rejectionOf(promise, status, what = 'the call') {
  const outcome = await promise.then((value) => ({ value }), (error) => ({ error }));
  assert.ok(outcome.error, `${what}: expected ${status}, but it was answered: ${JSON.stringify(outcome.value)}`);
  const { error } = outcome;
  assert.equal(error.statusCode, status, `${what}: ${error.stack}`);
  assert.match(error.message, /^\[Hyperbrowser\]: \S/, what);
  assert.ok(!error.message.includes('[object Object]') && !error.message.includes('HTTP error!'), `${what}: ${error.message}`);
  assert.ok(error.requestId, `${what}: a request id`);
  assert.ok(error.code, `${what}: a code`);
  return error;
}

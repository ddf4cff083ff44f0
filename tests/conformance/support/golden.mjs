// One captured pair after another: the request as the official client sent it, the answer as the daemon gave it, and
// what the core knew, each as Normaliser writes them.
import assert from 'node:assert/strict';

import Browserbase from '@browserbasehq/sdk';

import { origin } from './normalise.mjs';

// The headers by which the client decides, and what the answers are.
const decisive = [
  'content-type', 'x-should-retry', 'retry-after', 'x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset',
  'greenroom-ignored', 'access-control-allow-origin', 'location',
];

async function textOf(body) {
  if (body === undefined || body === null) return undefined;
  if (typeof body === 'string') return body;
  const chunks = [];
  for await (const chunk of body) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('latin1');
}

/** The SDK, without repeats; `pairs` has everything that went over the wire. */
export function recordingSdk(daemon, { prefix = '', apiKey = daemon.key } = {}) {
  const pairs = [];
  const recording = async (url, init = {}) => {
    const method = (init.method ?? 'GET').toUpperCase();
    const body = await textOf(init.body);
    const sentAt = Date.now();
    const response = await fetch(url, { ...init, method, body: body === undefined ? undefined : Buffer.from(body, 'latin1') });
    const { pathname, search } = new URL(url);
    const request = { method, target: pathname + search, headers: Object.fromEntries(new Headers(init.headers)), body };
    pairs.push({ sentAt, request, status: response.status, headers: response.headers, text: await response.clone().text() });
    return response;
  };
  const sdk = new Browserbase({ apiKey, baseURL: daemon.baseURL + prefix, maxRetries: 0, fetch: recording });
  return { sdk, pairs };
}

function requestOf({ method, target, headers, body }, normal) {
  const boundary = /boundary=(.*)$/.exec(headers['content-type'] ?? '')?.[1];
  const plain = (text) => normal.text(boundary ? text.replaceAll(boundary, 'the-boundary') : text);
  const kept = { host: origin };
  for (const [name, value] of Object.entries(headers)) {
    const isOfTheMachine = /^x-stainless-(arch|os|runtime)/.test(name) || name === 'content-length';
    if (!isOfTheMachine) kept[name] = plain(value);
  }
  const out = { method, target: plain(target), headers: kept };
  if (body !== undefined) out.body = plain(body);
  return out;
}

export class Goldens {
  files = {}; // name → pairs
  #state;
  #normal;

  constructor(state, normal) {
    this.#state = state;
    this.#normal = normal;
    for (const project of state.projects()) normal.project(project);
  }

  /** Makes the ids and times of every session known. */
  learn() {
    const views = this.#state.sessions();
    for (const view of views) this.#normal.learn(view);
    return views;
  }

  /**
   * Captures the one request that `ask` makes. `of`: the sessions that the core holds for it (ids, or 'all'); `know`:
   * from the answer's body to what else the core holds, and to a `body` where that is not the answer's. Returns the
   * answer's body.
   */
  async take(file, name, { sdk, pairs }, ask, { of = [], know = () => ({}), creates = false, ends = false } = {}) {
    const before = this.learn();
    pairs.length = 0;
    const failure = await Promise.resolve(sdk).then(ask).then(() => null, (error) => error);
    assert.equal(pairs.length, 1, `${name}: one request, ${failure?.stack}`);
    const [pair] = pairs;
    assert.equal(failure !== null, pair.status >= 400, `${name}: the SDK and the daemon agree: ${pair.status} ${failure}`);
    const isJson = (pair.headers.get('content-type') ?? '').startsWith('application/json');
    const body = isJson ? JSON.parse(pair.text) : pair.text;
    this.learn();
    const views = before.filter(({ id }) => of === 'all' || of.includes(id));
    if (!ends) this.#takeUpdates(views, body);
    const { body: shown, ...more } = know(body);
    const golden = { name, state: { sessions: views.map((view) => this.#normal.view(view)), ...more } };
    if (creates || ends) {
      const after = this.#state.session(body.id);
      this.#takeUpdates([after], body);
      golden.after = this.#normal.view(after);
    }
    if (views.length > 0) golden.state.now = new Date(this.#normal.started(views[0].id) + 2_000).toISOString();
    if (ends) golden.state.now = golden.after.endedAt;
    const headers = decisive.filter((header) => pair.headers.has(header)).map((header) => [header, pair.headers.get(header)]);
    golden.request = requestOf(pair.request, this.#normal);
    golden.response = { status: pair.status, headers: Object.fromEntries(headers), body: shown ?? this.#normal.value(body, pair.sentAt) };
    (this.files[file] ??= []).push(golden);
    return body;
  }

  // The view in memory may have changed once more since its row was written: only the answer tells when.
  #takeUpdates(views, body) {
    for (const shown of Array.isArray(body) ? body : [body]) {
      const view = views.find(({ id }) => id === shown?.id);
      if (!view || !shown.updatedAt) continue;
      const updated = Date.parse(shown.updatedAt);
      assert.ok(updated >= view.updatedAt && updated <= Date.now(), `${shown.updatedAt} is when it changed`);
      view.updatedAt = updated;
      this.#normal.learn(view);
    }
  }
}

/** The kinds of things in a value, for a comparison that leaves values alone. */
export function shapeOf(value) {
  if (Array.isArray(value)) return [...new Set(value.map((item) => JSON.stringify(shapeOf(item))))].toSorted();
  if (value === null || typeof value !== 'object') return value === null ? 'null' : typeof value;
  return Object.fromEntries(Object.entries(value).toSorted().map(([key, item]) => [key, shapeOf(item)]));
}

// Ids, times, addresses and tokens of one run, as they would have been in every other: a capture that is repeated
// gives the same files, but for how long its recording took.
import assert from 'node:assert/strict';

export const origin = '127.0.0.1:4480';
const site = '127.0.0.1:8080';
const firstDay = Date.parse('2027-01-15T08:00:00Z');
const minute = 60_000;
const ownProject = '11111111-1111-4111-8111-111111111111';
const owner = '44444444-4444-4444-8444-444444444444';
const rfc3339Text = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;
const tokenText = /v1\.[\w-]+\.[\w-]+/g;
const uuidText = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const targetText = /\b[0-9A-F]{32}\b/g;
// Measured by the browser; what they are says nothing of the daemon.
const measured = new Set(['timestamp', 'wallTime', 'responseTime', 'connectionId', 'remotePort', 'encodedDataLength', 'requestTime']);

const rfc3339 = (ms) => new Date(ms).toISOString();

export class Normaliser {
  #daemon;
  #siteHost;
  #sessions = new Map(); // id → { number, started, raw: the view }
  #times = new Map();
  #updates = new Map(); // of updatedAt alone: it may or may not be the very millisecond of another time
  #targets = new Map();
  #others = new Map(); // other ids

  constructor(daemon, siteHost) {
    this.#daemon = daemon;
    this.#siteHost = siteHost;
  }

  project({ id, owner_id: ownerId, created_at: created, updated_at: updated }) {
    this.#others.set(id, ownProject).set(ownerId, owner);
    for (const time of [created, updated]) this.#times.set(time, firstDay - minute);
  }

  /** Learns the ids and times of a view; the first one that is seen gets number 1. */
  learn(view) {
    if (!this.#sessions.has(view.id)) this.#sessions.set(view.id, { number: this.#sessions.size + 1 });
    const known = this.#sessions.get(view.id);
    known.raw = view;
    const base = firstDay + known.number * minute;
    const set = (raw, normal) => raw === undefined || this.#times.has(raw) || this.#times.set(raw, normal);
    known.started = base + 400;
    set(view.createdAt, base);
    set(view.startedAt, known.started);
    set(view.endedAt, base + 30_000);
    set(view.expiresAt, known.started + view.expiresAt - view.startedAt);
    let updated = base + 700;
    if (view.endedAt !== undefined) updated = base + (view.updatedAt - view.endedAt < 5 ? 30_000 : 30_900);
    if (!this.#updates.has(view.updatedAt)) this.#updates.set(view.updatedAt, updated);
  }

  time(raw, key = '') {
    const known = (key === 'updatedAt' && this.#updates.get(raw)) || this.#times.get(raw);
    assert.ok(known, `a time that no session, project or recording has: ${rfc3339(raw)}`);
    return rfc3339(known);
  }

  /** A time of another thing, as a part of its session's story. */
  learnTime(raw, id, offset) {
    if (!this.#times.has(raw)) this.#times.set(raw, this.started(id) + offset);
  }

  started(id) {
    return this.#sessions.get(id).started;
  }

  /** A moment of the session's life, as far from its start as it was. */
  shifted(raw, id) {
    const { started, raw: view } = this.#sessions.get(id);
    return started + raw - view.startedAt;
  }

  #number(id) {
    if (this.#others.has(id)) return this.#others.get(id);
    const known = this.#sessions.get(id);
    return known ? `00000000-0000-4000-8000-${String(known.number).padStart(12, '0')}` : id;
  }

  #target(id) {
    if (!this.#targets.has(id)) this.#targets.set(id, (this.#targets.size + 1).toString(16).toUpperCase().padStart(32, '0'));
    return this.#targets.get(id);
  }

  /** Tokens become "{cdp token of <session> for 7200 s}", counted from the session's start, or from `now`. */
  #token(token, now) {
    const [scope, subject, expires] = Buffer.from(token.split('.')[1], 'base64url').toString().split('|');
    const from = scope === 'replay' ? now : this.#sessions.get(subject).raw.startedAt;
    const seconds = Math.round((Number(expires) * 1000 - from) / 10_000) * 10;
    return `{${scope} token of ${this.#number(subject)} for ${seconds} s}`;
  }

  text(text, now) {
    return text
      .replaceAll(this.#daemon.key, '{key}')
      .replaceAll(tokenText, (token) => this.#token(token, now))
      .replaceAll(this.#daemon.address, origin)
      .replaceAll(this.#siteHost, site)
      .replaceAll(uuidText, (id) => this.#number(id))
      .replaceAll(targetText, (id) => this.#target(id))
      .replaceAll(rfc3339Text, (time) => this.time(Date.parse(time)));
  }

  value(value, now, key = '') {
    if (key === 'updatedAt') return this.time(Date.parse(value), key);
    if (typeof value === 'string') return this.text(value, now);
    if (Array.isArray(value)) return value.map((item) => this.value(item, now));
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, this.value(item, now, name)]));
  }

  /** CDP parameters: what the browser measured is 1, its names for requests are those of targets. */
  params(value, key = '') {
    if (/^(user-agent|sec-ch-ua)/i.test(key)) return 'a browser';
    if (typeof value === 'number') return measured.has(key) || !Number.isInteger(value) || value > 1e9 ? 1 : value;
    if (typeof value === 'string') return this.text(value.replace(/^\d+\.\d+$/, '1.1'));
    if (Array.isArray(value)) return value.map((item) => this.params(item));
    if (value === null || typeof value !== 'object') return value;
    if (key === 'timing') return { requestTime: 1 };
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, this.params(item, name)]));
  }

  view(view) {
    const out = {};
    for (const [name, value] of Object.entries(view)) {
      if (value !== undefined) out[name] = name.endsWith('At') ? this.time(value, name) : this.value(value);
    }
    return out;
  }
}

// Claude Scope has no client of its own: this speaks its HTTP as its pages and its source describe it.
import assert from 'node:assert/strict';

import { rfc3339 } from '../support/client.mjs';

export const prefix = '/claude-scope/api';

/** One request. `body`: a value (sent as JSON), text (sent as it is) or a FormData. */
export function ask(daemon, method, path, { body, key = daemon.key, base = prefix } = {}) {
  const init = { method, headers: key ? { authorization: `Bearer ${key}` } : {} };
  if (body !== undefined) {
    const isPlain = !(body instanceof FormData);
    if (isPlain) init.headers['content-type'] = 'application/json';
    init.body = isPlain && typeof body !== 'string' ? JSON.stringify(body) : body;
  }
  return fetch(daemon.baseURL + base + path, init);
}

/** The JSON of an answer of that status. */
export async function answerOf(promise, status = 200) {
  const response = await promise;
  const text = await response.text();
  assert.equal(response.status, status, text);
  assert.match(response.headers.get('content-type') ?? '', /application\/json/);
  return JSON.parse(text);
}

const isText = (value) => typeof value === 'string';
const isWhole = (value) => Number.isInteger(value) && value >= 0;
const isTime = (value) => isText(value) && rfc3339.test(value) && value.endsWith('Z');
const oneOf = (...words) => (value) => words.includes(value);
const orNull = (check) => (value) => value === null || check(value);
const every = (check) => (value) => Array.isArray(value) && value.every(check);

const targets = oneOf('CLAUDE_CODE', 'CODEX', 'CURSOR', 'RAW');
const lane = shaped({ status: oneOf('pending', 'running', 'complete', 'error') });
const processingStatus = shaped({
  overallStage: oneOf('uploading', 'extracting', 'analyzing', 'synthesizing', 'persisting', 'complete', 'error'),
  frameExtraction: lane, visionLane: lane, playwrightLane: lane, synthesis: lane, lastUpdated: isTime,
});
const entry = {
  id: (value) => /^sess_[A-Z0-9]{8}$/.test(value), userId: isText, title: (value) => isText(value) && value.length > 0,
  seedUrl: orNull(isText), status: oneOf('processing', 'complete', 'error'), duration: isWhole, frameCount: isWhole,
  urls: every(isText), urlCount: isWhole, agentTarget: targets, processingTime: isWhole, prompt: isText,
  promptStatus: oneOf('not_started', 'generating', 'complete', 'error'), createdAt: isTime, updatedAt: isTime,
};
const session = {
  ...entry, promptError: orNull(isText), notes: orNull(isText), lastError: orNull(isText),
  inspectionJson: oneOf(null), inspectionDurationMs: oneOf(null), processingStatus: orNull(processingStatus),
};

/** What each answer must hold, by the contract's names. */
export const shapes = {
  entry, session,
  whole: { ...session, frames: (value) => Array.isArray(value), analysis: oneOf(null) },
  status: {
    sessionId: entry.id, sessionStatus: entry.status, processingStatus: orNull(processingStatus),
    processingTime: isWhole, lastError: orNull(isText),
  },
  stats: { totalSessions: isWhole, completedSessions: isWhole, totalDuration: isWhole, avgProcessingTime: isWhole },
  settings: {
    defaultAgent: targets, includeScreenshots: oneOf(true, false), inlineAriaTree: oneOf(true, false),
    includeRawDiff: oneOf(true, false), maxRecordingLength: isWhole,
  },
};

function shaped(shape) {
  return (value) => value !== null && typeof value === 'object' && Object.entries(shape).every(([name, check]) => check(value[name]));
}

/** Every member of the shape, as it must be, and no other. */
export function assertShape(name, value) {
  const shape = shapes[name];
  assert.deepEqual(Object.keys(value).sort(), Object.keys(shape).sort(), `the members of a ${name}`);
  for (const [member, check] of Object.entries(shape))
    assert.ok(check(value[member]), `${name}.${member}: ${JSON.stringify(value[member])}`);
  return value;
}

/** A refusal in the shape of the provider's framework. `message`: a text, a pattern, or the list of a validator. */
export async function assertRefusal(promise, status, message) {
  const body = await answerOf(promise, status);
  assert.equal(body.statusCode, status);
  if (message instanceof RegExp) assert.match(body.message, message);
  else if (message !== undefined) assert.deepEqual(body.message, message);
  if (status === 401) assert.deepEqual(Object.keys(body), ['statusCode', 'message'], 'no "error" here');
  else assert.equal(typeof body.error, 'string');
  return body;
}

// The golden pairs are still what the SDK sends and what the daemon answers: captured again, they have the same
// requests, statuses and headers, and bodies of the same shape. tests/unit/api holds the dialect against the values.
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';

import { shapeOf } from '../support/golden.mjs';
import { capture, folder } from './capture.mjs';

/** What must not change from one capture to the next. A log has as many lines as the browser had events. */
function essence({ name, state, after, request, response }) {
  const body = name === 'logs' ? 'a log' : shapeOf(response.body);
  return { name, request, after: after && { ...after, updatedAt: '' }, state: Object.keys(state).toSorted(), status: response.status, headers: response.headers, body };
}

test('the golden pairs are what the SDK captures today (else: browserbase/capture.mjs writes them anew)', async () => {
  const captured = await capture();
  const stored = (await readdir(folder)).filter((name) => name.startsWith('captured_'));
  assert.deepEqual(Object.keys(captured).map((name) => `captured_${name}.json`).toSorted(), stored.toSorted());
  for (const [name, pairs] of Object.entries(captured)) {
    const golden = JSON.parse(await readFile(path.join(folder, `captured_${name}.json`), 'utf8'));
    assert.deepEqual(pairs.map(({ name: pair }) => pair), golden.map(({ name: pair }) => pair), name);
    pairs.forEach((pair, index) => assert.deepEqual(essence(pair), essence(golden[index]), `${name}: ${pair.name}`));
  }
});

// The pointer: where Playwright's mouse is, the decoded picture shows an arrow, and where it was the page again.
import assert from 'node:assert/strict';
import path from 'node:path';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { test } from 'node:test';

import { greenroom } from '../support/cli.mjs';
import { call, connectPlaywright, rejectionOf, release, sdkFor } from '../support/client.mjs';
import { useDaemon } from '../support/daemon.mjs';
import { pictureAt } from '../support/video.mjs';
import { pause } from '../support/wait.mjs';

const held = await useDaemon({});
const green = 'data:text/html,<body style="background:rgb(0,160,0)">';

/** How much of the arrow whose point is at (x, y) is neither dark nor light: 0 where it is, 1 where the page is green. */
function greenness(picture, x, y) {
  let greens = 0;
  let all = 0;
  for (let row = 2; row < 11; row++)
    for (let column = 0; column <= row; column++, all++) {
      const at = ((y + row) * picture.width + x + column) * 3;
      const [r, g, b] = picture.data.subarray(at, at + 3);
      if (g > r + 60 && g > b + 60) greens++;
    }
  return greens / all;
}

test('an arrow is where the mouse is, and nowhere else', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'greenroom-pointer-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const sdk = sdkFor(held.daemon);
  const session = await sdk.sessions.create({ keepAlive: true }, { headers: { 'greenroom-recording': 'pointer, quality=evidence' } });
  const browser = await connectPlaywright(session);
  const page = browser.contexts()[0].pages()[0];
  await page.goto(green);
  await pause(1_000);
  const began = Date.parse((await sdk.sessions.retrieve(session.id)).startedAt);
  const second = () => (Date.now() - began) / 1000;
  const moments = [];
  for (const [x, y] of [[301, 200], [640, 401], [1275, 715]]) {
    await page.mouse.move(x, y, { steps: 5 });
    await pause(800);
    moments.push({ x, y, second: second() });
    await pause(800);
  }
  await browser.close();
  await release(sdk, session);
  const file = path.join(folder, 'out.mp4');
  const { code, stderr } = await greenroom(held.daemon, 'replay', session.id, '-o', file);
  assert.equal(code, 0, stderr);
  for (const [i, { x, y, second: at }] of moments.entries()) {
    const picture = await pictureAt(file, at);
    if (i < 2) assert.ok(greenness(picture, x, y) < 0.35, `an arrow at ${x},${y}: ${greenness(picture, x, y)}`);
    for (const other of moments.slice(0, 2))
      if (other.x !== x) assert.ok(greenness(picture, other.x, other.y) > 0.95, `none at ${other.x},${other.y} while it is at ${x},${y}`);
  }
});

test('what cannot be understood of the header is refused, in each API\'s own words', async () => {
  const headers = { 'greenroom-recording': 'fps=1000' };
  await rejectionOf(sdkFor(held.daemon).sessions.create({}, { headers }), 400);
  for (const [path, header, status] of [['/hyperbrowser/api/session', 'x-api-key', 400], ['/notte/sessions/start', 'authorization', 400]]) {
    const key = header === 'authorization' ? `Bearer ${held.daemon.key}` : held.daemon.key;
    const answer = await call(held.daemon, 'POST', path, { body: {}, headers: { ...headers, [header]: key } });
    const text = await answer.text();
    assert.ok(answer.status >= status && answer.status < 500, `${path}: ${answer.status}`);
    assert.match(text, /greenroom-recording/);
  }
});

// kill -9 in the middle of a recording: a few moments of the many that kills.mjs tries.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { useDaemon } from '../support/daemon.mjs';
import { killDaemon, killEncoder, mostLost } from '../support/kill.mjs';
import { startSite } from '../support/site.mjs';

const held = await useDaemon();
let site;
let folder;
before(async () => {
  site = await startSite();
  folder = await mkdtemp(path.join(tmpdir(), 'greenroom-kill-'));
});
after(async () => {
  await site.close();
  await rm(folder, { recursive: true, force: true });
});

for (const delay of [900, 3_700, 6_300])
  test(`an encoder that is killed after ${delay} ms is replaced: the recording goes on and loses about a second`, async (context) => {
    const { lost } = await killEncoder(held.daemon, site, folder, delay);
    context.diagnostic(`${lost} ms are not in the video`);
    assert.ok(lost <= mostLost, `${lost} ms are not in the video`);
  });

test('a daemon that is killed after 6700 ms: what was recorded plays, and about a second is lost', async (context) => {
  const { lost } = await killDaemon({ browser: { pool_size: 0 } }, site, folder, 6_700);
  context.diagnostic(`${lost} ms are not in the video`);
  assert.ok(lost <= mostLost, `${lost} ms are not in the video`);
});

// kill -9 in the middle of a recording: two moments of the many that kills.mjs tries.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { allowedLoss, killInTheMiddle } from '../support/kills.mjs';
import { startSite } from '../support/site.mjs';

for (const [what, after] of [['encoder', 6_300], ['daemon', 6_700]]) {
  test(`kill -9 of the ${what}: at most one fragment and a second are lost, all that is left plays`, async () => {
    const site = await startSite();
    try {
      const { lost } = await killInTheMiddle(what, after, site);
      assert.ok(lost <= allowedLoss, `${lost} ms are lost`);
    } finally {
      await site.close();
    }
  });
}

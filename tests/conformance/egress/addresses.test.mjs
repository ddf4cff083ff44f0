// Where pages may not go, by every spelling of an address, every name and every redirect that we know (cases.mjs): each
// first succeeds where the operator has opened everything, and fails where it has not.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { addresses, requests } from './cases.mjs';
import { inItsOwnNetwork, useSides } from './sides.mjs';

inItsOwnNetwork(import.meta.url, () => {
  const { opened, attempt, tryEach } = useSides();

  tryEach(addresses);

  test('there are at least sixty ways in all', () => assert.ok(addresses.length + requests.length >= 60));

  test('a daemon for its own machine lets pages reach that, but no metadata', async () => {
    const side = await opened({});
    try {
      const at = (host) => [host, (page, word) => page.goto(`http://${host}:8080/hit/${word}`, { timeout: 4_000 }).catch(() => {})];
      assert.equal(await attempt(side, at('127.0.0.1'), 'default-own'), true);
      assert.equal(await attempt(side, at('10.0.5.5'), 'default-private'), true);
      for (const [index, host] of ['169.254.169.254', '0xa9fea9fe', '[::ffff:a9fe:a9fe]', 'metadata.test', '100.100.100.200', '[fd00:ec2::254]'].entries())
        assert.equal(await attempt(side, at(host), `default-metadata-${index}`), false, host);
    } finally {
      await side.browser.close();
      await side.daemon.stop();
    }
  });
});

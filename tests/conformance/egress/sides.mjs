// What the tests of pages' ways to the network share: two daemons, one in which the operator has opened everything and one
// in which it has not, and browsers of both. They and the test run in network and mount namespaces of their own, with an
// outside behind a virtual cable (network.mjs): nothing real is ever asked. Needs root.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { connectPlaywright, sdkFor } from '../support/client.mjs';
import { Daemon } from '../support/daemon.mjs';
import { publicSite } from './cases.mjs';
import { connectTo, makeCertificates, serveNames, Services } from './network.mjs';

const own = ['93.184.215.99'];
const outside = ['93.184.215.14', '2606:2800::14', '10.0.5.5', '172.16.7.7', '192.168.7.7', '100.64.7.7', '198.18.7.7', '169.254.169.254',
  '100.100.100.200', '168.63.129.16', 'fd12::7', 'fd00:ec2::254'];
const metadata = ['169.254.0.0/16', '100.100.100.200', '168.63.129.16', 'fd00:ec2::/32'];
const names = {
  'public.test': { A: ['93.184.215.14'] },
  'own.test': { A: ['127.0.0.1'] },
  'a.b.own.test': { A: ['127.0.0.1'] },
  'private.test': { A: ['10.0.5.5'] },
  'metadata.test': { A: ['169.254.169.254'] },
  'mixed.test': { A: ['10.0.5.5', '93.184.215.14'] },
  'mapped.test': { AAAA: ['::ffff:127.0.0.1'] },
  'sixth.test': { AAAA: ['fd12::7'] },
};

/** Runs the file at ADDRESS again in namespaces of its own, and there BODY. */
export function inItsOwnNetwork(address, body) {
  const name = 'what pages may not reach';
  if (process.getuid() !== 0) {
    test(name, { skip: 'needs root, for network namespaces' }, () => {});
  } else if (process.env.EGRESS_INSIDE) {
    body();
  } else {
    test(name, async () => {
      const { NODE_TEST_CONTEXT: _, ...environment } = process.env;
      const words = ['-n', '-m', '--propagation', 'private', process.execPath, '--test-force-exit', fileURLToPath(address)];
      const child = spawn('unshare', words, { stdio: 'inherit', env: { ...environment, EGRESS_INSIDE: '1' } });
      assert.equal(await new Promise((resolve) => child.once('exit', resolve)), 0);
    });
  }
}

export function useSides() {
  const made = {};
  const asked = new Map(); // how often the name server was asked for a name
  const services = [];

  before(async () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'egress-'));
    const files = makeCertificates(directory, [...own, ...outside, 'public.test', '127.0.0.1']);
    const far = new Services('outside', files, true);
    await far.ready;
    connectTo(far.child.pid, { outside, own });
    const near = new Services('own', files, false);
    await near.ready;
    services.push(far, near);
    made.names = await serveNames(directory, (name, type) => {
      asked.set(name, (asked.get(name) ?? 0) + 1);
      // The first answers lead to the public site, later ones to this machine.
      if (name.startsWith('rebind-')) return type === 'A' ? [asked.get(name) <= 2 ? '93.184.215.14' : '127.0.0.1'] : [];
      return names[name] && (names[name][type] ?? []);
    });
    [made.open, made.closed] = await Promise.all([opened({ allow_private: 'true', allow: metadata }), opened({ allow_private: 'false' })]);
  });

  after(async () => {
    for (const side of [made.open, made.closed]) {
      await side?.browser.close();
      await side?.daemon.stop();
    }
    for (const one of services) await one.stop();
    made.names?.close();
  });

  const wasHit = async (word) => (await Promise.all(services.map((one) => one.hit(word)))).some(Boolean);

  async function opened(egress) {
    const daemon = await Daemon.start({ egress, recording: { enabled: false }, browser: { headless: true } });
    const sdk = sdkFor(daemon);
    const session = await sdk.sessions.create({ keepAlive: true, browserSettings: { ignoreCertificateErrors: true } });
    return { daemon, sdk, session, browser: await connectPlaywright(session) };
  }

  async function attempt({ browser }, [name, action], word) {
    const context = browser.contexts()[0];
    const page = await context.newPage();
    const closed = new Promise((resolve) => setTimeout(resolve, 20_000, 'too slow').unref());
    try {
      await page.goto(`${publicSite}/page`, { timeout: 10_000 });
      assert.equal(await page.title(), 'public', `${name}: the public site is there`);
      await Promise.race([action(page, word), closed]);
      await page.waitForTimeout(100);
    } finally {
      await page.close();
    }
    return wasHit(word);
  }

  function tryEach(cases) {
    for (const [index, one] of cases.entries()) {
      test(one[0], { timeout: 60_000 }, async () => {
        const [open, closed] = await Promise.all([attempt(made.open, one, `open-${index}`), attempt(made.closed, one, `closed-${index}`)]);
        assert.equal(open, true, 'it works where everything is allowed');
        assert.equal(closed, false, 'and does not where it is forbidden');
      });
    }
  }

  return { made, asked, wasHit, opened, attempt, tryEach };
}

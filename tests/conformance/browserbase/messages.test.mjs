// Sizes and speed of messages: what passes, what is refused, and that one client's excess is its own.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { before, test } from 'node:test';

import { Cdp } from '../support/cdp.mjs';
import { release, sdkFor } from '../support/client.mjs';
import { useDaemon } from '../support/daemon.mjs';
import { serverHolds } from '../support/proc.mjs';
import { until, within } from '../support/wait.mjs';

const held = await useDaemon();
const limit = 100 * 2 ** 20 - 4096; // as the browser sees it: Chromium gives up its pipe a little above
const patience = 120_000;
let sdk;

before(() => {
  sdk = sdkFor(held.daemon);
});

async function kept(body) {
  const session = await sdk.sessions.create({ keepAlive: true });
  try {
    await body(session);
  } finally {
    await release(sdk, session);
  }
}

const sum = (text) => createHash('sha256').update(text).digest('hex');

for (const size of [1_000_000, 17_000_000, 100_000_000]) {
  test(`${size / 1e6} MB pass from the client to the page and back, unharmed`, async () => {
    await kept(async (session) => {
      const cdp = await Cdp.connect(session.connectUrl);
      const page = await cdp.attachToPage();
      // Not one repeated character: a piece lost or doubled would show.
      const line = Array.from({ length: 5_000 }, (_, i) => i.toString(36)).join('-');
      const overhead = 1_000;
      const text = line.repeat(Math.ceil(size / line.length)).slice(0, size - overhead);
      const answer = await cdp.ask('Runtime.callFunctionOn', {
        functionDeclaration: 'function (text) { globalThis.kept = text; return text.length; }',
        arguments: [{ value: text }],
        executionContextId: await contextOf(cdp, page),
        returnByValue: true,
      }, page, patience);
      assert.equal(answer.result.value, text.length);
      const back = await cdp.ask('Runtime.evaluate', { expression: 'globalThis.kept', returnByValue: true }, page, patience);
      assert.equal(sum(back.result.value), sum(text));
      await cdp.close();
    });
  });
}

async function contextOf(cdp, page) {
  await cdp.ask('Runtime.enable', {}, page);
  const event = await until('an execution context', () =>
    cdp.events.find(({ method, sessionId, params }) =>
      method === 'Runtime.executionContextCreated' && sessionId === page && params.context.auxData?.isDefault));
  return event.params.context.id;
}

/** A command that is `bytes` long as it is sent. */
function commandOf(bytes) {
  const empty = JSON.stringify({ id: 1, method: 'Browser.getVersion', params: { x: '' } });
  return JSON.stringify({ id: 1, method: 'Browser.getVersion', params: { x: 'y'.repeat(bytes - empty.length) } });
}

test('a message above the limit closes its own line with 1009; the browser and others go on', async () => {
  await kept(async (session) => {
    const other = await Cdp.connect(session.connectUrl);
    const page = await other.attachToPage();
    const greedy = await Cdp.connect(session.connectUrl);
    greedy.socket.send(commandOf(limit + 1));
    assert.equal((await within(patience, 'the socket closes', greedy.closed)).code, 1009);
    assert.equal(await other.evaluate(page, '6 * 7'), 42);
    await other.close();
    assert.equal((await sdk.sessions.retrieve(session.id)).status, 'RUNNING');
  });
});

test('the limit counts what the daemon adds: a message just below it is refused before it can kill the browser', async () => {
  await kept(async (session) => {
    const cdp = await Cdp.connect(session.connectUrl);
    cdp.socket.send(commandOf(limit - 1)); // with the root's session id it is above
    assert.equal((await within(patience, 'the socket closes', cdp.closed)).code, 1009);
    const next = await Cdp.connect(session.connectUrl);
    assert.match((await next.ask('Browser.getVersion')).product, /Chrome/);
    await next.close();
  });
});

test('a client that stops reading is closed with 1008; the other works all the while', async () => {
  await kept(async (session) => {
    const lazy = await Cdp.connect(session.connectUrl);
    const other = await Cdp.connect(session.connectUrl);
    const lazyPage = await lazy.attachToPage();
    const otherPage = await other.attachToPage();
    await lazy.evaluate(lazyPage, 'void (globalThis.big = "z".repeat(32 * 2 ** 20))', patience);
    lazy.socket.pause();
    for (let i = 0; i < 14; ++i) {
      lazy.socket.send(JSON.stringify({
        id: 1_000 + i, method: 'Runtime.evaluate', sessionId: lazyPage,
        params: { expression: 'globalThis.big', returnByValue: true },
      }));
    }
    const ports = [Number(new URL(session.connectUrl).port), lazy.socket._socket.localPort];
    assert.ok(serverHolds(...ports), 'the probe sees the connection');
    await until('the daemon gives the client up', async () => {
      assert.equal(await other.evaluate(otherPage, '1 + 1'), 2);
      return !serverHolds(...ports);
    }, patience, 100);
    lazy.socket.resume();
    assert.ok([1008, 1006].includes((await within(patience, 'the socket closes', lazy.closed)).code));
    assert.equal(await other.evaluate(otherPage, '2 + 2'), 4);
    await other.close();
  });
});

test('garbage closes its own line and nothing else', async () => {
  await kept(async (session) => {
    const other = await Cdp.connect(session.connectUrl);
    const page = await other.attachToPage();
    for (const text of ['', 'nonsense', '{', '[]', '{"id":1', '{"id":"x","method":3}', '\u0000', '{"id":1,"method":"X"} trailing']) {
      const rude = await Cdp.connect(session.connectUrl);
      rude.socket.send(text);
      await Promise.race([rude.closed, rude.send('Browser.getVersion').catch(() => {})]);
      await rude.cut();
      assert.equal(await other.evaluate(page, '3 + 4'), 7, `after ${JSON.stringify(text)}`);
    }
    await other.close();
  });
});

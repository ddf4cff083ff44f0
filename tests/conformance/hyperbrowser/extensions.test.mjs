// Extensions through Hyperbrowser's client: added, listed in both shapes, used, deleted.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { useDaemon } from '../support/daemon.mjs';
import { painted, painter } from '../support/extension.mjs';
import { startSite } from '../support/site.mjs';
import { call, connectPlaywright, nobody, rejectionOf, sdkFor } from './client.mjs';

const held = await useDaemon();
const { daemon } = held;
const sdk = sdkFor(daemon);
const context = {};
before(async () => {
  context.site = await startSite();
  context.home = await mkdtemp(path.join(tmpdir(), 'extensions-'));
});
after(async () => {
  await context.site.close();
  await rm(context.home, { recursive: true });
});

async function fileOf(bytes, name = 'painter.zip') {
  const file = path.join(context.home, name);
  await writeFile(file, bytes);
  return file;
}

test('the client adds, lists and uses one', async () => {
  const made = await sdk.extensions.create({ filePath: await fileOf(painter('hyper')), name: 'My painter' });
  assert.equal(made.name, 'My painter');
  const plain = await sdk.extensions.create({ filePath: await fileOf(painter('other'), 'other.zip') });
  assert.equal(plain.name, 'Painter');
  const all = await sdk.extensions.list();
  assert.ok(Array.isArray(all), 'as the client is typed');
  assert.deepEqual(all.map(({ id }) => id).sort(), [made.id, plain.id].sort());

  const session = await sdk.sessions.create({ extensionIds: [made.id] });
  assert.deepEqual(session.launchState?.extensionIds ?? [made.id], [made.id]);
  const browser = await connectPlaywright(session.wsEndpoint);
  const page = browser.contexts()[0].pages()[0];
  await page.goto(`${context.site.url}/stage/named?name=plain`);
  assert.equal(await painted(page), 'hyper');
  await sdk.sessions.stop(session.id);
  await browser.close();
});

test('other clients get the list as an object, and can look at one and delete it', async () => {
  const { extensions } = await (await call(daemon, 'GET', '/api/extensions/list')).json();
  assert.equal(extensions.length, 2);
  const [first] = extensions;
  assert.deepEqual(await (await call(daemon, 'GET', `/api/extensions/${first.id}`)).json(), first);
  assert.deepEqual(await (await call(daemon, 'DELETE', `/api/extensions/${first.id}`)).json(), { success: true });
  assert.equal((await call(daemon, 'GET', `/api/extensions/${first.id}`)).status, 404);
});

test('what is no extension, or is unknown, is refused', async () => {
  await rejectionOf(sdk.extensions.create({ filePath: await fileOf(Buffer.from('no zip'), 'no.zip') }), 400);
  await rejectionOf(sdk.sessions.create({ extensionIds: [nobody] }), 404);
  await rejectionOf(sdk.sessions.create({ extensionIds: [7] }), 400);
});

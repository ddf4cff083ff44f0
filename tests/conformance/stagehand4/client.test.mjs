// npm @browserbasehq/stagehand 4, unmodified: it uploads its extension, makes a session with it, drives it from inside
// the browser, and asks its model through the daemon.
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, test } from 'node:test';

import { browserbase, Stagehand } from 'stagehand4';

import { startPages } from '../stagehand/client.mjs';
import { call } from '../support/client.mjs';
import { useDaemon } from '../support/daemon.mjs';
import { until } from '../support/wait.mjs';
import { startModel } from './model.mjs';

const require = createRequire(import.meta.url);
const entry = fileURLToPath(import.meta.resolve('stagehand4'));
const { z } = createRequire(entry)('zod/v4');
const { version } = require(`${entry.slice(0, entry.lastIndexOf('/dist/'))}/package.json`);
process.stdout.write(`# client: @browserbasehq/stagehand ${version}\n`);

const home = await mkdtemp(path.join(tmpdir(), 'model-'));
const keyFile = path.join(home, 'key');
await writeFile(keyFile, 'sk-of-the-operator\n', { mode: 0o600 });
const model = await startModel();
const html = `<!doctype html><title>Front</title><h1>Front page</h1><input id="name" aria-label="Name">
<button onclick="document.title = 'Hello ' + document.getElementById('name').value">Greet</button>`;
const site = await startPages({ '/': html });
const front = `${site.url}/`;
after(async () => {
  await Promise.all([model.close(), site.close()]);
  await rm(home, { recursive: true });
});
const held = await useDaemon({ model: { base_url: model.url, api_key_file: keyFile, name: 'scripted-1' } });
const { daemon } = held;
const story = {};

function step(name, body) {
  test(name, async (context) => {
    if (story.broken) return context.skip(`after "${story.broken}" failed`);
    try {
      await body();
    } catch (error) {
      story.broken = name;
      throw error;
    }
  });
}

const sessions = async () => (await call(daemon, 'GET', '/v1/sessions?status=RUNNING')).json();
step('launch() makes a session with the client\'s own extension in it', async () => {
  story.browser = await browserbase.launch({ apiKey: daemon.key, baseUrl: daemon.baseURL });
  const [session] = await sessions();
  story.session = session;
  assert.equal(session.userMetadata.stagehand, 'true');
  assert.equal(session.userMetadata.stagehand_sdk_version, version);
});

step('create() reaches the extension, which dials back into the session', async () => {
  story.stagehand = await Stagehand.create({ browser: story.browser, apiKey: daemon.key, apiUrl: daemon.baseURL, logging: { level: 'warn' } });
  [story.page] = await story.browser.context.pages();
  await story.page.goto(front);
  assert.equal(await story.page.title(), 'Front');
});

step('observe() asks the configured model', async () => {
  const { data, metadata } = await story.stagehand.observe('find the button that greets');
  assert.equal(data.length, 1, JSON.stringify(data));
  assert.match(data[0].selector, /button/);
  assert.equal(metadata.usage.inputTokens, 90);
  assert.equal(metadata.cache.status, 'MISS');
  const [{ body, headers, path: asked }] = model.asked;
  assert.equal(asked, '/v1/responses');
  assert.equal(body.model, 'scripted-1');
  assert.equal(headers.authorization, 'Bearer sk-of-the-operator');
  assert.ok(!JSON.stringify({ headers, body }).includes(daemon.key), 'the daemon\'s own key stays here');
});

step('act() fills and clicks', async () => {
  const filled = await story.stagehand.act('type the name into the field', { variables: { name: 'secret-value-4711' } });
  assert.equal(filled.data?.success ?? filled.success, true, JSON.stringify(filled));
  const clicked = await story.stagehand.act('click the greeting button');
  assert.equal(clicked.data?.success ?? clicked.success, true, JSON.stringify(clicked));
  assert.equal(await story.page.title(), 'Hello secret-value-4711');
  const [asked] = model.asked.filter(({ body }) => JSON.stringify(body).includes('%name%'));
  assert.ok(asked && !JSON.stringify(asked).includes('secret-value-4711'), 'the model gets a variable\'s name, never its value');
});

step('extract() gives what the schema asks for', async () => {
  const { data } = await story.stagehand.extract('the heading', z.object({ heading: z.string(), count: z.number() }));
  assert.deepEqual(data, { heading: 'Front page', count: 7 });
});

step('what was asked before is told from the cache, and no variable\'s value is kept', async () => {
  await story.page.goto('about:blank');
  await story.page.goto(front);
  const before = model.asked.length;
  const { data, metadata } = await story.stagehand.observe('find the button that greets');
  assert.equal(data.length, 1);
  assert.equal(metadata.cache.status, 'HIT', JSON.stringify(metadata));
  assert.equal(model.asked.length, before, 'the model was not asked');
  assert.deepEqual(metadata.cache.tokensSaved, { inputTokens: 90, outputTokens: 10, totalTokens: 100 });
});

step('close() releases the session and deletes the extension', async () => {
  await story.stagehand.close();
  await story.browser.close();
  await until('the session has ended', async () => (await sessions()).length === 0, 5_000);
  await until('its contents are gone', async () => (await readdir(path.join(daemon.data, 'extensions'))).length === 0, 5_000);
});

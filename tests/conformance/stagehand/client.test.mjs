// The official client, unmodified: npm @browserbasehq/stagehand with both of its halves pointed here.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';

import { useDaemon } from '../support/daemon.mjs';
import { ask, startPages } from './client.mjs';

const held = await useDaemon();
const url = held.daemon.baseURL;
process.env.STAGEHAND_API_URL = url;
process.env.BROWSERBASE_BASE_URL = url;
const { Stagehand } = await import('@browserbasehq/stagehand');
const { version } = createRequire(import.meta.url)('@browserbasehq/stagehand/package.json');
process.stdout.write(`# client: @browserbasehq/stagehand ${version}\n`);

const pages = {
  '/': `<!doctype html><title>Front</title><h1>Front page</h1><input id="name" aria-label="Name"><button onclick="document.title = 'Hello ' + document.getElementById('name').value">Greet</button>
    <iframe src="/frame"></iframe>`,
  '/frame': '<!doctype html><title>Frame</title><p>Words in a frame</p>',
};
const story = { lines: [] };
before(async () => {
  story.site = await startPages(pages);
});
after(() => story.site.close());

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

step('init() makes a session that both halves of the client share', async () => {
  story.stagehand = new Stagehand({
    env: 'BROWSERBASE', apiKey: held.daemon.key, projectId: 'a-project-elsewhere', model: { modelName: 'openai/gpt-4.1', apiKey: 'sk-not-a-key' },
    verbose: 2, disablePino: true, logger: (line) => story.lines.push(line),
  });
  await story.stagehand.init();
  story.id = story.stagehand.browserbaseSessionID ?? story.stagehand.browserbaseSessionId;
  assert.ok(story.id, 'the session has an id');
  const seen = await (await ask(held.daemon, 'GET', `/v1/sessions/${story.id}`)).json();
  assert.equal(seen.status, 'RUNNING');
  assert.equal(seen.userMetadata.stagehand, 'true');
});

step('page.goto() goes through the API and answers a response', async () => {
  [story.page] = story.stagehand.context.pages();
  const response = await story.page.goto(`${story.site.url}/`);
  assert.equal(response.status(), 200);
  assert.equal(await story.page.title(), 'Front');
});

step('act() with an Action fills and clicks', async () => {
  const fill = await story.stagehand.act({ selector: 'xpath=/html/body/input', description: 'the name', method: 'fill', arguments: ['World'] });
  assert.equal(fill.success, true, JSON.stringify(fill));
  const click = await story.stagehand.act({ selector: 'xpath=//button', description: 'greet', method: 'click', arguments: [] });
  assert.equal(click.success, true, JSON.stringify(click));
  assert.match(click.message, /^Action \[click\] performed successfully on selector: xpath=\/\/button$/);
  assert.equal(await story.page.title(), 'Hello World');
  const missing = await story.stagehand.act({ selector: 'xpath=//nothing', description: 'nothing', method: 'click', arguments: [] });
  assert.equal(missing.success, false);
});

step('extract() without an instruction reads the page', async () => {
  const { pageText } = await story.stagehand.extract();
  assert.match(pageText, /heading: Front page/);
  assert.match(pageText, /Words in a frame/);
});

step('what needs a model says that there is none', async () => {
  await assert.rejects(story.stagehand.observe('the button'), /No model is configured|501/);
});

step('metrics are read from the replay', async () => {
  const metrics = await story.stagehand.metrics;
  assert.equal(metrics.actPromptTokens, 0);
  assert.equal(metrics.totalPromptTokens, 0);
  const replay = (await (await ask(held.daemon, 'GET', `/v1/sessions/${story.id}/replay`)).json()).data;
  const methods = replay.pages.flatMap((page) => page.actions.map(({ method }) => method));
  assert.deepEqual(methods.filter((method) => !method.startsWith('cdp:')), ['navigate', 'act', 'act', 'act', 'extract']);
  assert.equal(replay.clientLanguage, 'typescript');
});

step('close() ends the session', async () => {
  await story.stagehand.close();
  const seen = await (await ask(held.daemon, 'GET', `/v1/sessions/${story.id}`)).json();
  assert.equal(seen.status, 'COMPLETED');
});

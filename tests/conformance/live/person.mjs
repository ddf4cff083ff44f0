// A person at a live page: another Chromium, on a session that a program drives too.
// LIVE_SCREENSHOTS=<folder> keeps pictures of what they see.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before } from 'node:test';

import { chromium } from 'playwright-core';

import { connectPlaywright, release, sdkFor } from '../support/client.mjs';
import { useDaemon } from '../support/daemon.mjs';
import { until } from '../support/wait.mjs';
import { startGate } from './gate.mjs';
import { startPad } from './pad.mjs';

const held = await useDaemon({ limits: { sessions: 4 } });
export const { daemon } = held;
export const sdk = sdkFor(daemon);
export const goodbye = 'browserbase-disconnected';
export let pad;
export let gate; // between some viewers and the daemon
let viewer;

before(async () => {
  pad = await startPad();
  gate = await startGate(daemon.address);
  viewer = await chromium.launch({ executablePath: '/usr/lib/chromium/chromium', args: ['--no-sandbox'] });
});
after(async () => {
  await viewer?.close();
  await gate.close();
  await pad.close();
});

/** A session with the pad in front, and its program's view of it. */
export async function stage(t, params = {}) {
  const session = await sdk.sessions.create({ keepAlive: true, ...params });
  const browser = await connectPlaywright(session);
  t.after(async () => {
    await browser.close();
    await release(sdk, session).catch(() => {});
  });
  const page = browser.contexts()[0].pages()[0];
  await page.goto(`${pad.origin}/pad`);
  return { session, browser, page, context: browser.contexts()[0] };
}

/** The person's page: the live page, framed as applications do it unless told otherwise. */
export async function look(t, url, { size = { width: 1000, height: 700 }, ratio = 1, framed = true, hasTouch = false } = {}) {
  const context = await viewer.newContext({ viewport: size, deviceScaleFactor: ratio, hasTouch, permissions: ['clipboard-read', 'clipboard-write'] });
  t.after(() => context.close());
  const outer = await context.newPage();
  const hosts = new Set();
  outer.on('request', (request) => hosts.add(new URL(request.url()).host));
  const faults = [];
  outer.on('pageerror', (error) => faults.push(String(error)));
  outer.on('console', (message) => { if (message.type() === 'error' && !/WebSocket|Failed to load resource/.test(message.text())) faults.push(message.text()); });
  await outer.goto(framed ? `${pad.origin}/frame?url=${encodeURIComponent(url)}` : url);
  const frame = framed ? await until('the frame is there', () => outer.frames().find((one) => one.url().includes('/view/'))) : outer.mainFrame();
  const canvas = frame.locator('#screen');
  const person = {
    outer, frame, canvas, hosts, faults, context,
    pictures: () => frame.evaluate(() => Number(document.body.dataset.pictures ?? 0)),
    status: () => frame.locator('#status').textContent(),
    kind: () => frame.evaluate(() => document.body.className),
    /** Where a place of the session's page is on the person's screen. */
    async on(x, y, page = { width: 1280, height: 720 }) {
      const box = await canvas.boundingBox();
      return [box.x + (x / page.width) * box.width, box.y + (y / page.height) * box.height];
    },
    async click(x, y, options) {
      await outer.mouse.click(...(await person.on(x, y)), options);
    },
    colour: (x = 0.5, y = 0.5) => canvas.evaluate((node, at) => {
      const { data } = node.getContext('2d').getImageData(Math.floor(node.width * at[0]), Math.floor(node.height * at[1]), 1, 1);
      return [...data].slice(0, 3);
    }, [x, y]),
    async shot(name) {
      if (process.env.LIVE_SCREENSHOTS) await outer.screenshot({ path: path.join(process.env.LIVE_SCREENSHOTS, `${name}.png`) });
    },
  };
  return person;
}

export const seen = (page, type) => page.evaluate((wanted) => window.seen.filter((entry) => !wanted || entry.type === wanted), type);
export const near = (actual, wanted, most, what) => assert.ok(Math.abs(actual - wanted) <= most, `${what}: ${actual} is not ${wanted} ± ${most}`);
export const isNear = (a, b, most = 24) => a.every((value, i) => Math.abs(value - b[i]) <= most);

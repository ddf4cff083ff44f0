// People at the live page in a real Chromium: who may act, who does, tabs, a network that is cut, a slow viewer, the end.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { chromium } from 'playwright-core';

import { call, connectPlaywright, rejectionOf } from '../support/client.mjs';
import { pause, until } from '../support/wait.mjs';
import { daemon, gate, goodbye, isNear, look, pad, sdk, seen, stage } from './person.mjs';

test('a link to look takes no input, and its token opens nothing else', async (t) => {
  const answer = await call(daemon, 'POST', '/hyperbrowser/api/session', { body: { viewOnlyLiveView: true }, headers: { 'x-api-key': daemon.key } });
  const made = await answer.json();
  assert.equal(answer.status, 200, JSON.stringify(made));
  t.after(() => call(daemon, 'PUT', `/hyperbrowser/api/session/${made.id}/stop`, { headers: { 'x-api-key': daemon.key } }));
  const browser = await chromium.connectOverCDP(`${made.wsEndpoint}&keepAlive=true`);
  t.after(() => browser.close());
  const page = browser.contexts()[0].pages()[0];
  await page.goto(`${pad.origin}/pad`);
  const person = await look(t, made.liveUrl);
  await until('pictures come', () => person.pictures());
  assert.equal(await person.status(), 'Live, watching only');
  await person.click(200, 118);
  await person.outer.keyboard.type('no');
  await person.frame.evaluate(() => live.send({ t: 'take' })); // as a page that was tampered with would
  await person.frame.evaluate(() => live.act({ t: 'text', text: 'no', composing: false }));
  await person.frame.evaluate(() => live.act({ t: 'mouse', kind: 'press', x: 0.5, y: 0.5, button: 'left' }));
  await pause(700);
  assert.deepEqual(await seen(page), []);
  assert.equal(await page.inputValue('#name'), '');
  await person.shot('watching');
  const token = new URL(made.liveUrl).searchParams.get('token');
  assert.notEqual((await fetch(`${daemon.baseURL}/json/version?token=${token}`)).status, 200);
});

test('one has control; it is taken over and handed back, and both see it', async (t) => {
  const { session, page } = await stage(t);
  const { debuggerUrl, debuggerFullscreenUrl } = await sdk.sessions.debug(session.id);
  const one = await look(t, debuggerUrl);
  await until('pictures come', () => one.pictures());
  const two = await look(t, debuggerUrl);
  await until('pictures come', () => two.pictures());
  await one.click(200, 118);
  await one.outer.keyboard.type('one');
  await until('the first one types', async () => (await page.inputValue('#name')) === 'one');
  await until('and has control', async () => (await one.status()).startsWith('You have control'));
  await until('which the other sees', async () => /Viewer 1 has control/.test(await two.status()));
  await two.click(200, 118);
  await two.outer.keyboard.type('two');
  await pause(300);
  assert.equal(await page.inputValue('#name'), 'one', 'the second one cannot act');
  await two.shot('other');
  await two.frame.locator('#control').click();
  await until('taken over', async () => (await two.kind()) === 'acting' && (await one.kind()) === 'other');
  await two.click(200, 134); // in the line of text: above it, the caret would go before it
  await two.outer.keyboard.type('+two');
  await until('now it can', async () => (await page.inputValue('#name')) === 'one+two');
  await two.shot('acting');
  const three = await look(t, debuggerFullscreenUrl);
  await until('without a bar it is said, too', async () => (await three.frame.locator('#badge').isVisible()) && /Viewer 2 has control/.test(await three.frame.locator('#badge-text').textContent()));
  await three.shot('badge');
  await two.frame.locator('#control').click();
  await until('handed back to the first one', async () => (await one.kind()) === 'acting');
  await one.frame.locator('#control').click();
  await until('and to nobody', async () => (await one.kind()) === 'live' && (await two.kind()) === 'live');
});

test('tabs: the strip follows the browser, opens, shows and closes', async (t) => {
  const { session, page, context } = await stage(t);
  const person = await look(t, (await sdk.sessions.debug(session.id)).debuggerUrl);
  await until('pictures come', () => person.pictures());
  const strip = () => person.frame.locator('.tab .name').allTextContents();
  const other = await context.newPage();
  await other.goto(`${pad.origin}/colour?c=rgb(0,0,255)`);
  await until('the new tab is in the strip', async () => (await strip()).join() === 'Pad,Colour rgb(0,0,255)');
  await until('and is seen, since it is in front', async () => isNear(await person.colour(), [0, 0, 255]));
  await person.shot('tabs');
  await person.frame.locator('.tab').first().click();
  await until('the first one is shown again', async () => isNear(await person.colour(0.02, 0.95), [255, 253, 245]));
  assert.equal(await page.evaluate(() => document.visibilityState), 'visible');
  await person.frame.locator('.tab .close').nth(1).click();
  await until('closed', async () => other.isClosed() && (await strip()).join() === 'Pad');
  await person.frame.locator('#open-tab').click();
  await until('opened', async () => (await strip()).length === 2 && context.pages().length === 2);
  const address = person.frame.locator('#address');
  await until('it is in front', async () => (await address.inputValue()) === '');
  await address.fill(`${pad.origin.replace('http://', '')}/colour?c=rgb(255,0,0)`);
  await address.press('Enter');
  await until('a typed address is opened', async () => isNear(await person.colour(), [255, 0, 0]));
  await address.fill('file:///etc/passwd');
  await address.press('Enter');
  await until('a file is not', async () => /not open here/.test(await person.frame.locator('#note').textContent()));
  await person.frame.locator('#back').click();
  await until('back', () => context.pages()[1].url() === 'about:blank');
  await person.frame.locator('#forward').click();
  await until('and forward', () => context.pages()[1].url().includes('/colour'));
  assert.deepEqual(person.faults, []);
});

test('a link to one tab shows that tab, also behind another one, and ends with it', async (t) => {
  const { session, page, context } = await stage(t);
  await page.goto(`${pad.origin}/colour?c=rgb(0,128,0)`);
  const front = await context.newPage();
  await front.goto(`${pad.origin}/colour?c=rgb(0,0,255)`);
  const links = await sdk.sessions.debug(session.id);
  const green = links.pages.find(({ url }) => url.includes('rgb(0,128,0)'));
  const person = await look(t, green.debuggerUrl);
  await until('the hidden tab is seen', async () => isNear(await person.colour(), [0, 128, 0]), 15_000);
  assert.deepEqual(await person.frame.locator('.tab .name').allTextContents(), ['Colour rgb(0,128,0)'], 'no other tab is told of');
  assert.equal(await front.evaluate(() => document.visibilityState), 'visible', 'looking moves nothing');
  await person.shot('one-tab');
  await page.close();
  await until('the page around hears of it', async () => (await person.outer.evaluate(() => messages)).includes(goodbye));
  assert.equal(await person.kind(), 'over');
});

test('after a cut the page comes back by itself, with control', async (t) => {
  const { session, page } = await stage(t);
  const { debuggerUrl } = await sdk.sessions.debug(session.id);
  const person = await look(t, debuggerUrl.replace(daemon.address, gate.address));
  await until('pictures come', () => person.pictures());
  await person.click(200, 118);
  await person.outer.keyboard.type('before');
  await until('typed', async () => (await page.inputValue('#name')) === 'before');
  gate.isOpen = false;
  gate.cut();
  await until('it says so', async () => (await person.kind()) === 'waiting');
  await person.shot('reconnecting');
  await pause(1200);
  assert.equal(await person.kind(), 'waiting');
  assert.deepEqual(await person.outer.evaluate(() => messages), [], 'a cut is not the end');
  gate.isOpen = true;
  const before = await person.pictures();
  await until('it is back, with control', async () => (await person.kind()) === 'acting', 15_000);
  await until('pictures come', async () => (await person.pictures()) > before);
  await person.outer.keyboard.type(' after');
  await until('hands reach the page', async () => (await page.inputValue('#name')) === 'before after');
});

test('who takes no pictures gets one, and nobody else notices', async (t) => {
  const { session, page } = await stage(t);
  const { debuggerUrl } = await sdk.sessions.debug(session.id);
  const person = await look(t, debuggerUrl);
  await until('pictures come', () => person.pictures());
  const url = new URL(debuggerUrl);
  const socket = new WebSocket(`ws://${daemon.address}${url.pathname}/socket?token=${url.searchParams.get('token')}`);
  socket.binaryType = 'arraybuffer';
  let pictures = 0;
  socket.onmessage = ({ data }) => { pictures += new Uint8Array(data)[0] === 0x50 ? 1 : 0; };
  t.after(() => socket.close());
  await until('the slow one has its picture', () => pictures === 1);
  const before = await person.pictures();
  await page.evaluate(() => { let n = 0; setInterval(() => { document.body.style.background = `hsl(${(n += 40)} 80% 60%)`; }, 50); });
  await until('the others see what happens', async () => (await person.pictures()) > before + 10, 15_000);
  assert.equal(pictures, 1);
  assert.equal((await sdk.sessions.retrieve(session.id)).status, 'RUNNING');
});

test('viewers do not keep a session, and the end is told to the page around', async (t) => {
  const session = await sdk.sessions.create({});
  const browser = await connectPlaywright(session);
  const { debuggerUrl } = await sdk.sessions.debug(session.id);
  const person = await look(t, debuggerUrl);
  await until('pictures come', () => person.pictures());
  await browser.close();
  await until('it ends with its last client', async () => (await sdk.sessions.retrieve(session.id)).status === 'COMPLETED');
  await until('the page around hears exactly the contract\'s words', async () => (await person.outer.evaluate(() => messages)).join() === goodbye);
  assert.equal(await person.kind(), 'over');
  await person.shot('over');
  await rejectionOf(sdk.sessions.debug(session.id), 410, 'debug');
  const again = await fetch(debuggerUrl, { headers: { accept: 'text/html' } });
  assert.equal(again.status, 410);
  const reloaded = await look(t, debuggerUrl);
  await until('a page that is loaded too late says so, too', async () => (await reloaded.outer.evaluate(() => messages)).join() === goodbye);
  assert.match(await reloaded.frame.locator('#veil-text').textContent(), /ended/);
});


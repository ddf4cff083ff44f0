// Hands at the live page in a real Chromium, framed by a page of another origin: where clicks land, keys, an input method,
// the clipboard.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { pause, until } from '../support/wait.mjs';
import { daemon, isNear, look, near, pad, sdk, seen, stage } from './person.mjs';

test('a framed live page shows the session and reaches only the daemon', async (t) => {
  const { session } = await stage(t);
  const links = await sdk.sessions.debug(session.id);
  assert.match(links.debuggerUrl, /\?/);
  assert.ok(!links.debuggerUrl.includes(daemon.key));
  const person = await look(t, links.debuggerUrl);
  await until('pictures come', () => person.pictures());
  await until('the pad is seen', async () => isNear(await person.colour(0.02, 0.95), [255, 253, 245]));
  assert.equal(await person.status(), 'Live');
  assert.match(await person.frame.locator('#address').inputValue(), /\/pad$/);
  assert.deepEqual(await person.frame.locator('.tab .name').allTextContents(), ['Pad']);
  assert.deepEqual([...person.hosts].filter((host) => host !== new URL(pad.origin).host), [daemon.address], 'nothing is loaded from elsewhere');
  assert.deepEqual(person.faults, []);
  await person.shot('framed');
  const full = await look(t, `${links.debuggerFullscreenUrl}&unknown=parameter`);
  await until('pictures come without a bar, too', () => full.pictures());
  assert.equal(await full.frame.locator('#bar').isVisible(), false);
  await full.shot('fullscreen');
});

test('a click lands where the person points, whatever the scale and the pixel ratio', async (t) => {
  const { session, page } = await stage(t);
  const { debuggerUrl } = await sdk.sessions.debug(session.id);
  for (const { size, ratio } of [{ size: { width: 1500, height: 1000 }, ratio: 1 }, { size: { width: 640, height: 480 }, ratio: 2 }, { size: { width: 500, height: 900 }, ratio: 1.5 }]) {
    const person = await look(t, debuggerUrl, { size, ratio });
    await until('pictures come', () => person.pictures());
    await page.evaluate(() => { window.seen = []; });
    const places = [[8, 8], [640, 360], [1260, 700], [300, 500]];
    for (const place of places) await person.click(...place);
    const clicks = await until('all clicks arrive', async () => (await seen(page, 'click')).length === places.length && seen(page, 'click'));
    const tolerance = 0.6 + 1280 / (await person.canvas.boundingBox()).width; // a person's screen has whole pixels only
    clicks.forEach((click, i) => {
      near(click.x, places[i][0], tolerance, `x at ${size.width}x${size.height}@${ratio}`);
      near(click.y, places[i][1], tolerance, `y at ${size.width}x${size.height}@${ratio}`);
    });
    await person.context.close();
  }
});

test('a page of another size than the session began with is met where it is', async (t) => {
  const { session, page } = await stage(t);
  const { debuggerUrl } = await sdk.sessions.debug(session.id);
  const person = await look(t, debuggerUrl);
  await page.setViewportSize({ width: 600, height: 500 });
  await until('the picture has the new size', async () => (await person.canvas.evaluate((node) => node.width)) === 600, 15_000);
  await page.evaluate(() => { window.seen = []; });
  await pause(300);
  await person.outer.mouse.click(...(await person.on(450, 400, { width: 600, height: 500 })));
  const [click] = await until('the click arrives', async () => (await seen(page, 'click')).length && seen(page, 'click'));
  near(click.x, 450, 2, 'x');
  near(click.y, 400, 2, 'y');
});

test('double clicks, drags, buttons, modifiers and the wheel', async (t) => {
  const { session, page } = await stage(t);
  const person = await look(t, (await sdk.sessions.debug(session.id)).debuggerUrl);
  await until('pictures come', () => person.pictures());
  await person.outer.mouse.dblclick(...(await person.on(90, 52)));
  await until('a double click', async () => (await seen(page, 'dblclick')).length === 1);
  assert.equal(await page.evaluate(() => String(getSelection()).trim()), 'Sign', 'a word is selected');
  await person.outer.keyboard.down('Shift');
  await person.click(900, 600);
  await person.outer.keyboard.up('Shift');
  await until('a click with Shift', async () => (await seen(page, 'click')).at(-1)?.shift);
  // What is selected would be dragged away, and a drag of that kind ends without mouseup.
  await page.evaluate(() => { getSelection().removeAllRanges(); window.seen = []; });
  await person.outer.mouse.move(...(await person.on(100, 600)));
  await person.outer.mouse.down();
  await person.outer.mouse.move(...(await person.on(500, 650)), { steps: 10 });
  await person.outer.mouse.up();
  await until('the drag ends', async () => (await seen(page, 'mouseup')).length === 1);
  const moves = (await seen(page, 'mousemove')).filter(({ buttons }) => buttons === 1);
  assert.ok(moves.length >= 2, `${moves.length} moves with the button down`);
  const [{ x, y }] = await seen(page, 'mouseup');
  near(x, 500, 3, 'x');
  near(y, 650, 3, 'y');
  await person.outer.mouse.wheel(0, 400);
  await until('the page scrolls', () => page.evaluate(() => scrollY > 200));
  await person.outer.mouse.wheel(0, -4000);
  await until('and back', () => page.evaluate(() => scrollY === 0));
});

test('what a person types, whatever the layout; shortcuts; and nothing of it in the log', async (t) => {
  const { session, page } = await stage(t);
  const person = await look(t, (await sdk.sessions.debug(session.id)).debuggerUrl);
  await until('pictures come', () => person.pictures());
  const { keyboard } = person.outer;
  await person.click(200, 118);
  await until('the field has the focus', () => page.evaluate(() => document.activeElement.id === 'name'));
  await keyboard.type('Zoe Öz');
  await keyboard.press('Shift+A');
  await keyboard.press('ArrowLeft');
  await keyboard.press('Backspace');
  await until('it is there', async () => (await page.inputValue('#name')) === 'Zoe ÖA');
  await keyboard.press('Control+a');
  await keyboard.press('Delete');
  await until('and gone', async () => (await page.inputValue('#name')) === '');
  await keyboard.type('grün@[]{}\\|~€');
  await until('signs of every kind', async () => (await page.inputValue('#name')) === 'grün@[]{}\\|~€');
  await keyboard.press('Tab');
  await until('Tab goes on', () => page.evaluate(() => document.activeElement.id === 'notes'));
  await keyboard.type('one');
  await keyboard.press('Enter');
  await keyboard.type('two');
  await until('two lines', async () => (await page.inputValue('#notes')) === 'one\ntwo');
  const down = (await seen(page, 'keydown')).find(({ key }) => key === 'Enter');
  assert.deepEqual([down.code, down.number], ['Enter', 13]);
  await keyboard.down('Control');
  await keyboard.down('b');
  await person.frame.evaluate(() => document.getElementById('keys').blur());
  await until('who looks elsewhere lets go of the keys', async () => (await seen(page, 'keyup')).some(({ key }) => key === 'Control'));
  await keyboard.up('b');
  await keyboard.up('Control');
  await person.shot('typing');
  const logs = await sdk.sessions.logs.list(session.id);
  assert.ok(logs.some(({ method }) => method === 'Input.dispatchKeyEvent'), 'hands are in the log');
  assert.ok(logs.some(({ method }) => method === 'Input.dispatchMouseEvent'));
  assert.ok(!/gr\u00fcn|Zoe|"\u00d6/.test(JSON.stringify(logs.filter(({ method }) => method.startsWith('Input.')))), 'what was typed is not');
});

test('an input method composes in the page', async (t) => {
  const { session, page } = await stage(t);
  const person = await look(t, (await sdk.sessions.debug(session.id)).debuggerUrl, { framed: false });
  await until('pictures come', () => person.pictures());
  await person.click(200, 118);
  await until('the field has the focus', () => page.evaluate(() => document.activeElement.id === 'name'));
  const devtools = await person.context.newCDPSession(person.outer);
  for (const text of ['に', 'にほ', 'にほん', '日本']) {
    await devtools.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length });
    await until(`${text} is being composed`, async () => (await seen(page, 'compositionupdate')).at(-1)?.data === text);
  }
  assert.equal(await page.inputValue('#name'), '日本', 'what is composed is seen in the page');
  await person.shot('composing');
  await devtools.send('Input.insertText', { text: '日本' });
  await until('it is decided', async () => (await seen(page, 'compositionend')).length === 1);
  await devtools.send('Input.insertText', { text: '語' });
  await until('and goes on', async () => (await page.inputValue('#name')) === '日本語');
  await devtools.send('Input.imeSetComposition', { text: 'ぬ', selectionStart: 1, selectionEnd: 1 });
  await until('another one', async () => (await page.inputValue('#name')) === '日本語ぬ');
  await devtools.send('Input.imeSetComposition', { text: '', selectionStart: 0, selectionEnd: 0 });
  await until('is given up', async () => (await page.inputValue('#name')) === '日本語');
});

/** Says what became of the click when the list is not there. */
async function isOffered(list, page) {
  if (await list.isVisible()) return true;
  const state = await page.evaluate(() => `open: ${choice.matches(':open')}, focus: ${document.activeElement.id}, page in front: ${document.hasFocus()}`);
  throw new Error(`no list; ${state}, the page saw ${JSON.stringify(await seen(page))}`);
}

test('a list that drops down is chosen from by mouse', async (t) => {
  const { session, page } = await stage(t);
  const person = await look(t, (await sdk.sessions.debug(session.id)).debuggerUrl);
  await until('pictures come', () => person.pictures());
  const box = await page.locator('#choice').boundingBox();
  const open = () => person.click(box.x + box.width / 2, box.y + box.height / 2);
  const list = person.frame.locator('#list');
  await open();
  await until('its choices are shown', () => isOffered(list, page));
  assert.deepEqual(await list.locator('button').allTextContents(), ['Stalls', 'Boxes', 'Circle', 'Gallery']);
  assert.equal(await list.locator('button').nth(1).isDisabled(), true);
  await person.shot('list');
  await list.locator('button').nth(3).click();
  await until('chosen', async () => (await page.inputValue('#choice')) === 'Gallery');
  await open();
  await until('open again', () => isOffered(list, page));
  await page.evaluate(() => { window.seen = []; });
  await person.click(900, 600);
  await until('given up', async () => !(await list.isVisible()) && !(await page.evaluate(() => choice.matches(':open'))));
  await pause(600); // as long as a click is looked behind for its list
  assert.equal(await list.isVisible(), false);
  assert.deepEqual((await seen(page)).filter(({ type }) => /mouse(down|up)|click/.test(type)), [], 'half a click reached the page');
  assert.equal(await page.inputValue('#choice'), 'Gallery');
});

test('a list that drops down is chosen from by finger', async (t) => {
  const { session, page } = await stage(t);
  const person = await look(t, (await sdk.sessions.debug(session.id)).debuggerUrl, { hasTouch: true });
  await until('pictures come', () => person.pictures());
  const box = await page.locator('#choice').boundingBox();
  await person.outer.touchscreen.tap(...(await person.on(box.x + box.width / 2, box.y + box.height / 2)));
  const list = person.frame.locator('#list');
  await until('its choices are shown', () => isOffered(list, page));
  await list.locator('button').nth(2).tap();
  await until('chosen', async () => (await page.inputValue('#choice')) === 'Circle');
});

test('the clipboard, in and out', async (t) => {
  const { session, page } = await stage(t);
  const person = await look(t, (await sdk.sessions.debug(session.id)).debuggerUrl, { framed: false });
  await until('pictures come', () => person.pictures());
  const { keyboard } = person.outer;
  await person.click(200, 200);
  await until('the field has the focus', () => page.evaluate(() => document.activeElement.id === 'notes'));
  await person.outer.evaluate(() => navigator.clipboard.writeText('from\nthe person 日本'));
  await keyboard.press('Control+v');
  await until('pasted', async () => (await page.inputValue('#notes')) === 'from\nthe person 日本');
  await keyboard.press('Control+a');
  await person.outer.evaluate(() => navigator.clipboard.writeText('-'));
  await keyboard.press('Control+c');
  await until('copied', () => person.outer.evaluate(async () => (await navigator.clipboard.readText()) === 'from\nthe person 日本'));
  await person.outer.evaluate(() => navigator.clipboard.writeText('-'));
  await keyboard.press('Control+x');
  await until('cut', async () => (await page.inputValue('#notes')) === '');
  await until('and kept', () => person.outer.evaluate(async () => (await navigator.clipboard.readText()).startsWith('from')));
  await page.evaluate(() => getSelection().selectAllChildren(document.querySelector('h1')));
  await person.frame.locator('#copy').click();
  await until('the button copies what is selected', () => person.outer.evaluate(async () => (await navigator.clipboard.readText()) === 'Sign-up desk'));
  await page.evaluate(() => { secret.focus(); secret.select(); });
  await person.frame.locator('#copy').click();
  await until('a password is not given out', async () => (await person.frame.locator('#note').textContent()) === 'Nothing is selected in the session.');
});

test('without a recording there are pictures and hands, too', async (t) => {
  const { session, page } = await stage(t, { browserSettings: { recordSession: false, logSession: false } });
  const person = await look(t, (await sdk.sessions.debug(session.id)).debuggerUrl);
  await until('pictures come', () => person.pictures(), 15_000);
  await person.click(200, 118);
  await person.outer.keyboard.type('unrecorded');
  await until('hands reach the page', async () => (await page.inputValue('#name')) === 'unrecorded');
});

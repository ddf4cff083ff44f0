// What the daemon does in pages: frames of both kinds, shadow roots, what is disabled or covered, every method.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { useDaemon } from '../support/daemon.mjs';
import { Session, startPages } from './client.mjs';

const html = (body, title = 'Page') => `<!doctype html><html lang="en"><title>${title}</title><body>${body}</body></html>`;
// Out of the way: a line more must not move what is being clicked.
const log = `<pre id="log" style="position:absolute;right:0;top:0;margin:0;pointer-events:none"></pre><script>
  const log = (...words) => { document.getElementById('log').textContent += words.join(' ') + '\\n'; };
</script>`;
const inner = html(`${log}<button id="inner" onclick="log('inner', event.isTrusted)">Inner</button><input id="word" oninput="log('word', this.value)">`, 'Inner');

const pages = {
  '/plain': html(`${log}
    <button id="button" onclick="log('click', event.detail, event.isTrusted)" ondblclick="log('double')" onmouseenter="log('enter')">Press</button>
    <div id="menu" oncontextmenu="log('menu'); return false" onauxclick="log('button', event.button)">Menu</div>
    <button id="off" disabled onclick="log('off')">Off</button>
    <button id="soon" disabled onclick="log('soon')">Soon</button>
    <script>setTimeout(() => { soon.disabled = false; }, 600)</script>
    <div style="position:relative;width:200px;height:40px"><button id="under" style="width:200px;height:40px" onclick="log('under')">Under</button>
      <div id="cover" style="position:absolute;inset:0;background:#ccc" onclick="log('cover')"></div></div>
    <div style="position:relative;width:200px;height:40px"><button id="half" style="width:200px;height:40px" onclick="log('half')">Half</button>
      <div style="position:absolute;left:40%;width:20%;top:0;bottom:0;background:#ccc" onclick="log('cover')"></div></div>
    <button id="hidden" style="display:none">Hidden</button>
    <label id="label" for="box">Box</label><input id="box" type="checkbox" onchange="log('box', this.checked)" style="opacity:0;position:absolute;z-index:-1">
    <input id="field" value="old" oninput="log('field', this.value)" onkeydown="if (event.key === 'Enter') log('enter key')">
    <input id="number" type="number" oninput="log('number', this.value)"><input id="date" type="date" onchange="log('date', this.value)">
    <input id="fixed" value="fixed" readonly>
    <div id="editable" contenteditable oninput="log('editable', this.textContent)">rich</div>
    <select id="plan" onchange="log('plan', this.value)"><option value="a">Alpha</option><option value="b">Beta <option value="c" disabled>Gamma</select>
    <div id="list" style="height:100px;overflow:auto;width:100px" onscroll="this.dataset.top = this.scrollTop"><div style="height:1100px">Tall</div></div>
    <div id="source" style="width:60px;height:60px;background:#cdf" onmousedown="log('down')">Take</div>
    <div id="goal" style="width:60px;height:60px;background:#fdc" onmouseup="log('dropped')">Here</div>
    <button id="ask" onclick="log('answer', confirm('Sure?'))">Ask</button>
    <p style="margin-top:2000px"><button id="far" onclick="log('far')">Far away</button></p>`, 'Plain page'),
  '/inner': inner,
  '/middle': (other) => html(`<p>Middle</p><div style="height:900px"></div><iframe id="deep" src="${other.replace('localhost', '127.0.0.1')}/inner" style="border:7px solid;padding:5px"></iframe>`, 'Middle'),
  '/frames': (other) => html(`<h1>Frames</h1>
    <iframe name="same" src="/inner" style="margin:11px;border:3px solid"></iframe>
    <iframe name="cross" src="${other}/inner" style="margin:13px;padding:4px;transform:scale(.8)"></iframe>
    <iframe name="nested" src="${other}/middle"></iframe>`, 'Frames'),
  '/shadow': html(`${log}<button>Decoy</button><div id="host"></div><script>
    const host = document.getElementById('host');
    const root = host.attachShadow({ mode: 'open' });
    root.innerHTML = '<p>In the shadow</p><button onclick="log(\\'shadow\\')">Shadow button</button><x-inner></x-inner>';
    const nested = root.querySelector('x-inner').attachShadow({ mode: 'open' });
    nested.innerHTML = '<section><input oninput="log(\\'deep\\', this.value)" placeholder="Deep"></section>';
  </script>`, 'Shadow'),
  '/popup': html(`<a id="open" href="/plain" target="_blank">Open</a>`, 'Opener'),
  '/second': html('<p>Second page</p>', 'Second'),
};

const held = await useDaemon();
let site, session;
before(async () => {
  site = await startPages(pages);
  session = await Session.start(held.daemon);
});
after(() => site.close());

/** What the page has logged since it was opened. */
async function logged(selector = '#log') {
  const outline = await session.text({ selector });
  return outline.split('\n').filter((line) => line.includes('StaticText')).map((line) => line.slice(line.indexOf('StaticText:') + 12)).join(' ');
}

test('a navigation answers the browser’s own response, and waits as told', async () => {
  const result = await session.goto(`${site.url}/plain`, { waitUntil: 'load' });
  assert.equal(result.response.status, 200);
  assert.equal(result.response.url, `${site.url}/plain`);
  assert.equal(typeof result.requestId, 'string');
  assert.deepEqual(Object.keys(result).sort(), ['extraInfoHeaders', 'extraInfoHeadersText', 'finishedSettled', 'frameId', 'fromServiceWorkerFlag', 'loaderId', 'requestId', 'response']);
  assert.equal((await session.goto(`${site.url}/nowhere`, { waitUntil: 'networkidle' })).response.status, 404);
  assert.equal(await session.goto('about:blank'), null, 'no request, no response');
  assert.equal(await session.goto('http://127.0.0.1:1/'), null, 'refused: the error page is shown');
});

test('clicks are real, and reach what is free', async () => {
  await session.goto(`${site.url}/plain`);
  await session.do('click', 'xpath=/html[1]/body[1]/button[1]');
  await session.do('doubleClick', '#button');
  await session.do('hover', '#button');
  await session.do('click', '#menu', 'right');
  await session.do('click', '#menu', 'middle');
  await session.do('click', '#far');
  await session.do('click', '#half');
  await session.do('click', '#label');
  await session.do('click', '#soon');
  const text = await logged();
  for (const part of ['click 1 true', 'double', 'enter', 'menu', 'button 1', 'far', 'half', 'box true', 'soon']) assert.ok(text.includes(part), `${part} in: ${text}`);
  assert.ok(!text.includes('cover'), text);
});

test('what cannot be acted on is said, with the reason', async () => {
  await session.goto(`${site.url}/plain`);
  await session.cannot(/disabled/, 'click', '#off');
  await session.cannot(/covered by <div id="cover">/, 'click', '#under');
  await session.cannot(/not visible/, 'click', '#hidden');
  await session.cannot(/no element/, 'click', 'xpath=//button[@id="none"]');
  await session.cannot(/read-only/, 'fill', '#fixed', 'x');
  await session.cannot(/number/, 'fill', '#number', 'many');
  await session.cannot(/no field/, 'fill', '#button', 'x');
  await session.cannot(/no option/, 'selectOptionFromDropdown', '#plan', 'Delta');
  await session.cannot(/disabled/, 'selectOptionFromDropdown', '#plan', 'Gamma');
  await session.cannot(/no key/, 'press', 'xpath=/html', 'Nokey');
  await session.cannot(/XPath/, 'click', 'xpath=//button[');
  await session.cannot(/not supported/, 'dance', '#button');
  assert.equal((await logged()).includes('under'), false);
});

test('text is filled in, typed, and keys are pressed', async () => {
  await session.goto(`${site.url}/plain`);
  await session.do('fill', '#field', 'new wörd');
  await session.do('press', '#field', 'Enter');
  await session.do('type', '#field', '!');
  await session.do('fill', '#date', '2026-05-03');
  await session.do('fill', '#editable', 'plain');
  await session.do('fill', '#number', '42');
  await session.do('press', '#number', 'ArrowUp');
  await session.do('selectOptionFromDropdown', '#plan', 'Beta');
  const text = await logged();
  for (const part of ['field new wörd', 'enter key', 'date 2026-05-03', 'editable plain', 'number 42', 'number 43', 'plan b']) assert.ok(text.includes(part), `${part} in: ${text}`);
  await session.do('fill', '#field', '');
  await session.do('type', '#field', 'anew');
  assert.match(await logged(), /field anew/);
});

test('lists and the page scroll, and things are dragged', async () => {
  await session.goto(`${site.url}/plain`);
  await session.do('scrollTo', '#list', '50%');
  await session.do('nextChunk', '#list');
  await session.do('prevChunk', '#list');
  await session.do('scrollTo', 'xpath=/html', '100%');
  await session.do('scrollIntoView', '#source');
  await session.do('dragAndDrop', '#source', 'xpath=//div[@id="goal"]');
  await session.do('mouse.wheel', '/', '100');
  const text = await logged();
  assert.ok(text.includes('down') && text.includes('dropped'), text);
});

test('a click right behind a navigation is not lost, though the page was not painted yet', async () => {
  for (let i = 0; i < 60; i++) {
    await session.goto(`${site.url}/inner`);
    await session.do('click', '#inner');
    assert.match(await logged(), /inner true/, `page ${i}`);
  }
});

test('a dialog that nobody answers does not hold the session up', async () => {
  await session.goto(`${site.url}/plain`);
  await session.do('click', '#ask');
  assert.match(await logged(), /answer false/);
});

test('elements in frames of the same and of another process are reached', async () => {
  await session.goto(`${site.url}/frames`, { waitUntil: 'load' });
  for (const path of ['/html/body/iframe[1]/html[1]/body[1]/button[1]', '/html/body/iframe[2]/html[1]/body[1]/button[1]'])
    await session.do('click', `xpath=${path}`);
  await session.do('fill', 'iframe[name=cross] >> #word', 'across');
  const deep = '/html[1]/body[1]/iframe[3]/html[1]/body[1]/iframe[1]/html[1]/body[1]';
  await session.do('click', `${deep}/button[1]`);
  await session.do('fill', `${deep}/input[1]`, 'deep');
  for (const [frame, word] of [['iframe[1]', 'inner true'], ['iframe[2]', 'inner true'], ['iframe[2]', 'word across']])
    assert.ok((await logged(`xpath=/html/body/${frame}/html/body/pre`)).includes(word), frame);
  const text = await logged(`xpath=${deep}/pre[1]`);
  assert.ok(text.includes('inner true') && text.includes('word deep'), text);
});

test('elements in open shadow roots are reached, by paths and by CSS', async () => {
  await session.goto(`${site.url}/shadow`);
  await session.do('click', 'xpath=/html[1]/body[1]/div[1]//button[1]');
  await session.do('fill', 'xpath=//x-inner//section/input', 'one');
  await session.do('fill', 'input[placeholder=Deep]', 'two');
  const text = await logged();
  for (const part of ['shadow', 'deep one', 'deep two']) assert.ok(text.includes(part), `${part} in: ${text}`);
});

test('a page is read through its frames and shadow roots', async () => {
  await session.goto(`${site.url}/frames`, { waitUntil: 'load' });
  const frames = await session.text();
  assert.match(frames, /^\[\d+-\d+\] RootWebArea: Frames\n/);
  assert.equal(frames.match(/button: Inner/g)?.length, 3, frames);
  for (const line of frames.split('\n')) assert.match(line, /^ *\[\d+-\d+\] \S/);
  await session.goto(`${site.url}/shadow`);
  assert.match(await session.text(), /button: Shadow button/);
  await session.goto(`${site.url}/plain`);
  const plain = await session.text();
  assert.match(plain, /\[\d+-\d+\] select/);
  assert.match(plain, /option: Alpha \[selected\]/);
  assert.match(await session.text({ selector: '#plan' }), /^\[\d+-\d+\] select/);
  assert.doesNotMatch(await session.text({ ignoreSelectors: ['#plan'] }), /Alpha/);
});

test('a new tab is where the next call goes', async () => {
  await session.goto(`${site.url}/popup`);
  await session.do('click', '#open');
  let text = '';
  for (let i = 0; i < 20 && !text.includes('Plain page'); i++) text = await session.text();
  assert.match(text, /RootWebArea: Plain page/);
});

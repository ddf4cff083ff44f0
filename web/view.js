// The live page: shows a session's newest picture, its tabs and who has control, and finds its way back after the
// network was away. What the viewer's hands do is in hands.js.
'use strict';
const query = new URLSearchParams(location.search);
const root = location.pathname.replace(/\/$/, '');
const find = (id) => document.getElementById(id);
const parts = Object.fromEntries(
  ['bar', 'tabs', 'tools', 'back', 'forward', 'reload', 'go', 'address', 'copy', 'status', 'control', 'stage', 'screen', 'keys',
    'note', 'badge', 'badge-text', 'badge-button', 'list', 'copied', 'copied-text', 'copied-copy', 'copied-close', 'veil-text'].map((id) => [id, find(id)]));
const pen = parts.screen.getContext('2d', { alpha: false });

/** What the daemon said last, and how to answer it. */
const live = {
  state: null, // {viewer, may, holder, viewers, shown, watched, pinned, only, tabs}
  isOver: false,
  wantsControl: false, // it had control when the connection broke
  socket: null,
  send(message) {
    if (live.socket?.readyState === WebSocket.OPEN) live.socket.send(JSON.stringify(message));
  },
  /** To the tab whose picture is seen. */
  act(message) {
    live.send({ ...message, tab: live.state?.watched ?? '' });
  },
  mayAct: () => Boolean(live.state?.may) && (live.state.holder === 0 || live.state.holder === live.state.viewer),
  holds: () => Boolean(live.state) && live.state.holder === live.state.viewer,
};

document.documentElement.dataset.theme = query.get('theme') === 'light' ? 'light' : 'dark';
if (query.get('navbar') === 'false' || query.get('mode') === 'embed-minimal') parts.bar.hidden = true;
const readOnly = query.get('interactive') === '0';

function address(name) {
  const asked = new URLSearchParams();
  for (const [key, value] of query) if (key !== 'goodbye') asked.set(key, value);
  return `${root}/${name}?${asked}`;
}

// --- the picture

let fit = { left: 0, top: 0, width: 1, height: 1 };

/** As large as it can be with its own proportions: places in it are shares of its sides, whatever the scale. */
function place() {
  const { clientWidth, clientHeight } = parts.stage;
  const { width, height } = parts.screen;
  const margin = parts.bar.hidden ? 0 : 10;
  const scale = Math.min((clientWidth - 2 * margin) / width, (clientHeight - 2 * margin) / height);
  fit = { width: width * scale, height: height * scale };
  fit.left = (clientWidth - fit.width) / 2;
  fit.top = (clientHeight - fit.height) / 2;
  Object.assign(parts.screen.style, { width: `${fit.width}px`, height: `${fit.height}px`, transform: `translate(${fit.left}px, ${fit.top}px)` });
}
new ResizeObserver(place).observe(parts.stage);
place();

async function showPicture(bytes, socket) {
  const number = Number(new DataView(bytes).getBigUint64(1));
  try {
    const picture = await createImageBitmap(new Blob([new Uint8Array(bytes, 9)], { type: 'image/jpeg' }));
    if (parts.screen.width !== picture.width || parts.screen.height !== picture.height) {
      parts.screen.width = picture.width;
      parts.screen.height = picture.height;
      place();
    }
    pen.drawImage(picture, 0, 0);
    picture.close();
    document.body.dataset.pictures = Number(document.body.dataset.pictures ?? 0) + 1;
  } catch {
    // A picture that cannot be read is skipped; the next one comes.
  }
  // Only now may the next one come: a page that is slow or hidden gets fewer.
  if (socket === live.socket) live.send({ t: 'seen', n: number });
}

// --- words

let noteTimer = 0;
function say(text, seconds = 4) {
  clearTimeout(noteTimer);
  parts.note.textContent = text;
  parts.note.hidden = !text;
  if (text && seconds) noteTimer = setTimeout(() => (parts.note.hidden = true), seconds * 1000);
}

function look(kind, status, veil) {
  document.body.className = kind;
  parts.status.textContent = status;
  if (veil) parts['veil-text'].textContent = veil;
}

const endings = {
  ended: 'The session has ended.',
  closed: 'This tab has been closed.',
  expired: 'This link has expired.',
  refused: 'This link is not valid.',
};

function over(what) {
  if (live.isOver) return;
  live.isOver = true;
  live.state = null;
  parts.badge.hidden = true;
  parts.control.hidden = true;
  parts.tools.inert = true;
  parts.tabs.inert = true;
  look('over', what === 'closed' ? 'Closed' : 'Ended', endings[what] ?? endings.ended);
  live.socket?.close();
  // Those who embed the page wait for these very words; the link says which.
  const goodbye = query.get('goodbye');
  if (goodbye && window.parent !== window) window.parent.postMessage(goodbye, '*');
}

// --- tabs and control

function tabElement(tab, state) {
  const element = document.createElement('div');
  const name = document.createElement('span');
  name.className = 'name';
  name.textContent = tab.title || tab.url || 'New tab';
  element.className = tab.id === state.shown ? 'tab front' : 'tab';
  element.title = tab.url;
  element.setAttribute('role', 'tab');
  element.setAttribute('aria-selected', String(tab.id === state.watched));
  element.tabIndex = 0;
  element.dataset.tab = tab.id;
  element.append(name);
  const choose = () => {
    // With control a tab comes to the front for all; without, only this viewer looks at it.
    if (live.mayAct()) {
      live.send({ t: 'tab', kind: 'watch', which: '' });
      live.send({ t: 'tab', kind: 'show', which: tab.id });
    } else {
      live.send({ t: 'tab', kind: 'watch', which: tab.id === state.shown ? '' : tab.id });
    }
  };
  element.addEventListener('click', choose);
  element.addEventListener('keydown', (event) => {
    if (event.target === element && (event.key === 'Enter' || event.key === ' ')) choose();
  });
  if (live.mayAct() && state.tabs.length > 1 && !state.only) {
    const close = document.createElement('button');
    close.className = 'close';
    close.textContent = '×';
    close.setAttribute('aria-label', 'Close this tab');
    close.addEventListener('click', (event) => {
      event.stopPropagation();
      live.send({ t: 'tab', kind: 'close', which: tab.id });
    });
    element.append(close);
  }
  return element;
}

function showTabs(state) {
  const strip = state.tabs.map((tab) => tabElement(tab, state));
  if (live.mayAct() && !state.only) {
    const open = document.createElement('button');
    open.id = 'open-tab';
    open.textContent = '+';
    open.title = 'New tab';
    open.setAttribute('aria-label', 'New tab');
    open.addEventListener('click', () => live.send({ t: 'tab', kind: 'open' }));
    strip.push(open);
  }
  parts.tabs.replaceChildren(...strip);
}

function showControl(state) {
  const others = state.viewers > 1 ? ` · ${state.viewers} watching` : '';
  const isTaken = state.holder !== 0 && !live.holds();
  if (live.holds()) look('acting', `You have control${others}`);
  else if (isTaken) look('other', `Viewer ${state.holder} has control${others}`);
  else look('live', (state.may ? 'Live' : 'Live, watching only') + others);
  parts.control.hidden = !state.may || (!live.holds() && !isTaken);
  parts.control.textContent = live.holds() ? 'Hand back' : 'Take over';
  parts.control.classList.toggle('plain', live.holds());
  // Without the bar there has to be another place to say so.
  parts.badge.hidden = !isTaken || !parts.bar.hidden;
  parts['badge-text'].textContent = `Viewer ${state.holder} has control`;
  parts['badge-button'].hidden = !state.may;
  parts['badge-button'].textContent = 'Take over';
}

function showState(state) {
  live.state = { ...state, may: state.may && !readOnly };
  const tab = state.tabs.find(({ id }) => id === state.watched);
  document.title = tab?.title ? `${tab.title} (live)` : 'Live session';
  showTabs(live.state);
  showControl(live.state);
  const mayAct = live.mayAct();
  for (const name of ['back', 'forward', 'reload', 'copy']) parts[name].disabled = !mayAct;
  parts.address.readOnly = !mayAct;
  if (document.activeElement !== parts.address) parts.address.value = tab?.url === 'about:blank' ? '' : (tab?.url ?? '');
  parts.screen.style.cursor = live.state.may && !mayAct ? 'not-allowed' : 'default';
  if (live.wantsControl && live.state.may && state.holder === 0) live.send({ t: 'take' });
  live.wantsControl = false;
}

const toggleControl = () => live.send({ t: live.holds() ? 'give' : 'take' });
parts.control.addEventListener('click', toggleControl);
parts['badge-button'].addEventListener('click', toggleControl);
for (const kind of ['back', 'forward', 'reload']) parts[kind].addEventListener('click', () => live.act({ t: 'navigate', kind }));
// By its key: a frame whose sandbox does not allow forms never hears that one is submitted.
parts.address.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.isComposing) return;
  event.preventDefault();
  live.act({ t: 'navigate', kind: 'go', url: parts.address.value });
  parts.address.blur();
});

// --- the connection

let attempts = 0;

async function isGone() {
  try {
    const answer = await fetch(address('facts'), { cache: 'no-store' });
    if (answer.status === 410 || answer.status === 404) over((await answer.text()).includes('token') ? 'expired' : 'ended');
    else if (answer.status === 401 || answer.status === 403) over('refused');
  } catch {
    // The daemon restarts, or the network is away.
  }
  return live.isOver;
}

function connect() {
  const socket = new WebSocket(address('socket').replace(/^/, location.origin.replace(/^http/, 'ws')));
  live.socket = socket;
  socket.binaryType = 'arraybuffer';
  socket.addEventListener('message', ({ data }) => {
    attempts = 0;
    const kind = new Uint8Array(data, 0, 1)[0];
    if (kind === 0x50) return void showPicture(data, socket); // 'P'
    const message = JSON.parse(new TextDecoder().decode(new Uint8Array(data, 1)));
    if (message.t === 'state') showState(message);
    else if (message.t === 'over') over(message.what);
    else if (message.t === 'notice') say(message.text);
    else if (message.t === 'copied') live.onCopied(message.text);
    else if (message.t === 'list') live.onList(message);
  });
  socket.addEventListener('close', async () => {
    if (live.isOver || socket !== live.socket) return;
    live.wantsControl ||= live.holds();
    live.state = null;
    look('waiting', 'Reconnecting…', 'Reconnecting…');
    if (await isGone()) return;
    const pause = Math.min(5000, 250 * 2 ** Math.min(attempts++, 5));
    setTimeout(connect, pause);
  });
}

if (document.body.dataset.over) over(document.body.dataset.over);
else connect();

// Shows the newest picture, asks for the next one when the last has come, and tells the embedding page when the
// session has ended. It never touches the session.
'use strict';
const query = new URLSearchParams(location.search);
const picture = document.getElementById('picture');
const note = document.getElementById('note');
const status = document.getElementById('status');
if (query.get('navbar') === 'false') document.getElementById('bar').hidden = true;

const address = location.pathname.replace(/\/$/, '') + '/picture?token=' + encodeURIComponent(query.get('token') || '');
const interval = 250; // milliseconds between pictures
let shown = null;
let failures = 0;

function over(text) {
  document.body.classList.add('over');
  status.textContent = text;
  note.textContent = text;
  note.hidden = false;
  const goodbye = query.get('goodbye');
  if (goodbye) window.parent.postMessage(goodbye, '*');
}

async function next() {
  let answer;
  try {
    answer = await fetch(address, { cache: 'no-store' });
  } catch {
    answer = null; // the daemon restarts, or the network is away: try again for a while
  }
  if (answer && (answer.status === 410 || answer.status === 404)) return over('The session has ended.');
  if (answer && (answer.status === 401 || answer.status === 403)) return over('This link is no longer valid.');
  if (answer && answer.ok) {
    failures = 0;
    const blob = await answer.blob();
    const url = URL.createObjectURL(blob);
    picture.src = url;
    picture.hidden = false;
    note.hidden = true;
    status.textContent = 'Live';
    if (shown) URL.revokeObjectURL(shown);
    shown = url;
  } else if (++failures > 40) {
    return over('The picture is not available.');
  } else if (answer && answer.status === 503) {
    note.textContent = 'There is no picture of this session yet.';
  }
  setTimeout(next, interval);
}
next();

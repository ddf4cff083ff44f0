// Plays the recording of an ended session; while the session runs it says so and points to the live picture.
'use strict';
const token = new URLSearchParams(location.search).get('token') || '';
const facts = location.pathname.replace(/watch\/?$/, 'facts') + '?token=' + encodeURIComponent(token);
const video = document.getElementById('video');
const note = document.getElementById('note');
const status = document.getElementById('status');
const download = document.getElementById('download');

// What a marker is called. Whatever a page put into an address is shown as text.
const words = {
  'tab.opened': 'opened', 'tab.shown': 'shown', 'tab.closed': 'closed', 'tab.crashed': 'crashed',
  'tab.navigated': 'went to', 'tab.titled': 'is called', 'client.joined': 'joined', 'client.left': 'left',
  'viewer.joined': 'came to look', 'viewer.left': 'looks no more', 'viewer.controls': 'has control',
  'api.create': 'Session created', 'api.end': 'Session ended by an API call', 'session.ended': 'Session ended',
  'recording.failed': 'The recording failed', 'timeline.full': 'The log is full',
};

function describe(marker) {
  const word = words[marker.kind] || marker.kind;
  const what = { 'tab.navigated': marker.url || 'another page', 'tab.titled': marker.title }[marker.kind];
  if (marker.kind.startsWith('tab.')) return `Tab ${marker.tab + 1} ${word}${what ? ' ' + what : ''}`;
  if (marker.kind === 'viewer.controls' && !marker.viewer) return 'Control was handed back';
  if (marker.kind.startsWith('viewer.')) return `Viewer ${marker.viewer} ${word}`;
  if (marker.kind.startsWith('client.')) return `Client ${marker.client} ${word}`;
  return word + (marker.reason ? ': ' + marker.reason : '');
}

async function listMarkers() {
  const answer = await fetch(facts.replace('/facts?', '/markers?'), { cache: 'no-store' });
  if (!answer.ok) return;
  const list = document.getElementById('markers');
  for (const marker of await answer.json()) {
    const second = Math.max(0, marker.atMs / 1000);
    const button = document.createElement('button');
    button.textContent = `${Math.floor(second / 60)}:${String(Math.floor(second % 60)).padStart(2, '0')}  ${describe(marker)}`;
    button.addEventListener('click', () => (video.currentTime = second));
    const item = document.createElement('li');
    item.dataset.kind = marker.kind;
    item.append(button);
    list.append(item);
  }
  list.hidden = list.children.length === 0;
}

function say(text) {
  note.textContent = text;
  note.hidden = false;
}

async function look() {
  let answer;
  try {
    answer = await fetch(facts, { cache: 'no-store' });
  } catch {
    say('The daemon does not answer. Trying again…');
    return setTimeout(look, 2000);
  }
  if (!answer.ok) return say(answer.status === 404 ? 'There is no such session.' : 'This link is no longer valid.');
  const session = await answer.json();
  const seconds = Math.round(session.durationMs / 1000);
  status.textContent = `Session ${session.id.slice(0, 8)} · ${session.state}${session.endReason ? ', ' + session.endReason : ''} · ${seconds} s`;
  if (session.mp4) {
    note.hidden = true;
    video.hidden = false;
    video.src = session.mp4;
    download.href = session.mp4;
    download.hidden = false;
    return listMarkers();
  }
  if (session.recording === 'disabled') return say('This session was not recorded.');
  if (session.recording === 'failed') return say('The recording failed: ' + session.error);
  say(session.live ? 'The session still runs. Its replay is here once it has ended.' : 'The recording is being finished…');
  if (session.live && !document.getElementById('live')) {
    const link = document.createElement('a');
    link.id = 'live';
    link.href = session.live;
    link.textContent = 'Watch it live';
    document.querySelector('header').append(link);
  }
  setTimeout(look, 2000);
}
look();

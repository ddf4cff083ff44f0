// Plays the recording of an ended session; while the session runs it says so and points to the live picture.
'use strict';
const token = new URLSearchParams(location.search).get('token') || '';
const facts = location.pathname.replace(/watch\/?$/, 'facts') + '?token=' + encodeURIComponent(token);
const video = document.getElementById('video');
const note = document.getElementById('note');
const status = document.getElementById('status');
const download = document.getElementById('download');

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
    return;
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

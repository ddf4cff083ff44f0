// Runs behind the DOM recorder (@rrweb/record), in a world of its own in the main frame of each page, where the page
// sees neither of them. The daemon asks for what happened by a promise and is answered when there is something.
'use strict';
(() => {
  if (self !== self.top || self.greenroomDom) return;
  const gather = 250; // milliseconds: one answer for many small changes
  const large = 1 << 20; // characters: sent at once
  const limit = 32 << 20; // characters that wait; later events are lost, and the next snapshot makes up for them
  let queue = [];
  let size = 0;
  let asked = null;
  let timer = 0;

  function answer() {
    clearTimeout(timer);
    timer = 0;
    if (!asked || queue.length === 0) return;
    const done = asked;
    const lines = queue.join('\n');
    asked = null;
    queue = [];
    size = 0;
    done(lines);
  }

  function keep(event) {
    const line = JSON.stringify(event);
    if (size + line.length > limit) return;
    queue.push(line);
    size += line.length;
    if (size > large) answer();
    else timer ||= setTimeout(answer, gather);
  }

  rrwebRecord.record({
    emit: keep,
    maskInputOptions: { password: true },
    sampling: { mousemove: 100, scroll: 150 },
    slimDOMOptions: { script: true, comment: true },
  });
  // What the page did last before it goes.
  addEventListener('pagehide', answer, { capture: true });
  self.greenroomDom = {
    drain: () => new Promise((done) => {
      asked = done;
      if (!timer) answer();
    }),
  };
})();

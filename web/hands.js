// The viewer's hands: mouse, wheel, touch, keys, input methods and the clipboard, sent to the session's page. Places
// are shares of the picture's sides, so that no scale or pixel ratio of this screen matters.
'use strict';
(() => {
  const { screen, keys, stage } = parts;
  const isMac = /Mac|iPhone|iPad/.test(navigator.platform);
  const buttons = ['left', 'middle', 'right', 'back', 'forward'];

  const at = (event) => {
    const box = screen.getBoundingClientRect();
    return { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
  };

  /** CDP's modifiers. The session runs on Linux, where Control is what Command is on a Mac. */
  function modifiers(event) {
    // AltGr is no modifier but a way to write; some systems tell it as Control and Alt.
    const writes = event.getModifierState?.('AltGraph') ?? false;
    const control = event.ctrlKey || (isMac && event.metaKey);
    return (writes ? 0 : (event.altKey ? 1 : 0) | (control ? 2 : 0)) | (event.metaKey && !isMac ? 4 : 0) | (event.shiftKey ? 8 : 0);
  }

  // --- mouse and touch

  const pressed = new Set(); // what was swallowed on its way down does not come up
  const mouse = (kind, event, which = event.button) => {
    if (kind === 'press') pressed.add(which);
    if (kind === 'release' && !pressed.delete(which)) return;
    const button = kind === 'move' ? (event.buttons & 1 ? 'left' : event.buttons & 2 ? 'right' : event.buttons & 4 ? 'middle' : 'none') : buttons[which] ?? 'none';
    live.act({ t: 'mouse', kind, ...at(event), button, buttons: event.buttons, count: kind === 'move' ? 0 : clicks, mods: modifiers(event) });
  };

  let clicks = 0;
  let last = { time: 0, x: 0, y: 0, button: -1 };
  function countClicks(event) {
    const isAgain = event.timeStamp - last.time < 500 && event.button === last.button && Math.hypot(event.clientX - last.x, event.clientY - last.y) < 6;
    clicks = isAgain ? Math.min(3, clicks + 1) : 1;
    last = { time: event.timeStamp, x: event.clientX, y: event.clientY, button: event.button };
  }

  // A pointer says more than anybody can see: one place for each picture of this screen.
  let moved = null;
  function moveSoon(event) {
    const isFirst = !moved;
    moved = event;
    if (isFirst) requestAnimationFrame(flushMove);
  }
  function flushMove() {
    if (moved) mouse('move', moved);
    moved = null;
  }

  const fingers = new Map();
  const touch = (kind, event) => live.act({ t: 'touch', kind, fingers: [...fingers].map(([id, point]) => ({ id, ...point })), mods: modifiers(event) });
  function onTouch(event) {
    if (event.type === 'pointerdown') fingers.set(event.pointerId % 1_000_000, at(event));
    else if (event.type === 'pointermove') fingers.set(event.pointerId % 1_000_000, at(event));
    else fingers.delete(event.pointerId % 1_000_000);
    const kind = { pointerdown: 'start', pointermove: 'move', pointerup: 'end', pointercancel: 'cancel' }[event.type];
    touch(kind, event);
  }

  screen.addEventListener('pointerdown', (event) => {
    event.preventDefault();
    if (!live.state?.may) return;
    if (!parts.list.hidden) {
      tap('Escape', 27);
      return closeList();
    }
    if (!live.mayAct()) return say(`Viewer ${live.state.holder} has control. Take over to act here.`);
    screen.setPointerCapture(event.pointerId);
    focusKeys(event);
    if (event.pointerType === 'touch') return onTouch(event);
    flushMove();
    countClicks(event);
    mouse('press', event);
  });
  screen.addEventListener('pointermove', (event) => {
    if (event.pointerType !== 'touch') {
      // A second button while one is held comes as a move.
      if (event.button >= 0) {
        flushMove();
        countClicks(event);
        return mouse(event.buttons & [1, 4, 2, 8, 16][event.button] ? 'press' : 'release', event);
      }
      return moveSoon(event);
    }
    if (fingers.has(event.pointerId % 1_000_000)) onTouch(event);
  });
  for (const type of ['pointerup', 'pointercancel']) {
    screen.addEventListener(type, (event) => {
      if (event.pointerType === 'touch') return fingers.has(event.pointerId % 1_000_000) ? onTouch(event) : undefined;
      flushMove();
      for (const which of type === 'pointercancel' ? [...pressed] : [event.button]) mouse('release', event, which);
    });
  }
  screen.addEventListener('contextmenu', (event) => event.preventDefault());

  let wheeled = null;
  screen.addEventListener('wheel', (event) => {
    if (!live.state?.may) return;
    event.preventDefault();
    const unit = event.deltaMode === 1 ? 40 : event.deltaMode === 2 ? screen.clientHeight : 1;
    const isFirst = !wheeled;
    wheeled = { event, dx: (wheeled?.dx ?? 0) + event.deltaX * unit, dy: (wheeled?.dy ?? 0) + event.deltaY * unit };
    if (isFirst) requestAnimationFrame(() => {
      live.act({ t: 'wheel', ...at(wheeled.event), dx: wheeled.dx, dy: wheeled.dy, mods: modifiers(wheeled.event) });
      wheeled = null;
    });
  }, { passive: false });

  // --- keys

  /** The field that takes the keys stands where the pointer was, so that an input method opens its list there. */
  function focusKeys(event) {
    const box = stage.getBoundingClientRect();
    keys.style.left = `${Math.max(0, Math.min(box.width - 2, event.clientX - box.left))}px`;
    keys.style.top = `${Math.max(0, Math.min(box.height - 24, event.clientY - box.top))}px`;
    keys.focus({ preventScroll: true });
  }

  const held = new Map(); // by code: what was sent as pressed
  function key(event, isDown) {
    const mods = modifiers(event);
    const name = isMac && event.key === 'Meta' ? 'Control' : event.key;
    const writes = isDown && [...name].length === 1 && !(mods & 7);
    const text = name === 'Enter' && !(mods & 7) ? '\r' : writes ? name : '';
    const message = { t: 'key', down: isDown, repeats: event.repeat, key: name, code: event.code, number: isMac && event.key === 'Meta' ? 17 : event.keyCode & 255, location: event.location, text, mods };
    if (isDown) held.set(event.code || name, message);
    else held.delete(event.code || name);
    live.act(message);
  }

  function isInputMethods(event) {
    return event.isComposing || event.keyCode === 229 || event.key === 'Process' || event.key === 'Dead' || event.key === 'Unidentified';
  }

  keys.addEventListener('keydown', (event) => {
    if (isInputMethods(event)) return; // what it writes comes as text
    const commands = (event.ctrlKey || (isMac && event.metaKey)) && !event.altKey;
    const letter = event.key.toLowerCase();
    if (commands && letter === 'v') return; // the paste event brings the text
    event.preventDefault();
    if (commands && !event.shiftKey && (letter === 'c' || letter === 'x')) {
      if (!event.repeat) live.act({ t: 'copy', cuts: letter === 'x' });
      return;
    }
    key(event, true);
  });
  keys.addEventListener('keyup', (event) => {
    if (isInputMethods(event) || !held.has(event.code || event.key)) return;
    event.preventDefault();
    key(event, false);
  });
  /** Who looks elsewhere lets go of everything. */
  function letGo() {
    for (const message of held.values()) live.act({ ...message, down: false, repeats: false, text: '', mods: 0 });
    held.clear();
  }
  keys.addEventListener('blur', letGo);
  addEventListener('blur', letGo);

  // --- lists, which the session's browser draws beside the page: they take keys, but no mouse

  const tap = (name, number) => {
    for (const down of [true, false]) live.act({ t: 'key', down, key: name, code: name, number, location: 0, text: down && name === 'Enter' ? '\r' : '', mods: 0 });
  };
  function closeList() {
    parts.list.hidden = true;
    keys.focus({ preventScroll: true });
  }
  live.onList = ({ box, options }) => {
    const offered = options.filter(({ disabled }) => !disabled);
    parts.list.replaceChildren(...options.map((option) => {
      const choice = document.createElement('button');
      choice.textContent = option.text || '\u00a0';
      choice.disabled = option.disabled;
      choice.setAttribute('role', 'option');
      choice.setAttribute('aria-selected', String(option.chosen));
      choice.addEventListener('click', () => {
        tap('Home', 36);
        for (let i = offered.indexOf(option); i > 0; i--) tap('ArrowDown', 40);
        tap('Enter', 13);
        closeList();
      });
      return choice;
    }));
    const { left, top, width, height } = screen.getBoundingClientRect();
    const frame = stage.getBoundingClientRect();
    const below = top - frame.top + box[3] * height;
    const room = Math.max(frame.height - below - 8, 96);
    Object.assign(parts.list.style, {
      left: `${left - frame.left + box[0] * width}px`, minWidth: `${(box[2] - box[0]) * width}px`,
      top: `${Math.min(below, frame.height - 104)}px`, maxHeight: `${room}px`,
    });
    parts.list.hidden = false;
    parts.list.querySelector('[aria-selected="true"]')?.focus();
  };
  parts.list.addEventListener('keydown', (event) => {
    event.stopPropagation();
    const step = { ArrowDown: 'nextElementSibling', ArrowUp: 'previousElementSibling' }[event.key];
    if (step) {
      event.preventDefault();
      let next = document.activeElement[step];
      while (next?.disabled) next = next[step];
      next?.focus();
    } else if (event.key === 'Escape') {
      tap('Escape', 27);
      closeList();
    }
  });

  // --- text that no single key writes

  const text = (value, composing = false) => live.act({ t: 'text', text: value, composing });
  let composing = false;
  keys.addEventListener('compositionstart', () => (composing = true));
  keys.addEventListener('compositionupdate', (event) => text(event.data, true));
  keys.addEventListener('compositionend', (event) => {
    composing = false;
    if (event.data) text(event.data);
    else text('', true); // given up
    keys.value = '';
  });
  keys.addEventListener('beforeinput', (event) => {
    if (composing || event.inputType === 'insertCompositionText') return;
    event.preventDefault();
    if (event.inputType === 'insertText' || event.inputType === 'insertReplacementText') text(event.data ?? event.dataTransfer?.getData('text/plain') ?? '');
    else if (event.inputType === 'insertLineBreak' || event.inputType === 'insertParagraph') tap('Enter', 13);
    else if (event.inputType === 'deleteContentBackward') tap('Backspace', 8);
    else if (event.inputType === 'deleteContentForward') tap('Delete', 46);
  });

  // --- the clipboard

  keys.addEventListener('paste', (event) => {
    event.preventDefault();
    const pasted = event.clipboardData.getData('text/plain');
    if (pasted) text(pasted);
    else say('Only text can be pasted into the session.');
  });
  parts.copy.addEventListener('click', () => live.act({ t: 'copy', cuts: false }));

  /** The selected text, which its viewer asked for: into this machine's clipboard, or shown where that is not allowed. */
  live.onCopied = async (value) => {
    if (!value) return say('Nothing is selected in the session.');
    try {
      await navigator.clipboard.writeText(value);
      say('Copied from the session.', 2);
    } catch {
      parts['copied-text'].value = value;
      parts.copied.hidden = false;
      parts['copied-text'].select();
    }
  };
  parts['copied-copy'].addEventListener('click', () => {
    parts['copied-text'].focus();
    parts['copied-text'].select();
    if (document.execCommand('copy')) say('Copied from the session.', 2);
    parts.copied.hidden = true;
  });
  parts['copied-close'].addEventListener('click', () => (parts.copied.hidden = true));
})();

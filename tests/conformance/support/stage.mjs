// Plain pages whose looks and doings are known exactly.

const page = (title, body, script = '') => ({
  type: 'text/html; charset=utf-8',
  body: `<!doctype html><html><head><meta charset="utf-8"><title>${title}</title><link rel="icon" href="data:,">
<style>html,body{margin:0;height:100%}</style></head><body>${body}<script>${script}</script></body></html>`,
});

const colour = `
window.show = (css) => new Promise((done) => {
  document.documentElement.style.background = document.body.style.background = css;
  requestAnimationFrame(() => requestAnimationFrame(() => done(Date.now())));
});`;

// A triangle-free picture: clear to green through WebGL and read it back, then keep it on the screen.
const webgl = `
const gl = document.querySelector('canvas').getContext('webgl', { preserveDrawingBuffer: true });
window.answer = (() => {
  if (!gl) return 'none';
  const shader = (kind, text) => { const s = gl.createShader(kind); gl.shaderSource(s, text); gl.compileShader(s); return s; };
  const program = gl.createProgram();
  gl.attachShader(program, shader(gl.VERTEX_SHADER, 'attribute vec2 p; void main() { gl_Position = vec4(p, 0.0, 1.0); }'));
  gl.attachShader(program, shader(gl.FRAGMENT_SHADER, 'precision mediump float; void main() { gl_FragColor = vec4(0.0, 1.0, 0.0, 1.0); }'));
  gl.linkProgram(program);
  gl.useProgram(program);
  gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
  gl.bufferData(gl.ARRAY_BUFFER, new Float32Array([-1, -1, 3, -1, -1, 3]), gl.STATIC_DRAW);
  gl.enableVertexAttribArray(0);
  gl.vertexAttribPointer(0, 2, gl.FLOAT, false, 0, 0);
  gl.drawArrays(gl.TRIANGLES, 0, 3);
  const pixel = new Uint8Array(4);
  gl.readPixels(32, 32, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
  return Array.from(pixel).join(',');
})();`;

// Draws what time it is as a bar code at its upper left, half as wide as the page, on every frame or `every` so many
// milliseconds: white, black, 26 bits of the milliseconds since
// 1970, 2 bits of the page's own number, 4 bits of a check sum. support/clock.mjs reads it.
const clock = (number, every) => `
const pen = document.querySelector('canvas').getContext('2d');
window.painted = 0;
(function draw() {
  const now = Math.floor(performance.timeOrigin + performance.now());
  const bits = [1, 0];
  const low = now % 2 ** 26;
  for (let i = 25; i >= 0; i--) bits.push(Math.floor(low / 2 ** i) % 2);
  for (let i = 1; i >= 0; i--) bits.push((${number} >> i) & 1);
  let sum = ${number};
  for (let rest = low; rest > 0; rest = Math.floor(rest / 16)) sum += rest % 16;
  for (let i = 3; i >= 0; i--) bits.push((sum >> i) & 1);
  bits.forEach((bit, i) => { pen.fillStyle = bit ? '#fff' : '#000'; pen.fillRect(i * 16, 0, 16, 32); });
  window.painted++;
  ${every > 0 ? `setTimeout(() => requestAnimationFrame(draw), ${every})` : 'requestAnimationFrame(draw)'};
})();
window.block = (ms) => { const end = performance.now() + ms; const from = Date.now(); while (performance.now() < end); return [from, Date.now()]; };`;

// The whole window in one of two colours, the other one on the next frame.
const flip = `
let n = 0;
(function draw() { document.body.style.background = n++ % 2 ? '#0000ff' : '#ffff00'; requestAnimationFrame(draw); })();`;

const canvas = `
const context = document.querySelector('canvas').getContext('2d');
context.fillStyle = '#ff8000';
context.fillRect(0, 0, 64, 64);
window.answer = Array.from(context.getImageData(10, 10, 1, 1).data).join(',');`;

const pages = {
  colour: () => page('Colours', '', colour),
  clock: (query) => page('Clock', '<canvas width="544" height="32" style="display:block;width:50vw;height:32px"></canvas>', clock(Number(query.get('number') ?? 0), Number(query.get('every') ?? 0))),
  flip: () => page('Flip', '', flip),
  webgl: () => page('WebGL', '<canvas width="64" height="64"></canvas>', webgl),
  canvas: () => page('Canvas', '<canvas width="64" height="64"></canvas>', canvas),
  popup: () => page('Popup opener', '<a id="open" target="_blank" href="/stage/named?name=popup">open</a>'),
  named: (query) => page(query.get('name') ?? 'nameless', `<h1>${(query.get('name') ?? '').replace(/[^\w-]/g, '')}</h1>`),
  // Four bands of 750 px; the last one is only in a screenshot of the full page.
  tall: () => page('Tall', ['#ff0000', '#00ff00', '#0000ff', '#ffff00'].map((c) => `<div style="height:750px;background:${c}"></div>`).join('')),
  form: () => page('Form', '<form><input id="name"><button>Go</button></form><output></output>',
    "document.forms[0].onsubmit = (e) => { e.preventDefault(); document.querySelector('output').textContent = 'hello ' + document.querySelector('#name').value; };"),
  // Asks our own API once a second, logs to the console, and throws once.
  busy: () => page('Busy', '<ul></ul>', "console.log('busy page speaks'); fetch('/-/verdaccio/data/packages?from=busy').then((r) => r.json()).then((list) => list.forEach(({ name }) => { document.querySelector('ul').append(Object.assign(document.createElement('li'), { textContent: name })); }));"),
  // Repaints on every frame, as the most expensive ordinary page does.
  moving: () => page('Moving', '<div id="box" style="position:absolute;top:40%;width:120px;height:120px;background:#c00"></div>',
    "let x = 0; (function step() { x = (x + 7) % innerWidth; document.querySelector('#box').style.left = x + 'px'; requestAnimationFrame(step); })();"),
};

/** The answer for /stage/<name>, or undefined. */
export function stage(name, query) {
  return pages[name]?.(query);
}

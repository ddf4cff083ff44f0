// A page that writes down what hands do to it, and a page that frames another one and keeps what that posts.
import { createServer } from 'node:http';

const pad = `<!doctype html><html><head><meta charset="utf-8"><title>Pad</title><link rel="icon" href="data:,"><style>
body { margin: 0; font: 20px/1.5 "DejaVu Sans", sans-serif; background: #fffdf5; min-height: 3000px; }
main { padding: 30px 60px; } input, textarea { font: inherit; padding: 8px; width: 460px; } h1 { margin: 0 0 12px; }
#log { position: fixed; right: 20px; top: 20px; width: 380px; color: #555; font-size: 15px; }</style></head><body><main>
<h1>Sign-up desk</h1><p><input id="name" placeholder="Name"></p><p><textarea id="notes" rows="4" placeholder="Notes"></textarea></p>
<p><input id="secret" type="password" value="hush-hush"></p><p><select id="choice"><option>Stalls</option><option disabled>Boxes</option><option>Circle</option><option>Gallery</option></select></p><p><button id="go">Continue</button> <a id="open" href="/colour?c=rgb(0,128,0)" target="_blank">Open another</a></p>
</main><div id="log"></div><script>
window.seen = [];
const keep = (entry) => { seen.push(entry); log.textContent = entry.type + ' ' + (entry.key ?? entry.data ?? (entry.x !== undefined ? entry.x + ', ' + entry.y : '')); };
for (const type of ['mousedown', 'mouseup', 'click', 'dblclick', 'contextmenu']) addEventListener(type, (e) => keep({ type, x: e.clientX, y: e.clientY, button: e.button, buttons: e.buttons, detail: e.detail, shift: e.shiftKey }), true);
addEventListener('mousemove', (e) => seen.push({ type: 'mousemove', x: e.clientX, y: e.clientY, buttons: e.buttons }), true);
for (const type of ['keydown', 'keyup']) addEventListener(type, (e) => keep({ type, key: e.key, code: e.code, number: e.keyCode, ctrl: e.ctrlKey, shift: e.shiftKey, alt: e.altKey, repeat: e.repeat }), true);
for (const type of ['compositionstart', 'compositionupdate', 'compositionend']) addEventListener(type, (e) => keep({ type, data: e.data }), true);
for (const type of ['touchstart', 'touchmove', 'touchend']) addEventListener(type, (e) => keep({ type, x: e.changedTouches[0]?.clientX, y: e.changedTouches[0]?.clientY }), true);
</script></body></html>`;

const frame = `<!doctype html><title>Embedding</title><style>html,body,iframe{margin:0;width:100%;height:100%;border:0}</style>
<script>window.messages = []; addEventListener('message', (event) => messages.push(event.data));</script>
<iframe sandbox="allow-same-origin allow-scripts" allow="clipboard-read; clipboard-write"></iframe>
<script>document.querySelector('iframe').src = new URLSearchParams(location.search).get('url');</script>`;

export async function startPad() {
  const server = createServer((request, response) => {
    const url = new URL(request.url, 'http://pad');
    const colour = (url.searchParams.get('c') ?? 'white').replace(/[^\w(),]/g, '');
    const body = { '/pad': pad, '/frame': frame, '/colour': `<!doctype html><title>Colour ${colour}</title><link rel="icon" href="data:,"><body style="background:${colour}">` }[url.pathname];
    response.writeHead(body ? 200 : 404, { 'content-type': 'text/html; charset=utf-8' }).end(body ?? '');
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const origin = `http://127.0.0.1:${server.address().port}`;
  return { origin, close: () => new Promise((done) => { server.closeAllConnections(); server.close(done); }) };
}

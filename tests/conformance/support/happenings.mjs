// A small site on which everything happens that a timeline should tell: redirects, cookies, failures, downloads.
import { createServer } from 'node:http';
import { gzipSync } from 'node:zlib';

const html = (title, body) => `<!doctype html><meta charset="utf-8"><title>${title}</title><link rel="icon" href="data:,">${body}`;

const login = html('Login', `<form><input id="name"><input id="password" type="password"><button>Go</button></form>
<a id="file" href="/file" download>file</a><a id="next" target="_blank" href="/second">second</a>`);

export const large = 'The quick brown fox jumps over the lazy dog. '.repeat(2000);

function answer(request, response) {
  const { pathname } = new URL(request.url, 'http://here');
  const send = (status, headers, body = '') => {
    response.writeHead(status, { 'cache-control': 'no-store', ...headers });
    response.end(body);
  };
  const page = { 'content-type': 'text/html; charset=utf-8', 'set-cookie': 'sid=cookie-hunter2; Path=/' };
  if (pathname === '/login') return send(200, page, login);
  if (pathname === '/second') return send(200, page, html('Second', '<h1>second</h1>'));
  if (pathname === '/moved') return send(302, { location: '/second?from=moved' });
  if (pathname === '/data') return send(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }, gzipSync(JSON.stringify({ large })));
  if (pathname === '/file') return send(200, { 'content-type': 'application/octet-stream', 'content-disposition': 'attachment; filename="play.bin"' }, 'x'.repeat(5000));
  if (pathname === '/cut') return request.socket.destroy();
  return send(404, { 'content-type': 'text/plain' }, 'nothing here');
}

export async function startHappenings() {
  const requests = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    request.resume();
    answer(request, response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    requests,
    url: `http://127.0.0.1:${server.address().port}`,
    close: () => new Promise((resolve) => { server.closeAllConnections(); server.close(resolve); }),
  };
}

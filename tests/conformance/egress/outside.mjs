// What lies outside of the daemon's machine, in a network namespace of its own: a public web site, and services that
// pages must not reach. Every request is noted by the word in its address (hit=WORD), whichever way it comes.
// The page of the public site runs what it is told (?run=…). Prints "ready" when it listens.
import dgram from 'node:dgram';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';

import { WebSocketServer } from 'ws';

const hits = new Set();
const types = { script: 'text/javascript', style: 'text/css', page: 'text/html; charset=utf-8' };

/** /hit/WORD notes WORD; /to?url=…&status=… redirects; /page and /sw.js are the public site's. */
function answer(request, response) {
  const url = new URL(request.url, 'http://x');
  const word = /^\/hit\/([\w-]+)/.exec(url.pathname)?.[1];
  const headers = { 'access-control-allow-origin': '*', 'cache-control': 'no-store', connection: 'close' };
  if (word) {
    hits.add(word);
    const kind = url.searchParams.get('kind') ?? 'page';
    const body = kind === 'page' ? `<!doctype html><title>reached</title>${word}` : '';
    response.writeHead(200, { ...headers, 'content-type': types[kind] ?? 'application/octet-stream' }).end(body);
  } else if (url.pathname === '/to') {
    const location = Buffer.from(url.searchParams.get('url'), 'base64url').toString();
    response.writeHead(Number(url.searchParams.get('status') ?? 302), { ...headers, location }).end();
  } else if (url.pathname === '/meta') {
    const location = Buffer.from(url.searchParams.get('url'), 'base64url').toString();
    response.writeHead(200, { ...headers, 'content-type': types.page }).end(`<meta http-equiv="refresh" content="0;url=${location}">`);
  } else if (url.pathname === '/work.js') {
    const code = Buffer.from(url.searchParams.get('code'), 'base64url').toString();
    response.writeHead(200, { ...headers, 'content-type': types.script }).end(code);
  } else {
    response.writeHead(200, { ...headers, 'content-type': types.page }).end('<!doctype html><title>public</title><link rel="icon" href="data:,"><body>');
  }
}

function websockets(server) {
  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    const word = /^\/hit\/([\w-]+)/.exec(request.url)?.[1];
    if (word) hits.add(word);
    sockets.handleUpgrade(request, socket, head, (opened) => opened.close());
  });
}

const [role] = process.argv.slice(2);
const key = process.env.OUTSIDE_KEY;
const plain = http.createServer(answer);
websockets(plain);
plain.listen(8080, '::');
const secure = https.createServer({ key: readFileSync(key), cert: readFileSync(process.env.OUTSIDE_CERTIFICATE) }, answer);
websockets(secure);
secure.listen(8443, '::');
// Packets of WebRTC (STUN) and TCP connections of its ICE, which name nobody: noted as they come.
for (const family of ['udp4', 'udp6']) dgram.createSocket(family === 'udp6' ? { type: family, ipv6Only: true } : family).on('message', () => hits.add(`${role}-udp`)).bind(3478);
net.createServer((socket) => (hits.add(`${role}-tcp`), socket.destroy())).listen(3478, '::');

process.stdin.setEncoding('utf8').on('data', (text) => {
  for (const line of text.split('\n').filter(Boolean)) {
    const word = line.trim();
    process.stdout.write(`${JSON.stringify({ word, hit: hits.delete(word) })}\n`);
  }
}).on('end', () => process.exit(0));
process.stdout.write('"ready"\n');

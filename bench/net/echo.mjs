// Round trips of a websocket echo: node bench/net/echo.mjs PORT [message bytes]
// Prints the median and 99th percentile of one at a time, and messages per second with 64 under way.
import net from 'node:net';
import crypto from 'node:crypto';

const port = Number(process.argv[2]);
const size = Number(process.argv[3] ?? 120);

function frame(payload) {
  const head = size < 126 ? Buffer.from([0x81, 0x80 | size, 0, 0, 0, 0])
    : size < 65536 ? Buffer.from([0x81, 0xfe, size >> 8, size & 255, 0, 0, 0, 0]) : null;
  if (!head) throw new Error('at most 65535 bytes');
  return Buffer.concat([head, payload]);
}

const socket = net.connect({ host: '127.0.0.1', port, noDelay: true });
await new Promise((resolve) => socket.once('connect', resolve));
socket.write(`GET /echo HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
  `Sec-WebSocket-Key: ${crypto.randomBytes(16).toString('base64')}\r\nSec-WebSocket-Version: 13\r\n\r\n`);
await new Promise((resolve) => socket.once('data', resolve));

const message = frame(Buffer.alloc(size, 'x'));
const answer = size + (size < 126 ? 2 : 4);
let have = 0;
let wake = () => {};
socket.on('data', (data) => { have += data.length; wake(); });

async function until(bytes) {
  while (have < bytes) await new Promise((resolve) => { wake = resolve; });
}

let total = 0;
const times = [];
for (let i = 0; i < 20000; i++) {
  const start = process.hrtime.bigint();
  socket.write(message);
  await until(total += answer);
  times.push(Number(process.hrtime.bigint() - start) / 1000);
}
times.splice(0, 2000);
times.sort((a, b) => a - b);
const at = (q) => times[Math.floor(times.length * q)].toFixed(1);

const count = 200000;
let sent = 0;
const base = total;
const begin = process.hrtime.bigint();
while (have - base < count * answer) {
  const done = Math.floor((have - base) / answer);
  const room = Math.min(count, done + 64) - sent;
  if (room > 0) { socket.write(Buffer.concat(Array(room).fill(message))); sent += room; }
  await new Promise((resolve) => { wake = resolve; });
}
const seconds = Number(process.hrtime.bigint() - begin) / 1e9;
console.log(`round trip: median ${at(0.5)} us, p99 ${at(0.99)} us; pipelined: ${Math.round(count / seconds)} messages/s`);
socket.destroy();

// A small websocket client (RFC 6455): text messages, fragments, ping and close. It checks no UTF-8 and takes any
// size, because what it is for is to cost little and the same on both sides of a comparison.
import crypto from 'node:crypto';
import net from 'node:net';

const TEXT = 1;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

/** One message as a frame. The masking key is 0: servers take it, and no byte has to be changed. */
function frame(opcode, payload) {
  const size = payload.length;
  const head = size < 126 ? 2 : size < 65536 ? 4 : 10;
  const bytes = Buffer.allocUnsafe(head + 4 + size);
  bytes[0] = 0x80 | opcode;
  bytes[1] = 0x80 | (head === 2 ? size : head === 4 ? 126 : 127);
  if (head === 4) bytes.writeUInt16BE(size, 2);
  if (head === 10) bytes.writeBigUInt64BE(BigInt(size), 2);
  bytes.writeUInt32BE(0, head);
  payload.copy(bytes, head + 4);
  return bytes;
}

/** Opcode, final flag, and where payload and frame end, of the frame at the start of `bytes`; null if cut short. */
function parseHead(bytes) {
  if (bytes.length < 2) return null;
  const short = bytes[1] & 0x7f;
  const head = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (bytes.length < head) return null;
  const size = head === 2 ? short : head === 4 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  return { opcode: bytes[0] & 0x0f, isFinal: (bytes[0] & 0x80) !== 0, head, end: head + size };
}

export class Websocket {
  /** Resolves when the server has agreed; rejects with its status line when not. */
  static connect(url, deadline = 30_000) {
    const { hostname, port, host, pathname, search } = new URL(url);
    const socket = net.connect({ host: hostname, port: Number(port), noDelay: true });
    const websocket = new Websocket(socket);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => socket.destroy(new Error(`no answer to the handshake: ${host}`)), deadline);
      websocket.onclose = (why) => (clearTimeout(timer), reject(new Error(why)));
      websocket.onopen = () => (clearTimeout(timer), resolve(websocket));
      const key = crypto.randomBytes(16).toString('base64');
      socket.write(`GET ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\n` +
        `Connection: Upgrade\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n\r\n`);
    });
  }

  /** Called with every whole message, a Buffer. */
  onmessage = () => {};
  /** Called once, with a reason. */
  onclose = () => {};
  #socket;
  #isOpen = false;
  #isClosed = false;
  #chunks = [];
  #size = 0;
  #needed = 2;
  #fragments = [];

  constructor(socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('error', (error) => this.#closed(error.message));
    socket.on('close', () => this.#closed('the connection was closed'));
  }

  send(text) {
    this.#socket.write(frame(TEXT, Buffer.from(text)));
  }

  close() {
    this.#socket.end(frame(CLOSE, Buffer.from([0x03, 0xe8])));
  }

  #closed(why) {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.onclose(why);
  }

  #receive(chunk) {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    // A large message is put together once, not at each of its chunks.
    if (this.#size < this.#needed) return;
    let bytes = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks);
    if (!this.#isOpen) bytes = this.#readHandshake(bytes);
    this.#needed = 2;
    for (let found; bytes && (found = parseHead(bytes)); bytes = bytes.subarray(found.end)) {
      if (bytes.length < found.end) {
        this.#needed = found.end;
        break;
      }
      this.#frame(found, bytes.subarray(found.head, found.end));
    }
    if (bytes) {
      this.#chunks = bytes.length ? [bytes] : [];
      this.#size = bytes.length;
    }
  }

  /** What follows the handshake, or null while it is not whole. */
  #readHandshake(bytes) {
    const end = bytes.indexOf('\r\n\r\n');
    if (end < 0) return null;
    const status = bytes.subarray(0, bytes.indexOf('\r\n')).toString();
    if (!status.includes(' 101 ')) {
      this.#closed(`handshake refused: ${bytes.toString('utf8', 0, 300)}`);
      this.#socket.destroy();
      return Buffer.alloc(0);
    }
    this.#isOpen = true;
    this.onopen();
    return bytes.subarray(end + 4);
  }

  #frame({ opcode, isFinal }, payload) {
    if (opcode === PING) this.#socket.write(frame(PONG, payload));
    if (opcode === CLOSE) {
      this.#closed(`closed by the server: ${payload.length > 1 ? payload.readUInt16BE(0) : 1005} ` +
        payload.toString('utf8', 2));
      this.#socket.end(frame(CLOSE, payload));
    }
    if (opcode >= CLOSE) return;
    if (isFinal && this.#fragments.length === 0) return this.onmessage(payload);
    this.#fragments.push(payload);
    if (isFinal) this.onmessage(Buffer.concat(this.#fragments.splice(0)));
  }
}

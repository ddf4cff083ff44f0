// A small internet of network namespaces: this process sits in the daemon's (the test was started by `unshare -n -m`),
// behind a cable to the outside. Names come from a server of the test's own.
import { execFileSync, spawn } from 'node:child_process';
import dgram from 'node:dgram';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const run = (program, ...words) => execFileSync(program, words, { stdio: ['ignore', 'pipe', 'pipe'] }).toString();

/** Services at the outside's addresses, or at this machine's own. */
export class Services {
  constructor(role, files, apart) {
    const words = [path.join(here, 'outside.mjs'), role];
    const environment = { ...process.env, OUTSIDE_KEY: files.key, OUTSIDE_CERTIFICATE: files.certificate };
    const [program, args] = apart ? ['unshare', ['-n', process.execPath, ...words]] : [process.execPath, words];
    this.child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'], env: environment });
    this.lines = readline.createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
    this.ready = this.#line();
  }

  async #line() {
    const { value, done } = await this.lines.next();
    if (done) throw new Error('the services have ended');
    return JSON.parse(value);
  }

  /** Whether WORD was asked for since the last question. */
  async hit(word) {
    this.child.stdin.write(`${word}\n`);
    return (await this.#line()).hit;
  }

  stop() {
    this.child.stdin.end();
    return new Promise((resolve) => (this.child.exitCode === null ? this.child.once('exit', resolve) : resolve()));
  }
}

/** A certificate of an authority of the test's own, for every name and address that the test uses. */
export function makeCertificates(directory, names) {
  const file = (name) => path.join(directory, name);
  const subject = names.map((name) => (/^[\d.]+$|:/.test(name) ? `IP:${name}` : `DNS:${name}`)).join(',');
  run('openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', file('ca.key'),
    '-out', file('ca.pem'), '-days', '7', '-subj', '/CN=Test Authority', '-addext', 'basicConstraints=critical,CA:TRUE',
    '-addext', 'keyUsage=critical,keyCertSign');
  run('openssl', 'req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', file('site.key'), '-out',
    file('site.csr'), '-subj', '/CN=site');
  writeFileSync(file('extensions'), `subjectAltName=${subject}\nextendedKeyUsage=serverAuth\n`);
  run('openssl', 'x509', '-req', '-in', file('site.csr'), '-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-CAcreateserial',
    '-out', file('site.pem'), '-days', '7', '-extfile', file('extensions'));
  return { authority: file('ca.pem'), key: file('site.key'), certificate: file('site.pem') };
}

/** The cable, and every address at one of its ends. */
export function connectTo(pid, { outside, own }) {
  run('ip', 'link', 'set', 'lo', 'up');
  run('ip', 'link', 'add', 'inside0', 'type', 'veth', 'peer', 'name', 'outside0', 'netns', String(pid));
  // No address of the link's own: it would be ready a second later, and Chromium then drops requests (ERR_NETWORK_CHANGED).
  run('ip', 'link', 'set', 'inside0', 'addrgenmode', 'none');
  run('ip', 'addr', 'add', '10.200.0.1/30', 'dev', 'inside0');
  run('ip', '-6', 'addr', 'add', 'fdaa::1/64', 'dev', 'inside0', 'nodad');
  run('ip', 'link', 'set', 'inside0', 'up');
  for (const address of own) run('ip', 'addr', 'add', `${address}/32`, 'dev', 'lo');
  const there = (...words) => run('nsenter', '-t', String(pid), '-n', 'ip', ...words);
  there('link', 'set', 'lo', 'up');
  there('addr', 'add', '10.200.0.2/30', 'dev', 'outside0');
  there('-6', 'addr', 'add', 'fdaa::2/64', 'dev', 'outside0', 'nodad');
  there('link', 'set', 'outside0', 'up');
  for (const address of outside) there('addr', 'add', `${address}/${address.includes(':') ? 128 : 32}`, 'dev', 'lo');
  run('ip', 'route', 'add', 'default', 'via', '10.200.0.2');
  run('ip', '-6', 'route', 'add', 'default', 'via', 'fdaa::2');
}

const questionTypes = { 1: 'A', 28: 'AAAA' };

/** A name server on port 53 of 127.0.0.99, and this mount namespace's resolv.conf with it. */
export async function serveNames(directory, answersOf) {
  const socket = dgram.createSocket('udp4');
  socket.on('message', (query, from) => {
    const labels = [];
    let at = 12;
    while (query[at] > 0) {
      labels.push(query.subarray(at + 1, at + 1 + query[at]).toString('latin1'));
      at += query[at] + 1;
    }
    const type = questionTypes[query.readUInt16BE(at + 1)];
    const question = query.subarray(12, at + 5);
    const found = answersOf(labels.join('.').toLowerCase(), type);
    const records = (found ?? []).map((address) => {
      const raw = type === 'A' ? Buffer.from(address.split('.').map(Number)) : raw6(address);
      const head = Buffer.from([0xc0, 12, 0, type === 'A' ? 1 : 28, 0, 1, 0, 0, 0, 0, 0, raw.length]);
      return Buffer.concat([head, raw]);
    });
    const head = Buffer.alloc(12);
    query.copy(head, 0, 0, 2);
    head.writeUInt16BE(found ? 0x8180 : 0x8183, 2);
    head.writeUInt16BE(1, 4);
    head.writeUInt16BE(records.length, 6);
    socket.send(Buffer.concat([head, question, ...records]), from.port, from.address);
  });
  await new Promise((resolve, reject) => socket.once('error', reject).bind(53, '127.0.0.99', resolve));
  const file = path.join(directory, 'resolv.conf');
  writeFileSync(file, 'nameserver 127.0.0.99\noptions timeout:1 attempts:1\n');
  run('mount', '--bind', file, '/etc/resolv.conf');
  return socket;
}

/** "::ffff:127.0.0.1" as sixteen bytes; all groups must be written but for one "::". */
function raw6(text) {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
  if (dotted) {
    const [a, b, c, d] = dotted.slice(2).map(Number);
    text = `${dotted[1]}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  }
  const [left, right = ''] = text.split('::');
  const groups = (part) => part.split(':').filter(Boolean).map((group) => Number.parseInt(group, 16));
  const [first, last] = [groups(left), groups(right)];
  const all = text.includes('::') ? [...first, ...Array(8 - first.length - last.length).fill(0), ...last] : first;
  const raw = Buffer.alloc(16);
  all.forEach((group, index) => raw.writeUInt16BE(group, 2 * index));
  return raw;
}

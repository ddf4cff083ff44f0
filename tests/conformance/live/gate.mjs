// A gate in front of a daemon: what goes through it can be cut, and it can refuse to open for a while.
import { connect, createServer } from 'node:net';

export async function startGate(address) {
  const [host, port] = address.split(':');
  const pairs = new Set();
  const gate = { isOpen: true, passed: 0 };
  const server = createServer((client) => {
    if (!gate.isOpen) return client.destroy();
    gate.passed += 1;
    const daemon = connect(Number(port), host);
    const pair = [client, daemon];
    pairs.add(pair);
    for (const [from, to] of [pair, [daemon, client]]) {
      from.on('error', () => {});
      from.on('close', () => { to.destroy(); pairs.delete(pair); });
    }
    client.pipe(daemon).pipe(client);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  gate.address = `127.0.0.1:${server.address().port}`;
  gate.cut = () => { for (const [client, daemon] of pairs) { client.destroy(); daemon.destroy(); } };
  gate.close = () => new Promise((done) => { gate.cut(); server.close(done); });
  return gate;
}

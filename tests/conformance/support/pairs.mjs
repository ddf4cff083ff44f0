// The requests of the golden pairs (tests/golden/<provider>/pairs.json), as a provider's official client sends them.
import { createServer } from 'node:http';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../golden');
export const key = 'a-key';
export const session = '33333333-3333-4333-8333-333333333333';
export const nobody = '00000000-0000-4000-8000-000000000000';

/** Headers that say where a client runs, not what it wants. */
const ofTheMachine = /^(host|connection|content-length|transfer-encoding|accept-encoding|accept-language|sec-fetch-mode|user-agent|x-stainless-.*)$/;

/** A server that answers every request with `{}` and keeps what was sent. */
export async function startListener() {
  const requests = [];
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const boundary = /boundary=(.*)$/.exec(request.headers['content-type'] ?? '')?.[1];
    const plain = (text) => (boundary ? text.replaceAll(boundary, 'the-boundary') : text).replaceAll(key, '{key}');
    const headers = Object.entries(request.headers).filter(([name]) => !ofTheMachine.test(name)).map(([name, value]) => [name, plain(value)]);
    requests.push({
      method: request.method,
      target: plain(request.url),
      headers: { host: '127.0.0.1:4480', ...Object.fromEntries(headers) },
      body: plain(Buffer.concat(chunks).toString('utf8')),
    });
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end('{}');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { requests, url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

/** `asks`: [{ name, given?, fail?, ask: (client) => promise }]; the pairs without calls and answers. */
export async function capture(listener, asks) {
  const pairs = [];
  for (const { name, given, fail, ask } of asks) {
    listener.requests.length = 0;
    await Promise.resolve().then(ask).catch(() => {}); // `{}` is not what it wanted to hear
    const [request] = listener.requests;
    if (!request) throw new Error(`${name}: nothing was sent`);
    pairs.push({ name, ...(given ? { given } : {}), ...(fail ? { fail } : {}), request });
  }
  return pairs;
}

const file = (provider) => path.join(folder, provider, 'pairs.json');

export const readPairs = async (provider) => JSON.parse(await readFile(file(provider), 'utf8'));

/** New requests beside the calls and answers that are there; those of new pairs come from the unit test. */
export async function writeRequests(provider, pairs) {
  const known = await readPairs(provider).catch(() => []);
  const merged = pairs.map((pair) => ({ ...known.find(({ name }) => name === pair.name), ...pair }));
  await writeFile(file(provider), `[\n${merged.map((pair) => JSON.stringify(pair)).join(',\n')}\n]\n`);
}

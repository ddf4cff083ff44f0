// Stagehand's API without its client, as the generated SDKs speak it, and pages to act on.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';

/** One request. `stainless` adds the headers of a generated SDK of that version. */
export async function ask(daemon, method, path, { body, headers = {}, stainless, key = daemon.key } = {}) {
  const init = { method, headers: { ...(key ? { 'x-bb-api-key': key } : {}), ...headers } };
  if (stainless) Object.assign(init.headers, { 'x-stainless-lang': 'python', 'x-stainless-package-version': stainless });
  if (body !== undefined) {
    init.headers['content-type'] ??= 'application/json';
    init.body = typeof body === 'string' ? body : JSON.stringify(body);
  }
  return fetch(daemon.baseURL + path, init);
}

/** The data of an answer that succeeds. */
export async function dataOf(response) {
  const text = await response.text();
  assert.equal(response.status, 200, text);
  const body = JSON.parse(text);
  assert.equal(body.success, true, text);
  return body.data;
}

/** The body of a refusal, which no client may repeat. */
export async function refusal(response, status) {
  const text = await response.text();
  assert.equal(response.status, status, text);
  assert.equal(response.headers.get('x-should-retry'), 'false', 'not to be sent again');
  const body = JSON.parse(text);
  assert.equal(typeof (body.message ?? body.error), 'string', text);
  return body;
}

/** A session with short words for what is done in it. */
export class Session {
  static async start(daemon, body = {}, options = {}) {
    const data = await dataOf(await ask(daemon, 'POST', '/v1/sessions/start', { body: { modelName: 'openai/gpt-4.1', ...body }, ...options }));
    return Object.assign(new Session(), { daemon, data, id: data.sessionId });
  }

  call(name, body, options) {
    return ask(this.daemon, 'POST', `/v1/sessions/${this.id}/${name}`, { body, ...options });
  }

  async goto(url, options) {
    return (await dataOf(await this.call('navigate', { url, options }))).result;
  }

  /** The result of one action, done or not. */
  async act(method, selector, ...args) {
    const input = { selector, description: `${method} ${selector}`, method, arguments: args };
    return (await dataOf(await this.call('act', { input }))).result;
  }

  /** An action that must be done. */
  async do(method, selector, ...args) {
    const result = await this.act(method, selector, ...args);
    assert.equal(result.success, true, `${method} ${selector}: ${JSON.stringify(result)}`);
    return result;
  }

  /** An action that must fail, for that reason. */
  async cannot(reason, method, selector, ...args) {
    const result = await this.act(method, selector, ...args);
    assert.equal(result.success, false, `${method} ${selector}: ${JSON.stringify(result)}`);
    assert.match(result.message, reason);
  }

  async text(options) {
    return (await dataOf(await this.call('extract', { options }))).result.pageText;
  }

  async replay() {
    return dataOf(await ask(this.daemon, 'GET', `/v1/sessions/${this.id}/replay`));
  }

  end() {
    return ask(this.daemon, 'POST', `/v1/sessions/${this.id}/end`);
  }
}

/** Serves `pages` (path to HTML) at two sites: frames of the other one live in a process of their own. */
export async function startPages(pages) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://x');
    const page = pages[pathname];
    const answer = typeof page === 'function' ? page(server.other) : page;
    response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'text/html; charset=utf-8' });
    response.end(answer ?? 'not found');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  server.other = `http://localhost:${port}`;
  return {
    url: `http://127.0.0.1:${port}`,
    other: server.other,
    close: () => new Promise((resolve) => { server.closeAllConnections(); server.close(resolve); }),
  };
}

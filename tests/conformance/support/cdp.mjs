// A raw DevTools connection: for what Playwright and Puppeteer would hide.
import { once } from 'node:events';

import WebSocket from 'ws';

import { within } from './wait.mjs';

export class Cdp {
  static async connect(url, options = {}) {
    const cdp = new Cdp();
    cdp.socket = new WebSocket(url, { perMessageDeflate: false, maxPayload: 0, skipUTF8Validation: true, ...options });
    cdp.closed = new Promise((resolve) => {
      cdp.socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    });
    cdp.socket.on('message', (data) => cdp.#receive(data));
    cdp.socket.on('error', (error) => (cdp.error = error));
    await within(15_000, 'the websocket opens', Promise.race([
      once(cdp.socket, 'open'),
      once(cdp.socket, 'unexpected-response').then(([, response]) => {
        throw Object.assign(new Error(`handshake refused: ${response.statusCode}`), { status: response.statusCode });
      }),
    ]));
    return cdp;
  }

  #next = 1;
  #waiting = new Map();
  events = [];

  #receive(data) {
    const message = JSON.parse(data.toString());
    if (message.id === undefined) {
      this.events.push(message);
      return;
    }
    this.#waiting.get(message.id)?.(message);
    this.#waiting.delete(message.id);
  }

  /** The whole answer, be it result or error. */
  send(method, params = {}, sessionId = undefined, deadline = 30_000) {
    const id = this.#next++;
    const answer = new Promise((resolve) => this.#waiting.set(id, resolve));
    this.socket.send(JSON.stringify({ id, method, params, ...(sessionId ? { sessionId } : {}) }));
    return within(deadline, `an answer to ${method}`, answer);
  }

  /** The result; an error answer is thrown. */
  async ask(method, params, sessionId, deadline) {
    const answer = await this.send(method, params, sessionId, deadline);
    if (answer.error) throw new Error(`${method}: ${JSON.stringify(answer.error)}`);
    return answer.result;
  }

  /** A flat session on the first page. */
  async attachToPage() {
    const { targetInfos } = await this.ask('Target.getTargets');
    const page = targetInfos.find(({ type }) => type === 'page');
    return (await this.ask('Target.attachToTarget', { targetId: page.targetId, flatten: true })).sessionId;
  }

  async evaluate(sessionId, expression, deadline) {
    const answer = await this.ask('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true, userGesture: true }, sessionId, deadline);
    if (answer.exceptionDetails) throw new Error(JSON.stringify(answer.exceptionDetails));
    return answer.result.value;
  }

  /** Leaves without a closing handshake, as a client that was killed. */
  cut() {
    this.socket.terminate();
    return this.closed;
  }

  close() {
    this.socket.close();
    return this.closed;
  }
}

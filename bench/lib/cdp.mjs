// DevTools protocol over lib/websocket.mjs.
import { Websocket } from './websocket.mjs';

export class Cdp {
  static async connect(url) {
    return new Cdp(await Websocket.connect(url));
  }

  #websocket;
  #next = 1;
  #waiting = new Map();
  #events = [];
  #closed = null;

  constructor(websocket) {
    this.#websocket = websocket;
    websocket.onmessage = (message) => this.#receive(JSON.parse(message));
    websocket.onclose = (why) => {
      this.#closed = new Error(`the DevTools connection ended: ${why}`);
      for (const { reject } of this.#waiting.values()) reject(this.#closed);
      this.#waiting.clear();
      for (const { reject } of this.#events.splice(0)) reject(this.#closed);
    };
  }

  #receive(message) {
    const waiting = this.#waiting.get(message.id);
    if (waiting) {
      this.#waiting.delete(message.id);
      if (message.error) waiting.reject(new Error(`${waiting.method}: ${message.error.message}`));
      else waiting.resolve(message.result);
      return;
    }
    const isIt = ({ method, sessionId }) => method === message.method && sessionId === message.sessionId;
    for (const event of this.#events.filter(isIt)) event.resolve(message.params);
    this.#events = this.#events.filter((event) => !isIt(event));
  }

  /** The result; rejects with an error answer and when the connection ends. */
  send(method, params = {}, sessionId = undefined) {
    if (this.#closed) return Promise.reject(this.#closed);
    return new Promise((resolve, reject) => {
      const id = this.#next++;
      this.#waiting.set(id, { method, resolve, reject });
      this.#websocket.send(JSON.stringify({ id, method, params, sessionId }));
    });
  }

  /** The next event of that name. */
  event(method, sessionId = undefined) {
    return new Promise((resolve, reject) => this.#events.push({ method, sessionId, resolve, reject }));
  }

  /** Evaluates and answers the value. */
  async evaluate(expression, sessionId) {
    const params = { expression, returnByValue: true };
    const { result, exceptionDetails } = await this.send('Runtime.evaluate', params, sessionId);
    if (exceptionDetails) throw new Error(`${expression}: ${exceptionDetails.text}`);
    return result.value;
  }

  /** Attaches to a target of that id, or to the first page; the protocol's session id. */
  async attach(targetId = undefined) {
    if (!targetId) {
      const { targetInfos } = await this.send('Target.getTargets');
      targetId = targetInfos.find(({ type }) => type === 'page')?.targetId;
    }
    return (await this.send('Target.attachToTarget', { targetId, flatten: true })).sessionId;
  }

  /** Shows a document and waits until it is loaded. */
  async show(html, sessionId) {
    await this.send('Page.enable', {}, sessionId);
    const loaded = this.event('Page.loadEventFired', sessionId);
    const url = `data:text/html,${encodeURIComponent(html)}`;
    const { errorText } = await this.send('Page.navigate', { url }, sessionId);
    if (errorText) throw new Error(`Page.navigate: ${errorText}`);
    await loaded;
    await this.send('Page.disable', {}, sessionId);
  }

  close() {
    this.#websocket.close();
  }
}

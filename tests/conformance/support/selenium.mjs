// Selenium's own client at a session's WebDriver endpoint.
import http from 'node:http';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
export const { Builder, By, Capabilities, Key, until: becomes, error: driverErrors } = require('selenium-webdriver');
export const chrome = require('selenium-webdriver/chrome');
export const remote = require('selenium-webdriver/remote');
process.stdout.write(`# clients: selenium-webdriver ${require('selenium-webdriver/package.json').version}\n`);

/** As the providers' quick starts have it: an agent that adds headers to every request. */
class HeaderAgent extends http.Agent {
  constructor(headers) {
    super({ keepAlive: true });
    this.headers = headers;
  }

  addRequest(request, options) {
    for (const [name, value] of Object.entries(this.headers)) request.setHeader(name, value);
    super.addRequest(request, options);
  }
}

const agents = [];
/** Connections that are kept open would keep a test's process open. */
export const closeAgents = () => agents.splice(0).forEach((agent) => agent.destroy());

/** A driver of that session. `headers`: what names it. */
export async function drive(url, headers, options = new chrome.Options()) {
  const agent = new HeaderAgent(headers);
  agents.push(agent);
  return new Builder().forBrowser('chrome').setChromeOptions(options).usingHttpAgent(agent).usingServer(url).build();
}

/** One WebDriver command by hand: { status, value, headers }. */
export async function command(url, headers, method, path, body) {
  const response = await fetch(url + path, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, ...JSON.parse(text) };
}

// Captures the golden pairs of tests/golden/browserbase with the official SDK against a real daemon:
//   cd tests/conformance && GREENROOM_BINARY=build/dev/greenroom ./node browserbase/capture.mjs
// Every operation that is served, every refusal that the SDK can run into, and every operation that is not served.
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { connectPlaywright } from '../support/client.mjs';
import { CoreState } from '../support/core_state.mjs';
import { Daemon } from '../support/daemon.mjs';
import { Goldens, recordingSdk } from '../support/golden.mjs';
import { Normaliser } from '../support/normalise.mjs';
import { nobody, notServed } from '../support/operations.mjs';
import { until } from '../support/wait.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
export const folder = path.resolve(here, '../../golden/browserbase');
const limit = 3;

/** A page that is always the same, header for header. */
async function startPage() {
  const server = createServer((request, response) => {
    response.sendDate = false;
    const body = '<!doctype html><title>Captured</title><link rel="icon" href="data:,"><p>Hello';
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-length': body.length, connection: 'close' });
    response.end(body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${server.address().port}`;
  return { host, url: `http://${host}/`, close: () => server.close() };
}

class Capture {
  constructor(daemon, page) {
    this.daemon = daemon;
    this.page = page;
    this.state = new CoreState(daemon);
    this.normal = new Normaliser(daemon, page.host);
    this.goldens = new Goldens(this.state, this.normal);
    this.client = recordingSdk(daemon);
  }

  take(file, name, ask, options) {
    return this.goldens.take(file, name, this.client, ask, options);
  }

  /** Releases a session and waits until its row has what will be there for good. */
  async release(id) {
    await this.client.sdk.sessions.update(id, { status: 'REQUEST_RELEASE' });
    await this.settled(id);
  }

  settled(id) {
    return until('the recording is settled', () => !['recording', 'finalizing'].includes(this.state.session(id).recording));
  }

  async createdAndReleased(name, params) {
    const { id } = await this.take('create', name, (sdk) => sdk.sessions.create(params), { creates: true });
    await this.release(id);
  }

  async creates() {
    const [project] = this.state.projects();
    const browserSettings = { viewport: { width: 1000, height: 640 }, recordSession: false, logSession: false };
    const userMetadata = { suite: 'golden', nested: { a: '1' }, number: 2 };
    await this.createdAndReleased('nothing asked for', {});
    await this.createdAndReleased('everything that is served', {
      projectId: 'project-of-mine', api_timeout: 120, keepAlive: true, region: 'eu-central-1', userMetadata, browserSettings,
    });
    await this.createdAndReleased('its own project', { projectId: project.id });
    await this.createdAndReleased('what makes no difference', {
      proxies: true, browserSettings: { solveCaptchas: true, advancedStealth: true, fingerprint: { devices: ['desktop'] }, os: 'linux' },
    });
    await this.createdAndReleased('proxies of the provider and none', { proxies: [{ type: 'none', domainPattern: 'a' }, { type: 'browserbase' }] });
  }

  async refusedCreates() {
    const refused = {
      'a timeout that is too short': { api_timeout: 59 },
      'a timeout that is too long': { api_timeout: 21_601 },
      'a region that does not exist': { region: 'moon-1' },
      'metadata over its limit': { userMetadata: { long: 'x'.repeat(512) } },
      'a viewport that is too small': { browserSettings: { viewport: { width: 10, height: 10 } } },
      'half a viewport': { browserSettings: { viewport: { width: 800 } } },
      'not served: a proxy in a place': { proxies: [{ type: 'browserbase', geolocation: { country: 'DE' } }] },
    };
    for (const [name, params] of Object.entries(refused)) await this.take('create', name, (sdk) => sdk.sessions.create(params));
  }

  async tooMany() {
    const { sdk } = this.client;
    const made = [];
    for (let i = 0; i < limit; ++i) made.push(await sdk.sessions.create({ keepAlive: true, browserSettings: { recordSession: false } }));
    const know = () => ({ fail: { call: 'create', code: 'limit_reached', detail: String(limit) } });
    await this.take('create', 'too many sessions', (other) => other.sessions.create({}), { know });
    for (const { id } of made) await this.release(id);
  }

  /** One session from its first page to its MP4. */
  async story() {
    const { id } = await this.client.sdk.sessions.create({ keepAlive: true, userMetadata: { who: 'story', play: { act: 'two' } } });
    const of = [id];
    const browser = await connectPlaywright({ connectUrl: (await this.client.sdk.sessions.retrieve(id)).connectUrl });
    await browser.contexts()[0].pages()[0].goto(this.page.url);
    const cdp = await browser.newBrowserCDPSession();
    const { targetInfos } = await cdp.send('Target.getTargets');
    const targets = targetInfos.map(({ targetId, type, title, url }) => this.normal.value({ id: targetId, type, title, url }));
    const know = () => ({ targets });
    await this.take('sessions', 'debug', (sdk) => sdk.sessions.debug(id), { of, know });
    await this.take('sessions', 'debug with a shorter life', (sdk) => sdk.sessions.debug(id, { expiresIn: 60 }), { of, know });
    await this.take('sessions', 'retrieve a running one', (sdk) => sdk.sessions.retrieve(id), { of });
    await this.lists();
    const recording = () => ({ recording: this.recording(id) });
    await this.take('recordings', 'downloads while it runs', (sdk) => sdk.sessions.recording.downloads.create(id), { of, know: recording });
    await until('something is recorded', () => this.state.index(id).length > 0);
    await until('the page has been loaded', () => this.state.events(id).some(({ method }) => method === 'Page.loadEventFired'));
    await browser.close();
    await this.take('sessions', 'release', (sdk) => sdk.sessions.update(id, { status: 'REQUEST_RELEASE' }), { of, ends: true });
    await this.settled(id);
    await this.afterwards(id);
  }

  async afterwards(id) {
    const of = [id];
    await this.take('sessions', 'release again', (sdk) => sdk.sessions.update(id, { status: 'REQUEST_RELEASE' }), { of });
    await this.take('sessions', 'retrieve one that has ended', (sdk) => sdk.sessions.retrieve(id), { of });
    await this.take('sessions', 'debug of one that has ended', (sdk) => sdk.sessions.debug(id), { of });
    await this.take('recordings', 'logs', (sdk) => sdk.sessions.logs.list(id), { of, know: (body) => this.logs(id, body) });
    const know = () => ({ recording: this.recording(id), mp4: this.mp4(id) });
    const { replays, recording } = this.client.sdk.sessions;
    await this.take('recordings', 'replays', () => replays.retrieve(id), { of, know });
    await this.take('recordings', 'a replay page', () => replays.retrievePage(id, '0'), { of, know });
    await this.take('recordings', 'a replay page that is not there', () => replays.retrievePage(id, '1'), { of, know });
    await this.take('recordings', 'downloads that nobody asked for', () => recording.downloads.list(id), { of, know });
    const unmade = () => ({ recording: this.recording(id) });
    await this.take('recordings', 'asking for downloads', () => recording.downloads.create(id), { of, know: unmade });
    await until('the MP4 is there', () => recording.downloads.list(id).then(({ downloads }) => downloads[0].status === 'COMPLETED'));
    await this.take('recordings', 'downloads that are ready', () => recording.downloads.list(id), { of, know });
  }

  async lists() {
    const list = (name, query) => this.take('sessions', name, (sdk) => sdk.sessions.list(query), { of: 'all' });
    await list('list all', undefined);
    await list('list the running', { status: 'RUNNING' });
    await list('list the completed', { status: 'COMPLETED' });
    await list('list those that went wrong', { status: 'ERROR' });
    await list('list by metadata', { q: "user_metadata['who']:'story'" });
    await list('list by nested metadata', { q: "user_metadata['play']['act']:'two'", status: 'RUNNING' });
    await list('list by metadata that nobody has', { q: "user_metadata['who']:'nobody'" });
    await list('list with a query of another form', { q: "who:'story'" });
  }

  recording(id) {
    const lines = this.state.index(id).map((line) => (line.wall_ms ? { ...line, wall_ms: this.normal.shifted(line.wall_ms, id) } : line));
    for (const { wall_ms: wall } of this.state.index(id)) if (wall) this.normal.learnTime(wall, id, wall - this.state.session(id).startedAt);
    return { state: this.state.session(id).recording, index: lines.map((line) => JSON.stringify(line) + '\n').join('') };
  }

  mp4(id) {
    const madeAt = this.state.mp4MadeAt(id);
    if (madeAt === undefined) return { state: 'not_requested' };
    this.normal.learnTime(madeAt, id, 40_000);
    return { state: 'ready', madeAt: this.normal.time(madeAt) };
  }

  /** Each line of the answer is one event of the store, whose time is a second of its own. */
  logs(id, body) {
    // The store's own words (markers) are not in this API's log.
    const events = this.state.events(id).filter(({ method }) => !/^[a-z]/.test(method));
    assert.deepEqual(body.map(({ request }) => request.rawBody), events.map(({ params }) => params), 'the log is what was stored');
    const shown = events.map(({ seq, atMs, page, method, params }, index) => {
      const { request, timestamp, ...rest } = body[index];
      assert.deepEqual([timestamp, request.timestamp, request.params], [atMs, atMs, JSON.parse(params)]);
      const normal = this.normal.params(JSON.parse(params));
      const rawBody = JSON.stringify(normal);
      const at = this.normal.started(id) + seq * 1000;
      const line = { ...this.normal.value(rest), timestamp: at, request: { timestamp: at, rawBody, params: normal } };
      return { line, event: { seq, atMs: at, page, method, params: rawBody } };
    });
    return { events: shown.map(({ event }) => event), body: shown.map(({ line }) => line) };
  }

  async withoutRecording() {
    const { sdk } = this.client;
    const { id } = await sdk.sessions.create({ browserSettings: { recordSession: false, logSession: false } });
    await this.release(id);
    const of = [id];
    const know = () => ({ recording: this.recording(id) });
    await this.take('recordings', 'no log was wanted', () => sdk.sessions.logs.list(id), { of });
    await this.take('recordings', 'no recording was wanted', () => sdk.sessions.replays.retrieve(id), { of, know });
    await this.take('recordings', 'no recording was wanted: downloads', () => sdk.sessions.recording.downloads.create(id), { of, know });
  }

  /** Its browser dies. */
  async crashed() {
    const { id } = await this.client.sdk.sessions.create({ keepAlive: true, browserSettings: { recordSession: false } });
    const browser = await connectPlaywright({ connectUrl: (await this.client.sdk.sessions.retrieve(id)).connectUrl });
    const cdp = await browser.newBrowserCDPSession();
    await cdp.send('Browser.crash').catch(() => null);
    await until('it has ended', () => this.state.session(id).state === 'ended');
    await this.take('sessions', 'retrieve one whose browser crashed', (sdk) => sdk.sessions.retrieve(id), { of: [id] });
    await browser.close().catch(() => null);
  }

  async projects() {
    const [project] = this.state.projects();
    const usage = await this.client.sdk.projects.usage(project.id);
    const projects = [this.normal.view({
      id: project.id, name: project.name, ownerId: project.owner_id, createdAt: project.created_at, updatedAt: project.updated_at,
    })];
    const know = () => ({ projects, usage: { minutes: usage.browserMinutes, proxyBytes: usage.proxyBytes } });
    await this.take('projects', 'list', (sdk) => sdk.projects.list(), { know });
    await this.take('projects', 'retrieve', (sdk) => sdk.projects.retrieve(project.id), { know });
    await this.take('projects', 'usage', (sdk) => sdk.projects.usage(project.id), { know });
    await this.take('projects', 'retrieve one that is unknown', (sdk) => sdk.projects.retrieve(nobody), { know });
    await this.take('projects', 'usage of one that is unknown', (sdk) => sdk.projects.usage(nobody), { know });
    const mounted = recordingSdk(this.daemon, { prefix: '/browserbase' });
    await this.goldens.take('projects', 'under the mount', mounted, (sdk) => sdk.projects.retrieve(project.id), { know });
  }

  async refusals() {
    const stranger = recordingSdk(this.daemon, { apiKey: 'bb_live_unknown' });
    await this.goldens.take('refusals', 'an unknown key', stranger, (sdk) => sdk.sessions.list());
    await this.goldens.take('refusals', 'an unknown key creates nothing', stranger, (sdk) => sdk.sessions.create({}));
    const { sessions } = this.client.sdk;
    const unknown = {
      retrieve: () => sessions.retrieve(nobody),
      update: () => sessions.update(nobody, { status: 'REQUEST_RELEASE' }),
      debug: () => sessions.debug(nobody),
      'logs.list': () => sessions.logs.list(nobody),
      'replays.retrieve': () => sessions.replays.retrieve(nobody),
      'replays.retrievePage': () => sessions.replays.retrievePage(nobody, '0'),
      'recording.downloads.list': () => sessions.recording.downloads.list(nobody),
      'recording.downloads.create': () => sessions.recording.downloads.create(nobody),
    };
    for (const [name, ask] of Object.entries(unknown)) await this.take('refusals', `an unknown session: ${name}`, ask);
    for (const [name, ask] of Object.entries(notServed)) await this.take('not_served', name, ask);
  }
}

/** All pairs, by file. */
export async function capture() {
  const daemon = await Daemon.start({ limits: { sessions: limit }, session: { default_timeout: '1h' } });
  const page = await startPage();
  const capturing = new Capture(daemon, page);
  try {
    await capturing.creates();
    await capturing.refusedCreates();
    await capturing.crashed();
    await capturing.story();
    await capturing.withoutRecording();
    await capturing.tooMany();
    await capturing.projects();
    await capturing.refusals();
  } finally {
    capturing.state.close();
    page.close();
    await daemon.stop();
  }
  return capturing.goldens.files;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const files = await capture();
  await mkdir(folder, { recursive: true });
  for (const [name, pairs] of Object.entries(files)) {
    const file = path.join(folder, `captured_${name}.json`);
    await writeFile(file, '[\n' + pairs.map((pair) => '  ' + JSON.stringify(pair)).join(',\n') + '\n]\n');
    process.stdout.write(`${path.relative(process.cwd(), file)}: ${pairs.length} pairs\n`);
  }
}

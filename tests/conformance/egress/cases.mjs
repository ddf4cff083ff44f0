// Ways in which a page may try to reach what it must not, each as [name, async (page, word) => …]. `page` shows the
// public site; whoever is reached notes `word`. A way that fails throws or does nothing: only the note counts.
export const publicSite = 'http://93.184.215.14:8080';
export const secureSite = 'https://public.test:8443';
const coded = (url) => Buffer.from(url).toString('base64url');
const hit = (host, word, kind) => `http://${host}:8080/hit/${word}${kind ? `?kind=${kind}` : ''}`;
const patience = { timeout: 4_000, waitUntil: 'commit' };
const visit = (page, url) => page.goto(url, patience).catch(() => {});

/** What the user info, the spelling or the name of an address hides. Each is one navigation. */
const hosts = [
  '127.0.0.1', 'localhost', 'LOCALHOST', 'LocalHost.', 'app.localhost', '127.1', '127.0.1', '2130706433', '0x7f000001', '0x7F.1',
  '0177.0.0.1', '017700000001', '0x7f.0.0.0x1', '127.0.0.1.', '127.127.127.127', '0.0.0.0', '0', '[::1]', '[::]', '[0:0:0:0:0:0:0:1]',
  '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '①②⑦.⓪.⓪.①', '１２７.0.0.1', '127。0。0。1', 'nobody:nothing@127.0.0.1', 'public.test@127.0.0.1',
  '%31%32%37.0.0.1', '10.0.5.5', '0xa000505', '167773445', '012.0.5.5', '[::ffff:10.0.5.5]', '192.168.7.7', '172.16.7.7', '100.64.7.7',
  '198.18.7.7', '[fd12::7]', '169.254.169.254', '0xa9fea9fe', '2852039166', '0251.0376.0251.0376', '169.254.43518',
  '[::ffff:169.254.169.254]', '[::ffff:a9fe:a9fe]', '100.100.100.200', '168.63.129.16', '[fd00:ec2::254]',
  // Its own address on the public side of the machine.
  '93.184.215.99',
  // Names.
  'own.test', 'OWN.test', 'own.test.', 'private.test', 'metadata.test', 'mixed.test', 'mapped.test', 'sixth.test', 'a.b.own.test',
];

const navigations = hosts.map((host) => [`navigation to ${host}`, (page, word) => visit(page, hit(host, word))]);

const redirects = [301, 302, 303, 307, 308].map((status) => [
  `redirect ${status}`,
  (page, word) => visit(page, `${publicSite}/to?status=${status}&url=${coded(hit('127.0.0.1', word))}`),
]);

const loaded = (make) => `(url) => new Promise((done) => { const e = (${make})(url); e.onload = e.onerror = e.onloadeddata = done; setTimeout(done, 2000);
  if (!e.isConnected && e instanceof Node) document.body.append(e); })`;
const inPage = (name, source) => [name, async (page, word) => void (await page.evaluate(`(${source})(${JSON.stringify(hit('10.0.5.5', word))})`).catch(() => {}))];

const resources = [
  inPage('image', loaded(`(url) => Object.assign(new Image(), { src: url })`)),
  inPage('script', loaded(`(url) => Object.assign(document.createElement('script'), { src: url + '?kind=script' })`)),
  inPage('module script', loaded(`(url) => Object.assign(document.createElement('script'), { type: 'module', src: url + '?kind=script' })`)),
  inPage('style sheet', loaded(`(url) => Object.assign(document.createElement('link'), { rel: 'stylesheet', href: url + '?kind=style' })`)),
  inPage('import of a style sheet', loaded(`(url) => Object.assign(document.createElement('style'), { textContent: '@import "' + url + '?kind=style"' })`)),
  inPage('background picture', `(url) => new Promise((done) => { document.body.style.backgroundImage = 'url(' + url + ')'; setTimeout(done, 1500); })`),
  inPage('font', `(url) => new FontFace('x', 'url(' + url + ')').load().catch(() => {})`),
  inPage('frame', loaded(`(url) => Object.assign(document.createElement('iframe'), { src: url })`)),
  inPage('object', loaded(`(url) => Object.assign(document.createElement('object'), { data: url })`)),
  inPage('embedded content', loaded(`(url) => Object.assign(document.createElement('embed'), { src: url })`)),
  inPage('video', loaded(`(url) => Object.assign(document.createElement('video'), { src: url, preload: 'auto' })`)),
  inPage('prefetch', loaded(`(url) => Object.assign(document.createElement('link'), { rel: 'preload', as: 'fetch', crossOrigin: 'anonymous', href: url })`)),
  inPage('fetch', `(url) => fetch(url)`),
  inPage('fetch without CORS', `(url) => fetch(url, { mode: 'no-cors' })`),
  inPage('fetch that outlives its page', `(url) => fetch(url, { keepalive: true, method: 'POST', body: 'x' })`),
  inPage('XMLHttpRequest', `(url) => new Promise((done) => { const x = new XMLHttpRequest(); x.onloadend = done; x.open('GET', url); x.send(); })`),
  inPage('beacon', `(url) => new Promise((done) => { navigator.sendBeacon(url, 'x'); setTimeout(done, 1000); })`),
  inPage('events', `(url) => new Promise((done) => { const e = new EventSource(url); e.onerror = () => { e.close(); done(); }; })`),
  inPage('websocket', `(url) => new Promise((done) => { const w = new WebSocket(url.replace('http', 'ws')); w.onclose = done; })`),
  inPage('form', `(url) => new Promise((done) => { const f = Object.assign(document.createElement('form'), { action: url, method: 'POST' }); document.body.append(f); f.submit(); setTimeout(done, 1000); })`),
  inPage('change of location', `(url) => { location.href = url; }`),
  inPage('window', `(url) => new Promise((done) => { const w = open(url); setTimeout(() => { w?.close(); done(); }, 1000); })`),
  inPage('worker', `(url) => new Promise((done) => { const w = new Worker('/work.js?code=' + btoa('fetch("' + url + '", { mode: "no-cors" }).finally(() => postMessage(1))').replaceAll('+', '-').replaceAll('/', '_'));
    w.onmessage = w.onerror = done; })`),
  inPage("import of a worker's script", `(url) => new Promise((done) => { const w = new Worker('/work.js?code=' + btoa('try { importScripts("' + url + '?kind=script") } finally { postMessage(1) }').replaceAll('+', '-').replaceAll('/', '_'));
    w.onmessage = w.onerror = done; })`),
  inPage('shared worker', `(url) => new Promise((done) => { const w = new SharedWorker('/work.js?code=' + btoa('onconnect = (e) => fetch("' + url + '", { mode: "no-cors" }).finally(() => e.ports[0].postMessage(1))').replaceAll('+', '-').replaceAll('/', '_'));
    w.port.onmessage = done; w.onerror = done; setTimeout(done, 2500); })`),
];

const others = [
  ['refresh', async (page, word) => {
    await visit(page, `${publicSite}/meta?url=${coded(hit('127.0.0.1', word))}`);
    await page.waitForTimeout(700);
  }],
  ['redirect of a picture', async (page, word) => {
    const url = `${publicSite}/to?url=${coded(hit('2130706433', word))}`;
    await page.evaluate(`new Promise((done) => { const i = new Image(); i.onload = i.onerror = done; i.src = ${JSON.stringify(url)}; })`).catch(() => {});
  }],
  ['redirect of a redirect', async (page, word) => {
    const last = `${publicSite}/to?url=${coded(hit('[::ffff:7f00:1]', word))}`;
    await visit(page, `${publicSite}/to?url=${coded(last)}`);
  }],
  ['service worker', async (page, word) => {
    await visit(page, `${secureSite}/page`);
    const code = coded(`self.addEventListener('install', (e) => e.waitUntil(fetch('https://10.0.5.5:8443/hit/${word}', { mode: 'no-cors' }).catch(() => {})));`);
    await page.evaluate(`navigator.serviceWorker.register('/work.js?code=${code}').then((r) => new Promise((done) => {
      const w = r.installing ?? r.waiting ?? r.active; if (w.state !== 'installing') return done(); w.onstatechange = done; setTimeout(done, 3000); }))`).catch(() => {});
  }],
  ['websocket over TLS', async (page, word) => {
    await visit(page, `${secureSite}/page`);
    await page.evaluate(`new Promise((done) => { const w = new WebSocket('wss://127.0.0.1:8443/hit/${word}'); w.onclose = done; })`).catch(() => {});
  }],
  ['a debugger’s navigation', async (page, word) => {
    const cdp = await page.context().newCDPSession(page);
    await cdp.send('Page.navigate', { url: hit('0x7f.1', word) }).catch(() => {});
  }],
  ['a debugger’s download of a resource', async (page, word) => {
    const cdp = await page.context().newCDPSession(page);
    const { frameTree } = await cdp.send('Page.getFrameTree');
    await cdp.send('Network.loadNetworkResource', { frameId: frameTree.frame.id, url: hit('127.0.0.1', word),
      options: { disableCache: true, includeCredentials: false } }).catch(() => {});
  }],
  ['a name that leads elsewhere after a while', async (page, word) => {
    const site = `http://rebind-${word}.test:8080`;
    await visit(page, `${site}/page`);
    // Longer than any answer is used again.
    await page.waitForTimeout(11_000);
    await page.evaluate(`fetch('${site}/hit/${word}', { cache: 'no-store', mode: 'no-cors' }).catch(() => {})`).catch(() => {});
  }],
];

export const addresses = [...navigations, ...redirects];
export const requests = [...resources, ...others];

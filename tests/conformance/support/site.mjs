// The pages under test, on loopback: a real single-page application (the package browser of npm's
// @verdaccio/ui-theme: React, a router over the History API, fetch) with a JSON API of ours, and a few plain pages
// ("the stage") whose looks and doings a test can know exactly.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';

import { stage } from './stage.mjs';

const theme = createRequire(import.meta.url)('@verdaccio/ui-theme')();

const day = 86_400_000;
const packages = ['curtain-call', 'green-room', 'stage-door'].map((name, index) => ({
  name,
  version: `1.${index}.0`,
  description: `What ${name} is for`,
  author: { name: 'A. Player', email: 'player@example.org', avatar: '' },
  license: 'Apache-2.0',
  keywords: ['theatre'],
  time: new Date(Date.UTC(2024, 0, 1) + index * day).toISOString(),
  dist: { unpackedSize: 1000 * (index + 1), tarball: '' },
}));

function application(origin) {
  const options = { base: `${origin}/`, url_prefix: '/', title: 'Package browser', language: 'en-US', darkMode: false };
  const scripts = theme.manifestFiles.js.map((name) => `<script defer src="/${theme.manifest[name]}"></script>`);
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><base href="/"><title>Package browser</title>
<link rel="icon" href="data:,"><script>window.__VERDACCIO_BASENAME_UI_OPTIONS=${JSON.stringify(options)}</script></head>
<body><div id="root"></div>${scripts.join('')}</body></html>`;
}

function api(route) {
  const [kind, ...rest] = route.split('/');
  const name = decodeURIComponent(rest.at(-1) ?? '');
  if (kind === 'packages') return packages;
  if (kind === 'search') return packages.filter((item) => item.name.includes(name)).map((item) => ({ package: item, score: {}, ...item }));
  const found = packages.find((item) => item.name === name);
  if (!found) return undefined;
  if (kind === 'package') return `<h1>${name}</h1><p>The story of ${name}.</p>`;
  const latest = { ...found, dependencies: {}, dist: found.dist, maintainers: [], contributors: [] };
  return { name, latest, 'dist-tags': { latest: found.version }, versions: { [found.version]: latest }, time: { [found.version]: found.time }, _uplinks: {} };
}

const json = (value, status = 200) => ({ status, type: 'application/json', body: JSON.stringify(value) });

async function answer(origin, url) {
  const { pathname } = url;
  if (pathname.startsWith('/-/verdaccio/data/')) {
    const value = api(pathname.slice('/-/verdaccio/data/'.length));
    if (typeof value === 'string') return { type: 'text/plain; charset=utf-8', body: value };
    return value === undefined ? json({ error: 'no such package' }, 404) : json(value);
  }
  if (pathname.startsWith('/-/static/')) {
    const name = path.basename(pathname);
    return { type: 'text/javascript', body: await readFile(path.join(theme.staticPath, name)) };
  }
  if (pathname.startsWith('/stage/')) return stage(pathname.slice('/stage/'.length), url.searchParams);
  if (pathname === '/' || pathname.startsWith('/-/web/')) return { type: 'text/html; charset=utf-8', body: application(origin) };
  return json({ error: 'not found' }, 404);
}

/** Serves the pages until close(). `requests` notes each request's method and path. */
export async function startSite() {
  const requests = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url, `http://${request.headers.host}`);
    requests.push(`${request.method} ${url.pathname}`);
    request.resume();
    answer(url.origin, url)
      .catch((error) => ({ status: 500, type: 'text/plain', body: String(error) }))
      .then((found) => found ?? { status: 404, type: 'text/plain', body: 'not found' })
      .then(({ status = 200, type, body }) => {
        response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' });
        response.end(body);
      });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    requests,
    url: `http://127.0.0.1:${server.address().port}`,
    close: () => new Promise((resolve) => { server.closeAllConnections(); server.close(resolve); }),
  };
}

// A small extension whose doing a page can see: its content script writes into the page, and its service worker can
// be asked to.
import { zip } from './zip.mjs';

const script = (word) => `document.documentElement.dataset.painted = ${JSON.stringify(word)};`;

export const manifest = (more = {}) =>
  JSON.stringify({
    manifest_version: 3, name: 'Painter', version: '1.2.3',
    content_scripts: [{ matches: ['<all_urls>'], js: ['paint/content.js'], run_at: 'document_end' }],
    background: { service_worker: 'worker.js' }, ...more,
  });

export const painterFiles = (word = 'yes', more = {}) => [
  ['manifest.json', manifest(more)],
  ['paint/content.js', script(word)],
  ['worker.js', 'self.addEventListener("install", () => self.skipWaiting());'],
];

export const painter = (word, more) => zip(painterFiles(word, more));

export const painted = (page) => page.evaluate(() => document.documentElement.dataset.painted);

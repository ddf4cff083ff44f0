// A small application with a login, on loopback: it keeps what it knows of its user in every place that a browser has.
import { createServer } from 'node:http';

const page = `<!doctype html><title>members</title><script>
const withStore = (mode, what) => new Promise((resolve, reject) => {
  const opening = indexedDB.open('members', 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore('store');
  opening.onerror = () => reject(opening.error);
  opening.onsuccess = () => {
    const transaction = opening.result.transaction('store', mode);
    const asked = what(transaction.objectStore('store'));
    transaction.oncomplete = () => { opening.result.close(); resolve(asked.result ?? null); };
    transaction.onerror = () => reject(transaction.error);
  };
});
self.login = async (who) => {
  await fetch('/login?who=' + who, { method: 'POST' });
  localStorage.setItem('who', who);
  sessionStorage.setItem('who', who);
  sessionStorage.setItem('a "key"\\n', 'ä ✓ \\u2028 </x>');
  await withStore('readwrite', (store) => store.put(who, 'who'));
  await navigator.serviceWorker.register('/worker.js');
  await navigator.serviceWorker.ready;
};
self.state = async () => ({
  cookies: await (await fetch('/me')).json(),
  local: localStorage.getItem('who'),
  session: sessionStorage.getItem('who'),
  odd: sessionStorage.getItem('a "key"\\n'),
  indexed: await withStore('readonly', (store) => store.get('who')),
  workers: (await navigator.serviceWorker.getRegistrations()).length,
});
</script>`;

export async function startMembers() {
  const server = createServer((request, response) => {
    const url = new URL(request.url, 'http://127.0.0.1');
    if (url.pathname === '/login') {
      const who = url.searchParams.get('who');
      response.setHeader('set-cookie', [
        `session=${who}; Path=/; HttpOnly; SameSite=Lax`, // ends with the browser
        `lasting=${who}; Path=/; Max-Age=86400`,
      ]);
      return response.end();
    }
    if (url.pathname === '/me') {
      const cookies = Object.fromEntries((request.headers.cookie ?? '').split('; ').filter(Boolean).map((pair) => pair.split('=')));
      return response.setHeader('content-type', 'application/json').end(JSON.stringify(cookies));
    }
    if (url.pathname === '/worker.js') return response.setHeader('content-type', 'text/javascript').end('self.addEventListener("fetch", () => {});');
    response.setHeader('content-type', 'text/html; charset=utf-8').end(page);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() };
}

export const loggedIn = (who) => ({
  cookies: { session: who, lasting: who }, local: who, session: who, odd: 'ä ✓ \u2028 </x>', indexed: who, workers: 1,
});
export const nobodyThere = { cookies: {}, local: null, session: null, odd: null, indexed: null, workers: 0 };

/** Both work in pages of Playwright and of Puppeteer. */
export async function login(page, url, who) {
  await page.goto(url);
  await page.evaluate((name) => self.login(name), who);
}
export async function stateOf(page, url) {
  await page.goto(url);
  return page.evaluate(() => self.state());
}

// Files with Notte's client: the first generation by name, the second one by id.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, test } from 'node:test';

import * as sdk from 'notte-sdk';

import { assertErrorBody, call, clientFor, connectPlaywright, nobody } from './client.mjs';
import { useDaemon } from '../support/daemon.mjs';
import { until } from '../support/wait.mjs';

const held = await useDaemon({ limits: { sessions: 4 }, recording: { enabled: false } });
const client = clientFor(held.daemon).getClient();
const json = async (response) => ({ status: response.status, body: await response.json() });
let site;
let url;

before(async () => {
  site = http.createServer((request, response) => {
    if (!request.url.startsWith('/save')) {
      return response.writeHead(200, { 'content-type': 'text/html' })
        .end('<a id=save href="/save">save</a><input type=file id=f><script>chosen = () => Promise.all([...f.files].map(async (x) => [x.name, await x.text()]))</script>');
    }
    return response.writeHead(200, { 'content-disposition': 'attachment; filename="report.pdf"' }).end('downloaded');
  });
  await new Promise((done) => site.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${site.address().port}`;
});
after(() => { site.closeAllConnections(); site.close(); });

const form = (name, content) => {
  const data = new FormData();
  data.append('file', new Blob([content]), name);
  return data;
};
const post = (path, data, headers = {}) =>
  fetch(held.daemon.baseURL + path, { method: 'POST', body: data, headers: { authorization: `Bearer ${held.daemon.key}`, ...headers } });

test('the project\'s own files: by the name in the path, replaced by one of the same name, read by a link without a key', async () => {
  for (const content of ['old', 'newest']) {
    const { data, error } = await sdk.fileUpload({ client, path: { filename: 'list.csv' }, body: { file: new Blob([content]) } });
    assert.deepEqual(data, { success: true }, JSON.stringify(error));
  }
  const { data: list } = await sdk.fileListUploads({ client });
  assert.equal(list.files.length, 1);
  assert.deepEqual({ ...list.files[0], updated_at: 0 }, { name: 'list.csv', size: 6, file_ext: '.csv', updated_at: 0 });
  const { status, body } = await json(await call(held.daemon, 'GET', '/storage/uploads/list.csv'));
  assert.equal(status, 200);
  const content = await fetch(body.url);
  assert.equal(content.status, 200);
  assert.equal(content.headers.get('content-type'), 'text/csv');
  assert.equal(await content.text(), 'newest');
  assert.equal((await fetch(body.url.replace(/token=v1\..{4}/, 'token=v1.AAAA'))).status, 401);
  await assertErrorBody(await call(held.daemon, 'GET', '/storage/uploads/none.csv'), 404);
  await assertErrorBody(await post('/storage/uploads/x.txt', JSON.stringify({}), { 'content-type': 'application/json' }), 422);
});

test('a session\'s files in both generations, while it runs and afterwards', async () => {
  const session = clientFor(held.daemon).Session();
  await session.start();
  const { cdp_url: address, session_id: id } = await session.status();
  const browser = await connectPlaywright(address);
  const page = browser.contexts()[0].pages()[0];
  await page.goto(url);

  const made = await json(await post(`/sessions/${id}/files`, form('notes.txt', 'uploaded')));
  assert.equal(made.status, 201);
  assert.equal((await post(`/sessions/${id}/files`, form('notes.txt', 'again'), { 'x-notte-request-origin': 'sdk-python' })).status, 200);
  assert.deepEqual(Object.keys(made.body).toSorted(), ['checksum', 'created_at', 'expires_at', 'filename', 'id', 'mime_type', 'session_id', 'size', 'source']);
  assert.deepEqual([made.body.filename, made.body.source, made.body.size], ['notes.txt', 'user_upload', 8]);
  const cdp = await page.context().newCDPSession(page);
  const { root } = await cdp.send('DOM.getDocument');
  const { nodeId } = await cdp.send('DOM.querySelector', { nodeId: root.nodeId, selector: '#f' });
  await cdp.send('DOM.setFileInputFiles', { files: ['/tmp/uploads/notes.txt'], nodeId });
  assert.deepEqual(await page.evaluate('chosen()'), [['notes.txt', 'uploaded']]);

  await page.click('#save');
  const files = await until('the download is listed', async () => {
    const { body } = await json(await call(held.daemon, 'GET', `/sessions/${id}/files?source=session_download&limit=1000`));
    return body.total === 1 && body;
  }, 15_000);
  const { files: named } = (await sdk.fileListDownloads({ client, path: { session_id: id } })).data;
  assert.deepEqual(named.map(({ name, size }) => [name, size]), [['report.pdf', 10]]);
  const { data: link } = await sdk.fileDownload({ client, path: { session_id: id, filename: 'report.pdf' } });
  assert.equal(await (await fetch(link.url)).text(), 'downloaded');
  const { data: added } = await sdk.fileUploadDownloadedFile({ client, path: { session_id: id, filename: 'made.txt' }, body: { file: new Blob(['made']) } });
  assert.deepEqual(added, { success: true });
  await browser.close();
  await session.stop();

  const { body: all } = await json(await call(held.daemon, 'GET', `/sessions/${id}/files`));
  assert.deepEqual([all.total, all.limit, all.offset], [4, 100, 0]);
  const content = await call(held.daemon, 'GET', `/sessions/${id}/files/${files.files[0].id}`);
  assert.equal(await content.text(), 'downloaded');
  assert.equal((await call(held.daemon, 'DELETE', `/sessions/${id}/files/${files.files[0].id}`)).status, 204);
  await assertErrorBody(await call(held.daemon, 'GET', `/sessions/${id}/files/${files.files[0].id}`), 404);
  await assertErrorBody(await post(`/sessions/${id}/files`, form('late.txt', 'x')), 410);
  await assertErrorBody(await call(held.daemon, 'GET', `/sessions/${nobody}/files`), 404);
  await assertErrorBody(await call(held.daemon, 'GET', `/sessions/${id}/files?limit=1001`), 422);
  await assertErrorBody(await call(held.daemon, 'GET', `/sessions/${id}/files?source=mine`), 422);
});

// Certificates of authorities: kept, listed, trusted by the sessions that name them and by no others.
import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import https from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { makeCertificates } from '../egress/network.mjs';
import { connectPlaywright, createWhenRoom, rejectionOf, release, rfc3339, sdkFor, uuid } from '../support/client.mjs';
import { useDaemon } from '../support/daemon.mjs';

const held = await useDaemon({ recording: { enabled: false } });
const made = {};
let sdk;

before(async () => {
  sdk = sdkFor(held.daemon);
  made.files = makeCertificates(mkdtempSync(path.join(tmpdir(), 'certificates-')), ['localhost', '127.0.0.1']);
  made.pem = await readFile(made.files.authority);
  const options = { key: await readFile(made.files.key), cert: await readFile(made.files.certificate) };
  made.site = https.createServer(options, (_, response) => response.end('<title>trusted</title>'));
  await new Promise((resolve) => made.site.listen(0, '127.0.0.1', resolve));
  made.url = `https://localhost:${made.site.address().port}/`;
});

after(() => (made.site?.closeAllConnections(), made.site?.close()));

const upload = (content, name = 'ca.pem') => sdk.certificates.create({ file: new File([content], name) });

async function open(params, url = made.url) {
  const session = await createWhenRoom(sdk, params);
  const browser = await connectPlaywright(session);
  const page = browser.contexts()[0].pages()[0];
  const outcome = await page.goto(url).then(() => page.title(), (error) => error.message);
  await browser.close();
  await release(sdk, session);
  return outcome;
}

test('a certificate is kept, found, listed and deleted', async () => {
  const one = await upload(made.pem);
  assert.match(one.id, uuid);
  assert.match(one.createdAt, rfc3339);
  assert.deepEqual(Object.keys(one).toSorted(), ['createdAt', 'id', 'projectId', 'updatedAt']);
  assert.deepEqual(await sdk.certificates.retrieve(one.id), one);
  const two = await upload(made.pem);
  assert.deepEqual((await sdk.certificates.list()).map(({ id }) => id), [two.id, one.id]);
  for (const { id } of [one, two]) await sdk.certificates.delete(id);
  assert.deepEqual(await sdk.certificates.list(), []);
  await rejectionOf(sdk.certificates.retrieve(one.id), 404);
  await rejectionOf(sdk.certificates.delete(one.id), 404);
});

test('a session trusts what it names, and no other session does', async () => {
  const { id } = await upload(made.pem);
  assert.match(await open({}), /ERR_CERT_AUTHORITY_INVALID/);
  assert.equal(await open({ proxySettings: { caCertificates: [id] } }), 'trusted');
  assert.match(await open({}), /ERR_CERT_AUTHORITY_INVALID/);
  assert.equal(await open({ browserSettings: { ignoreCertificateErrors: true } }), 'trusted');
  await sdk.certificates.delete(id);
  await rejectionOf(sdk.sessions.create({ proxySettings: { caCertificates: [id] } }), 404);
});

test('what is no certificate is refused', async () => {
  for (const content of ['', 'nonsense', await readFile(made.files.key), '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'])
    await rejectionOf(upload(content), 400, String(content).slice(0, 40));
  await rejectionOf(upload('x'.repeat(2 << 20)), 413);
  assert.deepEqual(await sdk.certificates.list(), []);
});

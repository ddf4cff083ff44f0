// By hand: kill -9 of encoder and daemon at random moments. ./node recorder/kills.mjs [how many, 20]
import { allowedLoss, killInTheMiddle } from '../support/kills.mjs';
import { startSite } from '../support/site.mjs';

const count = Number(process.argv[2] ?? 20);
const site = await startSite();
let failures = 0;
for (let n = 0; n < count; ++n) {
  const what = n % 2 === 0 ? 'encoder' : 'daemon';
  const after = Math.round(1_500 + Math.random() * 9_000);
  try {
    const { lost, state } = await killInTheMiddle(what, after, site);
    const good = lost <= allowedLoss;
    failures += good ? 0 : 1;
    console.log(`${good ? 'ok  ' : 'LOST'} ${what} after ${after} ms: ${Math.round(lost)} ms lost, ${state}`);
  } catch (error) {
    ++failures;
    console.log(`FAIL ${what} after ${after} ms: ${error.message.split('\n')[0]}`);
  }
}
await site.close();
console.log(failures === 0 ? `all ${count} are well` : `${failures} of ${count} failed`);
process.exit(failures === 0 ? 0 : 1);

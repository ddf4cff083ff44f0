// Many creates at once with few slots: all are served, in the order in which they came, and nothing is left. Each
// session is released as soon as it was there. Then the same with a queue that nobody may wait in: what is too much is
// refused, and the slots are there again.
//   node bench/burst.mjs [--creates 50] [--limit 10]
import { Daemon } from './lib/daemon.mjs';
import { round, row, run, sleep } from './lib/bench.mjs';
import { browsers, tree } from './lib/proc.mjs';

async function settled(daemon) {
  const end = performance.now() + 60_000;
  for (;;) {
    const left = await daemon.metric('greenroom_sessions{state="ending"}'.replace(/[{}]/g, '\\$&'));
    const live = browsers(daemon.pid).length;
    if (left === 0 && live === 0) return tree(daemon.pid).length;
    if (performance.now() > end) throw new Error(`${live} browsers are left`);
    await sleep(200);
  }
}

await run({ creates: 50, limit: 10 }, async (given, later) => {
  const common = { 'browser.pool_size': 0, 'limits.sessions': given.limit, 'recording.enabled': false };
  const patient = await Daemon.start(given.binary, { ...common, 'limits.queue_wait': '5m', 'limits.queue': 100 });
  later(() => patient.stop());
  const start = performance.now();
  let most = 0;
  const order = [];
  const one = async (index) => {
    const session = await patient.create({});
    order.push(index);
    most = Math.max(most, browsers(patient.pid).length);
    await patient.release({ id: session.id });
  };
  const asked = [];
  for (let i = 0; i < given.creates; i++) {
    asked.push(one(i));
    await sleep(2); // each on its own connection, in this order
  }
  await Promise.all(asked);
  // Launches of one moment end in any order: as many may overtake as run at a time.
  const overtaken = Math.max(...order.map((index, place) => Math.abs(index - place)));
  if (most > given.limit) throw new Error(`${most} browsers at a time`);
  if (overtaken >= given.limit) throw new Error(`one was served ${overtaken} places away from its own`);
  row({ row: 'queued', creates: given.creates, limit: given.limit, served: order.length, most_at_a_time: most,
    farthest_from_its_place: overtaken, seconds: round((performance.now() - start) / 1000, 1),
    processes_left: (await settled(patient)) - 1 });

  const strict = await Daemon.start(given.binary, common);
  later(() => strict.stop());
  const answers = await Promise.allSettled(Array.from({ length: given.creates }, () => strict.create({})));
  const made = answers.filter(({ status }) => status === 'fulfilled').map(({ value }) => value);
  const refused = answers.filter(({ reason }) => reason && / 429 /.test(reason.message)).length;
  if (made.length !== given.limit || made.length + refused !== given.creates)
    throw new Error(`${made.length} made, ${refused} refused of ${given.creates}`);
  for (const { id } of made) await strict.release({ id });
  const left = (await settled(strict)) - 1;
  const again = await strict.create({});
  await strict.release(again);
  row({ row: 'refused', made: made.length, refused, processes_left: left });
});

// What a DOM recording costs: cores kept busy by all processes while a page changes, with recording.dom and without, in
// turn. Video is off on both sides. Each block is a session of its own.
//   node bench/dom.mjs [--blocks 3] [--seconds 15] [--settle 3]
import { median, order, round, row, run, sleep } from './lib/bench.mjs';
import { Daemon } from './lib/daemon.mjs';
import { animated, still } from './lib/page.mjs';
import { busyCores, quiet } from './lib/proc.mjs';

const changing = (script) => `<!doctype html><title>changing</title><body><h1 id="text"></h1><ul id="list"></ul><script>${script}</script>`;
const pages = {
  'stands still': still,
  'types 10 characters a second': changing("let n = 0; setInterval(() => { text.textContent = (text.textContent + String.fromCharCode(97 + n++ % 26)).slice(-80); }, 100);"),
  'adds and removes 20 rows a second': changing("let n = 0; setInterval(() => { list.append(Object.assign(document.createElement('li'), { textContent: 'row ' + n++, className: 'row' })); if (list.children.length > 50) list.firstChild.remove(); }, 50);"),
  'moves 20 boxes at 60 fps': changing("for (let i = 0; i < 20; ++i) list.append(document.createElement('li')); let t = 0; (function step() { ++t; [...list.children].forEach((li, i) => { li.style.transform = 'translateX(' + (t * (i + 1)) % 600 + 'px)'; }); requestAnimationFrame(step); })();"),
  'paints a canvas at 60 fps': animated,
};

async function block(daemon, page, { seconds, settle }) {
  await quiet(daemon.pid, 0);
  const session = await daemon.open({ recordSession: false, viewport: { width: 1280, height: 720 } });
  await session.cdp.show(page, session.page);
  await sleep(settle * 1000);
  const { total } = await busyCores(daemon.pid, seconds);
  await daemon.release(session);
  return total;
}

await run({ blocks: 3, seconds: 15, settle: 3 }, async (given, later) => {
  const daemons = {};
  for (const side of ['off', 'on']) {
    daemons[side] = await Daemon.start(given.binary, { 'browser.pool_size': 0, 'recording.dom': side === 'on' });
    later(() => daemons[side].stop());
  }
  for (const [name, page] of Object.entries(pages)) {
    const cores = { on: [], off: [] };
    for (let i = 0; i < given.blocks; i++)
      for (const side of order(i, ['off', 'on'])) cores[side].push(await block(daemons[side], page, given));
    const extra = cores.on.map((value, i) => value - cores.off[i]);
    row({ row: `a page that ${name}, cores`, off: round(median(cores.off)), on: round(median(cores.on)), extra: round(median(extra)),
      min: round(Math.min(...extra)), max: round(Math.max(...extra)), blocks: extra.length });
  }
});

// Sends or asks for messages of many megabytes until it is killed; a line for each that has passed.
//   node load.mjs <websocket> <result|command|nested> <megabytes>
import { Cdp } from './cdp.mjs';

const [url, kind, megabytes] = process.argv.slice(2);
const size = Number(megabytes) * 1e6;
const cdp = await Cdp.connect(url);
const page = await cdp.attach();
const expressions = {
  result: `'x'.repeat(${size})`,
  nested: `(globalThis.nested ??= Array.from({ length: ${Math.floor(size / 8)} }, () => [1, [2]]))`,
  command: `/*${'x'.repeat(size)}*/ 1`,
};
for (;;) {
  await cdp.send('Runtime.evaluate', { expression: expressions[kind], returnByValue: true }, page);
  process.stdout.write('passed\n');
}

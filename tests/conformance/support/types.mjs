// Answers against the SDK's own declarations: each is assigned to its type and tsc --strict has to agree.
// Keys that the type does not know are allowed; missing ones, nulls and wrong values are not.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const suite = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

/** `answers`: [{ type, from, value }], e.g. { type: 'Session', from: '@browserbasehq/sdk/resources/sessions/sessions' }. */
export async function typeErrors(answers) {
  const lines = ['const is = <T>() => <V extends T>(value: V): V => value;'];
  answers.forEach(({ type, from, value }, index) => {
    lines.push(`import type { ${type} as T${index} } from ${JSON.stringify(from)};`);
    lines.push(`is<T${index}>()(${JSON.stringify(value)});  // ${type}`);
  });
  const cache = path.join(suite, 'node_modules', '.cache');
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(path.join(cache, 'types-'));
  try {
    const file = path.join(folder, 'answers.ts');
    await writeFile(file, lines.join('\n'));
    const tsc = path.join(suite, 'node_modules/typescript/bin/tsc');
    const options = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--skipLibCheck', '--target', 'es2022'];
    const args = [tsc, ...options, '--module', 'preserve', '--moduleResolution', 'bundler', '--pretty', 'false', file];
    const child = spawn(process.execPath, args, { cwd: suite });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    const [code] = await once(child, 'close');
    if (code === 0) return [];
    return output.split('\n').filter(Boolean).map((line) => {
      const place = /answers\.ts\((\d+),\d+\)/.exec(line);
      return place ? `${line} << ${lines[Number(place[1]) - 1]}` : line;
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

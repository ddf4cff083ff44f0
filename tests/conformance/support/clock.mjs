// Reads the bar code of the page /stage/clock out of a video, picture by picture.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const bits = 34;
const range = 2 ** 26;

/** { time (ms, modulo 2^26), number } of one row of brightness, or undefined when it is no bar code. */
export function decodeRow(row) {
  const bit = [...row].map((value) => (value > 128 ? 1 : 0));
  if (bit[0] !== 1 || bit[1] !== 0) return undefined;
  const value = (from, count) => bit.slice(from, from + count).reduce((sum, b) => sum * 2 + b, 0);
  const low = value(2, 26);
  const number = value(28, 2);
  let sum = number;
  for (let rest = low; rest > 0; rest = Math.floor(rest / 16)) sum += rest % 16;
  return sum % 16 === value(30, 4) ? { time: low, number } : undefined;
}

/** Every picture of an MP4: [{ at (s in the video), time, number }], the latter two undefined without a bar code. */
export async function readClock(file) {
  const show = ['-v', 'error', '-select_streams', 'v', '-show_entries', 'frame=pts_time', '-of', 'csv=p=0', file];
  const { stdout: times } = await run('ffprobe', show, { timeout: 120_000, maxBuffer: 1 << 26 });
  // The code is half as wide as the page, whatever size that and the picture have.
  const filter = `crop=iw/2:2:0:ih/50,scale=${bits}:1:flags=neighbor`;
  const out = ['-fps_mode', 'passthrough', '-vf', filter, '-f', 'rawvideo', '-pix_fmt', 'gray', '-'];
  const options = { encoding: 'buffer', timeout: 120_000, maxBuffer: 1 << 28 };
  const { stdout: rows } = await run('ffmpeg', ['-v', 'error', '-i', file, ...out], options);
  const at = times.split('\n').map((line) => parseFloat(line)).filter((second) => !Number.isNaN(second));
  assert.equal(rows.length, at.length * bits, 'as many pictures as times');
  return at.map((second, i) => ({ at: second, ...decodeRow(rows.subarray(i * bits, (i + 1) * bits)) }));
}

/**
 * How far the video's clock is from the page's, in ms, picture by picture. `began`: the recording's time 0, ms since 1970.
 * A picture counts when the page had painted it anew: a held one is as old as it is meant to be, and so is the last picture
 * of a tab that is shown again. Those for which `skip(at)` says so are left out. So is, with `paintsSeldom`, the first one of
 * a tab that comes to the front: under a client's emulation a tab behind another one goes on painting, and what it shows
 * first is what it painted last, however long ago.
 */
export function clockErrors(pictures, began, { skip = () => false, paintsSeldom = false } = {}) {
  const errors = [];
  let newest = -Infinity;
  let shown;
  for (const { at, time, number } of pictures) {
    if (time === undefined) continue;
    const isFirst = number !== shown;
    shown = number;
    const video = began + at * 1000;
    // The page's time is known modulo 2^26 ms (18 hours): the nearest one that fits.
    const error = ((((video % range) - time + range * 1.5) % range) + range) % range - range / 2;
    const page = video - error;
    if (page <= newest) continue;
    newest = page;
    if (!skip(video) && !(isFirst && paintsSeldom)) errors.push(error);
  }
  return errors;
}

/** What is said about such errors, whichever way they go: { painted (how many), p50, p99, worst }. */
export function summary(errors) {
  const size = errors.map(Math.abs).sort((left, right) => left - right);
  return { painted: size.length, p50: size[size.length >> 1], p99: size[Math.ceil(size.length * 0.99) - 1], worst: size.at(-1) };
}

/** Whole seconds of the video without a picture of their own. */
export function missingSeconds(pictures, duration) {
  const seen = new Set(pictures.map(({ at }) => Math.floor(at)));
  return Array.from({ length: Math.floor(duration) }, (_, second) => second).filter((second) => !seen.has(second));
}

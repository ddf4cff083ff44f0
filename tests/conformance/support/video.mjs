// Recordings: fetched as a player would, decoded, and looked at.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

import { until } from './wait.mjs';

const run = promisify(execFile);
const hls = ['-allowed_extensions', 'ALL', '-protocol_whitelist', 'file,crypto,data'];
const input = (file) => [...(file.endsWith('.m3u8') ? hls : []), '-i', file];

/** { duration (s), width, height, codec } of a file or of a local playlist. */
export async function probe(file) {
  const show = ['-show_entries', 'format=duration:stream=codec_name,width,height', '-of', 'json'];
  const { stdout } = await run('ffprobe', ['-v', 'error', ...show, ...input(file)], { timeout: 60_000 });
  const { format, streams } = JSON.parse(stdout);
  const video = streams.find((stream) => stream.width);
  return { duration: Number(format.duration), width: video.width, height: video.height, codec: video.codec_name };
}

/** The mean colour [r, g, b] of the middle of the picture that is shown at `second`. */
export async function colourAt(file, second) {
  // Decoded from the start: the picture on show is the last one at or before `second`, whatever the frame rate is.
  const filter = `fps=50,trim=start=${second.toFixed(3)},setpts=PTS-STARTPTS,crop=iw/2:ih/2,scale=1:1:flags=area`;
  const out = ['-frames:v', '1', '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'];
  const { stdout } = await run('ffmpeg', ['-v', 'error', ...input(file), '-vf', filter, ...out], { encoding: 'buffer', timeout: 60_000 });
  assert.equal(stdout.length, 3, `a picture at ${second} s of ${file}`);
  return [...stdout];
}

/** The picture that is shown at `second`: { width, height, data }, three bytes a pixel. */
export async function pictureAt(file, second) {
  const { width, height } = await probe(file);
  const filter = `fps=50,trim=start=${second.toFixed(3)},setpts=PTS-STARTPTS`;
  const out = ['-frames:v', '1', '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'];
  const { stdout } = await run('ffmpeg', ['-v', 'error', ...input(file), '-vf', filter, ...out], { encoding: 'buffer', timeout: 60_000, maxBuffer: 1 << 26 });
  assert.equal(stdout.length, width * height * 3, `a picture at ${second} s of ${file}`);
  return { width, height, data: stdout };
}

/** For every picture, the least and the greatest brightness of its 16 by 9 fields: alike when it has one colour. */
export async function brightnessSpreads(file) {
  const size = 16 * 9;
  const out = ['-fps_mode', 'passthrough', '-vf', 'scale=16:9:flags=area', '-f', 'rawvideo', '-pix_fmt', 'gray', '-'];
  const { stdout } = await run('ffmpeg', ['-v', 'fatal', ...input(file), ...out], { encoding: 'buffer', timeout: 60_000, maxBuffer: 1 << 26 });
  return Array.from({ length: stdout.length / size }, (_, i) => {
    const picture = stdout.subarray(i * size, (i + 1) * size);
    return { least: Math.min(...picture), greatest: Math.max(...picture) };
  });
}

export function assertColour(actual, expected, what, tolerance = 40) {
  const near = actual.every((value, index) => Math.abs(value - expected[index]) <= tolerance);
  assert.ok(near, `${what}: expected about rgb(${expected}), the video shows rgb(${actual})`);
}

/** A media playlist: { target, ended, segments: [{ url, seconds, init, time (epoch ms) or undefined }] }. */
export function parsePlaylist(text) {
  assert.match(text, /^#EXTM3U/);
  const playlist = { target: 0, ended: false, segments: [] };
  let init;
  let time;
  let seconds = 0;
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('#EXT-X-MAP:')) init = /URI="([^"]+)"/.exec(line)[1];
    else if (line.startsWith('#EXTINF:')) seconds = parseFloat(line.slice(8));
    else if (line.startsWith('#EXT-X-TARGETDURATION:')) playlist.target = Number(line.slice(22));
    else if (line.startsWith('#EXT-X-PROGRAM-DATE-TIME:')) time = Date.parse(line.slice(25));
    else if (line === '#EXT-X-ENDLIST') playlist.ended = true;
    else if (line && !line.startsWith('#')) {
      playlist.segments.push({ url: line, seconds, init, time });
      time = undefined;
    }
  }
  return playlist;
}

/**
 * Fetches everything that a playlist names, without any credential, into a folder below `where`. Returns a local
 * playlist that ffmpeg can read. Every segment must be an absolute URL, and readable from another origin.
 */
export async function download(text, where) {
  const folder = await mkdtemp(path.join(where, 'hls-'));
  const names = new Map();
  const fetched = async (url) => {
    if (!names.has(url)) {
      assert.match(url, /^https?:\/\//, 'a segment is an absolute URL');
      const response = await fetch(url, { headers: { origin: 'https://player.example' } });
      assert.equal(response.status, 200, `${url} is readable without a key`);
      assert.equal(response.headers.get('access-control-allow-origin'), '*', `${url} is readable from another origin`);
      const name = `${names.size}.m4s`;
      await writeFile(path.join(folder, name), Buffer.from(await response.arrayBuffer()));
      names.set(url, name);
    }
    return names.get(url);
  };
  const lines = [];
  for (const line of text.split(/\r?\n/)) {
    const map = /^#EXT-X-MAP:(.*)URI="([^"]+)"(.*)$/.exec(line);
    if (map) lines.push(`#EXT-X-MAP:${map[1]}URI="${await fetched(map[2])}"${map[3]}`);
    else lines.push(line && !line.startsWith('#') ? await fetched(line) : line);
  }
  // ffmpeg would wait for more of a recording that still runs.
  if (!lines.includes('#EXT-X-ENDLIST')) lines.push('#EXT-X-ENDLIST');
  const file = path.join(folder, 'local.m3u8');
  await writeFile(file, lines.join('\n'));
  return file;
}

/**
 * The MP4 of a session that has ended, as a file in `folder`, and the first track's playlist ({ text, ...parsePlaylist() }), once
 * the recording is finished.
 */
export async function fetchMovie(sdk, session, folder) {
  const playlist = await until('the recording is finished', async () => {
    const text = await (await sdk.sessions.replays.retrievePage(session.id, '0')).text();
    const parsed = parsePlaylist(text);
    return parsed.ended && { ...parsed, text };
  }, 20_000);
  assert.ok(playlist.segments.length > 0, 'something was recorded');
  const response = await fetch(playlist.segments[0].url.replace(/\/seg-\d+\.m4s/, '/recording.mp4'));
  assert.equal(response.status, 200, await (response.ok ? '' : response.text()));
  const file = path.join(folder, `${session.id}.mp4`);
  await writeFile(file, Buffer.from(await response.arrayBuffer()));
  return { file, playlist };
}

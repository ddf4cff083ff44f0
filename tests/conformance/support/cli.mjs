// The command line against a running daemon.
import { execFile } from 'node:child_process';

import { binary } from './daemon.mjs';

/** { code, stdout, stderr } of `greenroom <words> --data <the daemon's>`; stdout is bytes. */
export function greenroom(daemon, ...words) {
  return new Promise((resolve) => {
    const options = { encoding: 'buffer', maxBuffer: 256 << 20, timeout: 60_000 };
    execFile(binary, [...words, '--data', daemon.data], options, (error, stdout, stderr) =>
      resolve({ code: error ? error.code : 0, stdout, stderr: stderr.toString() }));
  });
}

/** A native route's answer. */
export const native = (daemon, method, path) =>
  fetch(`${daemon.baseURL}/greenroom/v1${path}`, { method, headers: { authorization: `Bearer ${daemon.key}` } });

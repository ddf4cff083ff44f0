// What /proc says: process trees, identities and listening sockets.
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';

const read = (path) => {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return ''; // the process has gone meanwhile
  }
};

/** Every process: { pid, ppid, state, started, uid, command }. `started` (clock ticks) tells a reused pid. */
export function processes() {
  const found = [];
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = read(`/proc/${name}/stat`);
    if (!stat) continue;
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const uid = /^Uid:\s+(\d+)/m.exec(read(`/proc/${name}/status`));
    found.push({
      pid: Number(name),
      state: fields[0],
      ppid: Number(fields[1]),
      started: fields[19],
      uid: uid ? Number(uid[1]) : -1,
      command: read(`/proc/${name}/cmdline`).replaceAll('\0', ' ').trim(),
    });
  }
  return found;
}

/** The processes below `pid`, without it. */
export function descendants(pid) {
  const all = processes();
  const found = [];
  const queue = [pid];
  while (queue.length > 0) {
    const parent = queue.shift();
    for (const process of all) {
      if (process.ppid === parent && !found.includes(process)) {
        found.push(process);
        queue.push(process.pid);
      }
    }
  }
  return found;
}

/** Those of `remembered` that still run (same pid and same start). */
export function stillRunning(remembered) {
  const now = new Map(processes().map((process) => [process.pid, process]));
  return remembered.filter(({ pid, started }) => now.get(pid)?.started === started && now.get(pid).state !== 'Z');
}

/** TCP sockets in state LISTEN that one of `pids` holds open: ['pid 12: 127.0.0.1:4000 (inode 7)']. */
export function listeningSockets(pids) {
  const found = [];
  for (const pid of pids) {
    const held = new Set();
    let names = [];
    try {
      names = readdirSync(`/proc/${pid}/fd`);
    } catch {
      continue;
    }
    for (const name of names) {
      try {
        const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${name}`));
        if (inode) held.add(inode[1]);
      } catch {
        // closed meanwhile
      }
    }
    for (const table of ['tcp', 'tcp6']) {
      for (const row of read(`/proc/${pid}/net/${table}`).split('\n').slice(1)) {
        const fields = row.trim().split(/\s+/);
        if (fields[3] === '0A' && held.has(fields[9])) {
          found.push(`pid ${pid}: ${table} ${readable(fields[1])} (inode ${fields[9]})`);
        }
      }
    }
  }
  return found;
}

/** True while a process of this machine holds the server's end of the IPv4 connection between these two ports. */
export function serverHolds(serverPort, clientPort) {
  const port = (address) => parseInt(address.split(':')[1], 16);
  return read('/proc/self/net/tcp').split('\n').slice(1).some((row) => {
    const fields = row.trim().split(/\s+/);
    return fields.length > 9 && port(fields[1]) === serverPort && port(fields[2]) === clientPort && fields[9] !== '0';
  });
}

function readable(address) {
  const [host, port] = address.split(':');
  const ip = host.length === 8 ? host.match(/../g).reverse().map((byte) => parseInt(byte, 16)).join('.') : host;
  return `${ip}:${parseInt(port, 16)}`;
}

// Zip archives as people make them, and as nobody should: a name is written as it is given.
import { deflateRawSync, crc32 as crcOf } from 'node:zlib';

/**
 * `files`: [name, content, options]. A name that ends with a slash is a folder. Options: `mode` (Unix, with the kind
 * of file), `stored` (not deflated), `size` (what the archive claims).
 */
export function zip(files) {
  const parts = [];
  const directory = [];
  let offset = 0;
  for (const [name, content = '', { mode = 0, stored = false, size } = {}] of files) {
    const bytes = Buffer.from(name);
    const raw = Buffer.from(content);
    const packed = stored ? raw : deflateRawSync(raw);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0); // version needed
    common.writeUInt16LE(0x0800, 2); // names are UTF-8
    common.writeUInt16LE(stored ? 0 : 8, 4);
    common.writeUInt16LE(0x21, 8); // 1980-01-01
    common.writeUInt32LE(crcOf(raw), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(size ?? raw.length, 18);
    common.writeUInt16LE(bytes.length, 22);
    const head = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common]);
    const entry = Buffer.alloc(46);
    entry.write('PK\x01\x02', 'latin1');
    entry.writeUInt16LE(mode ? 0x0314 : 20, 4); // made on Unix, when there is a mode
    common.copy(entry, 6);
    entry.writeUInt32LE((mode << 16) >>> 0, 38);
    entry.writeUInt32LE(offset, 42);
    parts.push(head, bytes, packed);
    directory.push(entry, bytes);
    offset += head.length + bytes.length + packed.length;
  }
  const table = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(table.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, table, end]);
}

// What the daemon's core knew at one moment, read past its API: from the store, from the recordings' folder.
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export class CoreState {
  #database;

  constructor(daemon) {
    this.data = daemon.data;
    this.#database = new DatabaseSync(path.join(daemon.data, 'greenroom.db'), { readOnly: true });
  }

  close() {
    this.#database.close();
  }

  projects() {
    return this.#database.prepare('SELECT * FROM projects ORDER BY created_at').all();
  }

  /** Oldest first. */
  sessions() {
    return this.#database.prepare('SELECT * FROM sessions ORDER BY created_at, rowid').all().map((row) => ({
      id: row.id,
      projectId: row.project_id,
      projectLabel: row.spec ? JSON.parse(row.spec).projectLabel : undefined,
      dialect: row.dialect,
      region: row.region,
      state: row.state,
      endReason: row.end_reason || undefined,
      createdAt: row.created_at,
      startedAt: row.started_at,
      updatedAt: row.updated_at,
      expiresAt: row.expires_at,
      endedAt: row.ended_at ?? undefined,
      keepAlive: row.keep_alive === 1,
      userMetadata: row.user_metadata ? JSON.parse(row.user_metadata) : undefined,
      viewport: [row.viewport_width, row.viewport_height],
      headless: row.headless === 1,
      recorded: row.recorded === 1,
      logged: row.logged === 1,
      recording: row.recording_state,
      recordingError: row.recording_error || undefined,
      proxyBytes: row.proxy_bytes,
    }));
  }

  session(id) {
    return this.sessions().find((view) => view.id === id);
  }

  events(id) {
    const rows = this.#database.prepare('SELECT * FROM timeline WHERE session_id = ? ORDER BY seq').all(id);
    return rows.map(({ seq, at_ms: atMs, page_index: page, method, params }) => ({ seq, atMs, page, method, params }));
  }

  /** The lines of the recording's index. */
  index(id) {
    const file = path.join(this.data, 'recordings', id, 'index.jsonl');
    return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line)) : [];
  }

  /** When the recording's MP4 was made, or undefined. */
  mp4MadeAt(id) {
    const file = path.join(this.data, 'recordings', id, 'recording.mp4');
    return existsSync(file) ? Math.floor(statSync(file).mtimeMs / 1000) * 1000 : undefined;
  }
}

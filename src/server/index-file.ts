import { join } from 'node:path';
import type { Host } from '../host/host.ts';
import { openSqlite, type Sqlite } from './sqlite.ts';

/** As SQLite keeps them: a file that says anything else was made by another version, or by somebody else. */
const SCHEMA = [
  'CREATE INDEX line_name ON line (name, nth)',
  'CREATE INDEX line_run ON line (run)',
  'CREATE TABLE known (bytes INTEGER NOT NULL, sha256 TEXT NOT NULL, stamp TEXT NOT NULL, lines INTEGER NOT NULL) STRICT',
  'CREATE TABLE line (nth INTEGER PRIMARY KEY, at INTEGER NOT NULL, bytes INTEGER NOT NULL, run TEXT NOT NULL, name TEXT NOT NULL, started INTEGER NOT NULL) STRICT',
];

/** It holds nothing that could be lost, so that nothing waits for the disk. */
const WAYS = [
  'PRAGMA trusted_schema = OFF',
  'PRAGMA cell_size_check = ON',
  'PRAGMA journal_mode = OFF',
  'PRAGMA synchronous = OFF',
  'PRAGMA cache_size = -1000',
];

/** A database that only this process knows of. */
export interface IndexFile {
  readonly database: Sqlite;
  /** Closes it. `keep`: it is there for the next server; otherwise it is gone. */
  close(keep: boolean): Promise<void>;
}

function isWhole(database: Sqlite): boolean {
  const schema = database.all('SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL').map(({ sql }) => String(sql));
  if (schema.sort().join('\n') !== SCHEMA.join('\n')) return false;
  if (database.all('PRAGMA quick_check')[0]?.['quick_check'] !== 'ok') return false;
  const [known, ...more] = database.all('SELECT lines FROM known');
  return more.length === 0 && known?.['lines'] === database.all('SELECT count(*) AS lines FROM line')[0]?.['lines'];
}

/** Opens what an earlier server left; undefined where it left none, or none that is whole. */
async function openEarlier(host: Host, earlier: string, path: string): Promise<Sqlite | undefined> {
  if (!(await host.files.stat(earlier))?.isFile) return undefined;
  let database: Sqlite | undefined;
  try {
    await host.files.rejectLink(earlier);
    // From now on it is of this process alone: another server of the directory makes its own.
    await host.files.rename(earlier, path);
    database = await openSqlite(path);
    for (const way of WAYS) database.exec(way);
    if (isWhole(database)) return database;
  } catch {
    // It is made again.
  }
  database?.close();
  await host.files.remove(earlier);
  await host.files.remove(path);
  return undefined;
}

/** Opens the index `name` in a directory of ours, or begins an empty one: what is damaged or of somebody else is not used. */
export async function openIndexFile(host: Host, dir: string, name: string): Promise<IndexFile> {
  await host.files.rejectLink(dir);
  await host.files.makeDir(dir, 0o700);
  const own = await host.files.tempDir('bpfcompat-index-', dir);
  const [earlier, path] = [join(dir, `${name}.sqlite`), join(own.path, 'index.sqlite')];
  let database = await openEarlier(host, earlier, path);
  if (database === undefined) {
    database = await openSqlite(path);
    for (const sql of [...WAYS, ...[...SCHEMA].reverse()]) database.exec(sql);
  }
  const opened = database;
  return {
    database: opened,
    async close(keep) {
      try {
        opened.close();
        if (keep) await host.files.rename(path, earlier);
      } finally {
        await own[Symbol.asyncDispose]();
      }
    },
  };
}

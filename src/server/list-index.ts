import { dirname } from 'node:path';
import type { Host } from '../host/host.ts';
import { type IndexFile, openIndexFile } from './index-file.ts';
import { readLines } from './list-lines.ts';
import { type Page, partOf } from './paging.ts';
import type { Row } from './sqlite.ts';

/** Lines that lie so close are read at once. */
const MAX_READ_BYTES = 4 * 1024 * 1024;
const WHERE = 'SELECT at, bytes, run, name FROM line';

/** By what a record is found. `startedAt`: RFC 3339. */
interface Keys {
  readonly run: string;
  readonly name: string;
  readonly startedAt: string;
}

/** A file with one record on each line, and the place of its index. */
interface List<R> {
  readonly path: string;
  readonly dir: string;
  readonly name: string;
  /** undefined for a line that is no record. */
  readonly read: (text: string) => R | undefined;
  readonly keys: (record: R) => Keys;
}

interface Wanted {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly name?: string | undefined;
  readonly since?: number | undefined;
}

/**
 * Records of a list, without the list in memory: an index has where they are, by number, run and name. The file alone is
 * believed. Each record is read from it, and an index that does not fit it is made again. `since` leaves out what runs
 * that began earlier (ms since 1970) recorded.
 */
export class ListIndex<R> {
  readonly #host: Host;
  readonly #list: List<R>;
  #open: IndexFile | undefined;
  #turns: Promise<unknown> = Promise.resolve();

  constructor(host: Host, list: List<R>) {
    this.#host = host;
    this.#list = list;
  }

  /** A part of the list, or of the records of one `name`: the newest first. */
  part({ limit, cursor, name, since = -1 }: Wanted): Promise<Page<R>> {
    return this.#withIndex(async ({ database }) => {
      const where = `WHERE started > ?${name === undefined ? '' : ' AND name = ?'}`;
      const values = [since, ...(name === undefined ? [] : [name])];
      const total = Number(database.all(`SELECT count(*) AS n FROM line ${where}`, values)[0]?.['n']);
      const { from, most, next } = partOf(total, limit, cursor);
      const rows = database.all(`${WHERE} ${where} ORDER BY nth LIMIT ? OFFSET ?`, [...values, most, from]);
      return { records: (await this.#records(rows)).reverse(), ...next };
    });
  }

  /** Ids of runs, the newest first. */
  newestRuns(most: number, since = -1): Promise<string[]> {
    const sql = 'SELECT run FROM line WHERE started > ? GROUP BY run ORDER BY max(nth) DESC LIMIT ?';
    return this.#withIndex(async ({ database }) => database.all(sql, [since, most]).map(({ run }) => String(run)));
  }

  /** The records of a run, the newest first. */
  ofRun(run: string, since = -1): Promise<R[]> {
    const sql = `${WHERE} WHERE run = ? AND started > ? ORDER BY nth DESC`;
    return this.#withIndex(({ database }) => this.#records(database.all(sql, [run, since])));
  }

  /** Another text for each state of the list, also where nothing was written but less is to be seen. */
  mark(since = -1): Promise<string> {
    return this.#withIndex(async ({ database }) => {
      const [seen] = database.all('SELECT count(*) AS n FROM line WHERE started > ?', [since]);
      return `${seen?.['n']} ${await this.#stamp()}`;
    });
  }

  /** Leaves the index to the next server. */
  async close(): Promise<void> {
    await this.#turns;
    await this.#open?.close(true).catch(() => {});
    this.#open = undefined;
  }

  async #stamp(): Promise<string> {
    const stat = await this.#host.files.stat(this.#list.path);
    return stat === undefined ? '' : [stat.dev, stat.ino, stat.size, stat.mtimeMs, stat.ctimeMs].join(' ');
  }

  /** Adds what was written since; throws where the file begins otherwise than it did. */
  async #update({ database }: IndexFile): Promise<void> {
    const stamp = await this.#stamp();
    const [known] = database.all('SELECT bytes, sha256, stamp FROM known');
    if (stamp === (known?.['stamp'] ?? '')) return;
    const before = { bytes: Number(known?.['bytes'] ?? 0), sha256: String(known?.['sha256'] ?? '') };
    const { path, read, keys } = this.#list;
    for (const place of [dirname(path), path]) await this.#host.files.rejectLink(place);
    database.exec('BEGIN');
    database.run('DELETE FROM line WHERE at >= ?', [before.bytes]);
    let nth = Number(database.all('SELECT count(*) AS n FROM line')[0]?.['n']);
    const now = await readLines(this.#host, path, before, ({ at, bytes, text }) => {
      const record = read(text);
      if (record === undefined) return;
      const { run, name, startedAt } = keys(record);
      const values = [nth++, at, bytes, run, name, Date.parse(startedAt) || 0];
      database.run('INSERT INTO line VALUES (?, ?, ?, ?, ?, ?)', values);
    });
    if (now === undefined) throw new Error('the file begins otherwise');
    database.exec('DELETE FROM known');
    // What somebody wrote meanwhile is read next time.
    const seen = (await this.#stamp()) === stamp ? stamp : 'changing';
    database.run('INSERT INTO known VALUES (?, ?, ?, ?)', [now.bytes, now.sha256, seen, nth]);
    database.exec('COMMIT');
  }

  /** One after the other. What is wrong with an index is not with one that is made again. */
  #withIndex<T>(work: (index: IndexFile) => Promise<T>): Promise<T> {
    const once = async (): Promise<T> => {
      this.#open ??= await openIndexFile(this.#host, this.#list.dir, this.#list.name);
      await this.#update(this.#open);
      return work(this.#open);
    };
    const turn = this.#turns.then(async () => {
      try {
        return await once();
      } catch {
        await this.#open?.close(false).catch(() => {});
        this.#open = undefined;
        return once();
      }
    });
    this.#turns = turn.catch(() => {});
    return turn;
  }

  /** What the file has at these places. @throws where that is something else */
  async #records(rows: readonly Row[]): Promise<R[]> {
    if (rows.length === 0) return [];
    const { path, read, keys } = this.#list;
    const places = rows.map((row) => ({ at: Number(row['at']), bytes: Number(row['bytes']), row }));
    const from = Math.min(...places.map(({ at }) => at));
    const most = Math.max(...places.map(({ at, bytes }) => at + bytes)) - from;
    const whole = most <= MAX_READ_BYTES ? await this.#host.files.readHead(path, most, from) : undefined;
    const records: R[] = [];
    for (const { at, bytes, row } of places) {
      const own = whole?.subarray(at - from, at - from + bytes) ?? (await this.#host.files.readHead(path, bytes, at));
      const record = read(Buffer.from(own).toString('utf8'));
      const { run, name } = record === undefined ? {} : keys(record);
      if (record === undefined || run !== row['run'] || name !== row['name']) throw new Error('it is another line');
      records.push(record);
    }
    return records;
  }
}

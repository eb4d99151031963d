import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createHost } from '../../src/host/create-host.ts';
import { createLists } from '../../src/server/lists.ts';
import { openSqlite } from '../../src/server/sqlite.ts';

const host = createHost({ env: {} });
const top = mkdtempSync(join(tmpdir(), 'bpfcompat-lists-'));
afterAll(() => rmSync(top, { recursive: true }));

const recordOf = (nth: number, name = nth % 3 === 0 ? 'third' : 'other', version = `v${nth}`) => ({
  schema_version: 'registry.v0.1',
  run_id: `run-${Math.floor(nth / 2)}`,
  started_at: new Date(Date.UTC(2026, 0, 1) + nth * 1000).toISOString(),
  artifact_name: name,
  artifact_version: version,
  artifact_path: '/x',
  matrix_path: '',
  summary_status: 'pass',
});
const textOf = (records: readonly object[]): string => records.map((one) => `${JSON.stringify(one)}\n`).join('');
const records = (count: number) => Array.from({ length: count }, (_, nth) => recordOf(nth));

/** A work directory with a list of runs in it. */
function place(text: string) {
  const workdir = mkdtempSync(join(top, 'work-'));
  mkdirSync(join(workdir, 'registry'));
  const file = join(workdir, 'registry/runs.jsonl');
  writeFileSync(file, text);
  return { workdir, file, index: join(workdir, 'index/runs.sqlite') };
}

/** Versions that the list has now, the newest first: of an index that is closed again. */
async function versions(workdir: string, name?: string): Promise<string[]> {
  const lists = createLists(host, workdir);
  try {
    return (await lists.runs.part({ limit: 200, name })).records.map((one) => one.artifact_version);
  } finally {
    await lists.close();
  }
}

const newestFirst = (count: number): string[] => Array.from({ length: count }, (_, nth) => `v${count - 1 - nth}`);

describe('a list of records', () => {
  test('is read in parts, by name and by run, the newest first', async () => {
    const { workdir } = place(textOf(records(50)));
    const { runs, close } = createLists(host, workdir);
    const first = await runs.part({ limit: 3 });
    expect(first.records.map((one) => one.artifact_version)).toEqual(['v49', 'v48', 'v47']);
    const second = await runs.part({ limit: 3, cursor: first.next_cursor });
    expect([second.records.map((one) => one.artifact_version), second.next_cursor]).toEqual([
      ['v46', 'v45', 'v44'],
      '44',
    ]);
    const last = await runs.part({ limit: 3, cursor: '2' });
    expect([last.records.map((one) => one.artifact_version), last.next_cursor]).toEqual([['v1', 'v0'], undefined]);
    const third = await runs.part({ limit: 2, name: 'third' });
    expect([third.records.map((one) => one.artifact_version), third.next_cursor]).toEqual([['v48', 'v45'], '15']);
    expect((await runs.ofRun('run-7')).map((one) => one.artifact_version)).toEqual(['v15', 'v14']);
    expect(await runs.ofRun("run-7' OR 1")).toEqual([]);
    expect(await runs.newestRuns(2)).toEqual(['run-24', 'run-23']);
    const since = Date.UTC(2026, 0, 1) + 47_000;
    expect((await runs.part({ limit: 200, since })).records.map((one) => one.artifact_version)).toEqual(['v49', 'v48']);
    expect(await runs.mark(since)).not.toBe(await runs.mark());
    await close();
  });

  test('is empty where nothing was recorded, and says what comes meanwhile', async () => {
    const { workdir, file } = place('');
    rmSync(file);
    const { runs, close } = createLists(host, workdir);
    expect(await runs.part({ limit: 5 })).toEqual({ records: [] });
    const before = await runs.mark();
    writeFileSync(file, textOf(records(2)));
    expect((await runs.part({ limit: 5 })).records).toHaveLength(2);
    expect(await runs.mark()).not.toBe(before);
    // A last line without its end is one, and stays one when its end comes.
    writeFileSync(file, textOf(records(3)).trimEnd());
    expect((await runs.part({ limit: 5 })).records).toHaveLength(3);
    writeFileSync(file, textOf(records(4)));
    expect((await runs.part({ limit: 5 })).records.map((one) => one.artifact_version)).toEqual(newestFirst(4));
    await close();
  });

  test.each([
    ['of another version', `${JSON.stringify({ ...recordOf(1), run_id: 7 })}\n`],
    ['cut off', `${JSON.stringify(recordOf(1)).slice(0, 40)}\n`],
    ['blank', ' \n\n'],
    ['far too long', `${JSON.stringify({ ...recordOf(1), summary_status: 'x'.repeat(3_000_000) })}\n`],
  ])('leaves out a line that is %s, and none beside it', async (_what, line) => {
    const { workdir } = place(`${textOf([recordOf(0)])}${line}${textOf([recordOf(2)])}`);
    expect(await versions(workdir)).toEqual(['v2', 'v0']);
  });

  test('of more than a read holds at once loses no line', async () => {
    const wide = Array.from({ length: 400 }, (_, nth) => ({ ...recordOf(nth), matrix_path: 'é'.repeat(5000) }));
    const { workdir } = place(textOf(wide));
    expect(await versions(workdir)).toEqual(newestFirst(400).slice(0, 200));
    expect(await versions(workdir, 'third')).toHaveLength(134);
  });
});

describe('the file is believed, not its index', () => {
  test('which is left to the next server, and only what was added is read then', async () => {
    const { workdir, file, index } = place(textOf(records(20)));
    expect(await versions(workdir)).toEqual(newestFirst(20));
    expect(readdirSync(join(workdir, 'index'))).toEqual(['runs.sqlite']);
    const known = await openSqlite(index);
    known.exec("UPDATE line SET run = 'marked' WHERE nth = 0");
    known.close();
    writeFileSync(file, textOf(records(22)));
    const { runs, close } = createLists(host, workdir);
    // What was known is not read again: the mark is still there.
    expect(await runs.newestRuns(200)).toContain('marked');
    // Nothing of the file is about such a run, and to look makes the index again.
    expect(await runs.ofRun('marked')).toEqual([]);
    expect(await runs.newestRuns(200)).not.toContain('marked');
    await close();
    expect(await versions(workdir)).toEqual(newestFirst(22));
  });

  test.each<[string, (place: { file: string; index: string }) => void | Promise<void>]>([
    ['is gone', ({ index }) => rmSync(index)],
    ['is no database', ({ index }) => writeFileSync(index, 'SQLite format 3\0 and no more')],
    ['was cut', ({ index }) => writeFileSync(index, readFileSync(index).subarray(0, 9000))],
    [
      'was overwritten in the middle',
      ({ index }) => {
        const bytes = readFileSync(index);
        writeFileSync(index, bytes.fill(0x55, 4200, Math.min(bytes.length, 12_000)));
      },
    ],
    [
      'has something else in it',
      (place) => sql(place.index, 'CREATE TRIGGER t AFTER INSERT ON line BEGIN SELECT 1; END'),
    ],
    ['lacks lines', ({ index }) => sql(index, 'DELETE FROM line WHERE nth > 3')],
    ['names other lines', ({ index }) => sql(index, 'UPDATE line SET at = at + 1')],
    [
      'is a link',
      ({ index, file }) => {
        rmSync(index);
        symlinkSync(file, index);
      },
    ],
    [
      'is a directory',
      ({ index }) => {
        rmSync(index);
        mkdirSync(index);
      },
    ],
  ])('when the index %s', async (_what, damage) => {
    const { workdir, file, index } = place(textOf(records(30)));
    expect(await versions(workdir)).toHaveLength(30);
    await damage({ file, index });
    expect(await versions(workdir)).toEqual(newestFirst(30));
    expect(readFileSync(file, 'utf8')).toBe(textOf(records(30)));
    expect(await versions(workdir)).toEqual(newestFirst(30));
  });

  test.each([
    ['was changed at its beginning', textOf([recordOf(0, 'changed', 'w0'), ...records(9).slice(1)])],
    ['was cut', textOf(records(5))],
    ['is empty', ''],
  ])('when the file %s', async (_what, text) => {
    const { workdir, file } = place(textOf(records(9)));
    const lists = createLists(host, workdir);
    expect((await lists.runs.part({ limit: 200 })).records).toHaveLength(9);
    writeFileSync(file, text);
    const now = text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line).artifact_version]));
    const seen = (await lists.runs.part({ limit: 200 })).records.map((one) => one.artifact_version);
    expect(seen).toEqual(now.reverse());
    await lists.close();
  });

  test('by two servers of a directory at once', async () => {
    const { workdir } = place(textOf(records(6)));
    expect(await versions(workdir)).toHaveLength(6);
    const [one, two] = [createLists(host, workdir), createLists(host, workdir)];
    const both = await Promise.all([one, two, one, two].map(({ runs }) => runs.part({ limit: 200 })));
    expect(both.map((part) => part.records.length)).toEqual([6, 6, 6, 6]);
    await Promise.all([one.close(), two.close()]);
    expect(readdirSync(join(workdir, 'index'))).toEqual(['runs.sqlite']);
  });
});

test('an index may be no link to a place of others', async () => {
  const { workdir } = place(textOf(records(2)));
  symlinkSync(top, join(workdir, 'index'));
  await expect(versions(workdir)).rejects.toThrow(/link/);
});

async function sql(index: string, text: string): Promise<void> {
  const database = await openSqlite(index);
  database.exec(text);
  database.close();
}

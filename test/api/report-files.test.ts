import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeReportFiles } from '../../src/api/report-files.ts';
import type { CheckDocument } from '../../src/report/document.ts';
import { quickDocument } from '../fixtures/documents.ts';
import { host } from '../fixtures/shards.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'report-files-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const ALL = { junit: 'new/j.xml', sarif: 's.sarif', badge: 'b.json', summary: 'summary.md' };

async function write(document: CheckDocument, files = ALL): Promise<string[]> {
  const notes: string[] = [];
  await writeReportFiles(host, dir, files, document, (event) => {
    if (event.type === 'note') notes.push(event.message);
  });
  return notes;
}

test('every file that is wanted, and no other', async () => {
  expect(await write(quickDocument())).toEqual([]);
  expect(readFileSync(join(dir, 'new/j.xml'), 'utf8')).toMatch(/^<\?xml /);
  expect(JSON.parse(readFileSync(join(dir, 's.sarif'), 'utf8'))).toMatchObject({ version: '2.1.0' });
  expect(JSON.parse(readFileSync(join(dir, 'b.json'), 'utf8'))).toMatchObject({ schemaVersion: 1 });
  expect(readdirSync(dir).sort()).toEqual(['b.json', 'new', 's.sarif', 'summary.md']);
});

test('nothing is written where nothing is wanted', async () => {
  expect(await write(quickDocument(), { junit: '', sarif: '', badge: '', summary: '' })).toEqual([]);
  expect(readdirSync(dir)).toEqual([]);
});

test('one that cannot be written is reported, and the others are there', async () => {
  mkdirSync(join(dir, 'b.json'));
  const notes = await write(quickDocument());
  expect(notes).toHaveLength(1);
  expect(notes[0]).toMatch(/^no badge report was written: cannot write .*b\.json/);
  expect(readdirSync(dir)).toEqual(expect.arrayContaining(['s.sarif', 'summary.md']));
});

test('a document that a reporter cannot show costs the others nothing', async () => {
  const document = quickDocument();
  const notes = await write({
    ...document,
    get notRun(): never {
      throw new Error('the report is bent');
    },
  });
  expect(notes).toContain('no junit report was written: the report is bent');
  expect(readdirSync(dir)).toContain('s.sarif');
});

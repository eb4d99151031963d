import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { gatherEvidence } from '../../src/action/evidence.ts';
import type { DocumentCell } from '../../src/report/document-cells.ts';
import { documentCells } from '../../src/report/document-cells.ts';
import { documentOf } from '../fixtures/documents.ts';
import { runReport } from '../fixtures/run.ts';

const base = mkdtempSync(join(tmpdir(), 'bpfcompat-evidence-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));
const page = readFileSync(join(import.meta.dirname, '../../docs/evidence.md'), 'utf8');
/** First column of the table below a heading. */
const rows = (heading: string): string[] =>
  [...(page.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? '').matchAll(/^\| `([^`]+)` \|/gm)].map(
    ([, name = '']) => name,
  );

test('the bundle has the files that docs/evidence.md names, and nothing else of a directory', async () => {
  const names = rows('What a kernel said about an object');
  expect(names).toContain('stages.jsonl');
  const kept = join(base, 'kept');
  const root = join(base, 'bundle');
  mkdirSync(kept);
  mkdirSync(join(root, 'reports'), { recursive: true });
  writeFileSync(join(root, 'reports/report.json'), '{}');
  for (const name of [...names, 'secret.key']) writeFileSync(join(kept, name), name);
  const run = runReport();
  const document = documentOf(run);
  const [cell] = documentCells(document);
  if (cell === undefined) throw new Error('the fixture has a cell');
  const own: DocumentCell = { ...cell, target: { ...cell.target, serial_log: join(kept, 'serial.log') } };
  const { files } = await gatherEvidence({
    ...{ root, cells: [own], workspace: base, ownRun: true, redact: (text) => text, about: {} },
  });
  const dir = files.map((path) => relative(root, path)).find((path) => path.endsWith('stages.jsonl')) ?? '';
  const cells = dir.replace(/stages\.jsonl$/, '');
  expect(cells).toMatch(/^cells\/[^/]+\/[^/]+\/$/);
  const found = files.map((path) => relative(root, path)).sort();
  expect(found).toEqual([...names.map((name) => `${cells}${name}`), 'manifest.json', 'reports/report.json'].sort());
  expect(rows('The artifact of a job')).toEqual(['manifest.json', 'reports/', 'cells/<object>/<profile>/']);
  const manifest = JSON.parse(readFileSync(join(root, 'manifest.json'), 'utf8'));
  expect(Object.keys(manifest)).toEqual(expect.arrayContaining(['schema_version', 'cells', 'files', 'left_out']));
});

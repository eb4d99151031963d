import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { finishRun } from '../../src/api/finish-run.ts';
import { finishSuite, type SuiteResult } from '../../src/api/finish-suite.ts';
import { documentOfResult, jsonOfResult, type LoadedDocument, loadDocument } from '../../src/api/report-document.ts';
import type { RunReport } from '../../src/model/report.ts';
import { suite } from '../fixtures/documents.ts';
import { mixedRun, quickRun } from '../fixtures/scenes.ts';
import { host } from '../fixtures/shards.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'report-document-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const ABOUT = { artifactVersion: '', artifactVariant: '', artifactUri: '' };

function targetsAt(out: string) {
  return { workdir: join(dir, 'work'), out, markdown: '', ...ABOUT };
}

function finished(run: RunReport) {
  return finishRun({
    host,
    run: { ...run, runDir: join(dir, 'work/runs', run.runId) },
    gate: {},
    reportTargets: targetsAt(join(dir, 'report.json')),
    manifest: '',
    onEvent: () => {},
    cwd: dir,
    history: false,
  });
}

function finishedSuite(): Promise<SuiteResult> {
  const { cases, ...facts } = suite();
  return finishSuite({
    host,
    suite: facts,
    cases: cases.map((report) => {
      const { completed } = report;
      if (completed === undefined) return { report };
      const run = { ...completed.run, runDir: join(dir, 'work/runs', report.name) };
      const out = join(dir, `${report.name}.json`);
      return {
        report: { ...report, completed: { ...completed, run } },
        gate: {},
        reportTargets: targetsAt(out),
        manifest: '',
      };
    }),
    paths: { json: join(dir, 'report.json'), markdown: '' },
    onEvent: () => {},
    cwd: dir,
    history: false,
  });
}

/** A document without the places of its own files, which the one in memory leaves out. */
function withoutPlaces({ document, files }: LoadedDocument) {
  const cases = document.cases.map(({ report, ...one }) => ({
    ...one,
    report: report && { ...report, paths: undefined },
  }));
  return { files, document: { ...document, cases } };
}

test.each([
  ['one object', () => finished(mixedRun())],
  ['several objects', () => finished(quickRun())],
  ['a suite', finishedSuite],
])('%s: what has just ended is what its files say', async (_name, finish) => {
  const inMemory = documentOfResult(await finish());
  const saved = await loadDocument('report.json', { env: {}, cwd: dir });
  expect(withoutPlaces(inMemory)).toEqual(withoutPlaces(saved));
  expect(inMemory.document.cases.length).toBeGreaterThan(0);
});

test.each([
  ['one object', mixedRun],
  ['several objects', quickRun],
])('%s: the text of the report is what was written', async (_name, run) => {
  const text = jsonOfResult(await finished(run()));
  expect(text).toBe(readFileSync(join(dir, 'report.json'), 'utf8'));
});

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FinishContext, finish } from '../../src/api/finish.ts';
import { endedRun, runConclusion } from '../../src/api/finish-run.ts';
import { type SuiteResult, suiteConclusion, suiteRuns } from '../../src/api/finish-suite.ts';
import { documentOfResult, loadDocument } from '../../src/api/report-document.ts';
import type { RunReport } from '../../src/model/report.ts';
import { type CheckDocument, isCollection, withoutRuns } from '../../src/report/document.ts';
import { documentJson } from '../../src/report/document-files.ts';
import { suiteOf } from '../fixtures/documents.ts';
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

function context(): FinishContext {
  return { host, onEvent: () => {}, cwd: dir, history: false };
}

/** The same on a disk that has no room for `report.json`. */
function fullDisk(): FinishContext {
  const writeAtomic: typeof host.files.writeAtomic = async (path, text) => {
    if (path === join(dir, 'report.json')) throw new Error('no space');
    await host.files.writeAtomic(path, text);
  };
  return { ...context(), host: { ...host, files: { ...host.files, writeAtomic } }, files: { junit: 'junit.xml' } };
}

function finished(run: RunReport, within = context()) {
  const about = { gate: {}, reportTargets: targetsAt(join(dir, 'report.json')), manifest: '' };
  const ended = endedRun(about, { ...run, runDir: join(dir, 'work/runs', run.runId) });
  return finish(within, [ended], runConclusion);
}

function finishedSuite(within = context()): Promise<SuiteResult> {
  const { cases, ...facts } = suiteOf();
  const ended = {
    suite: facts,
    cases: cases.map((report) => {
      const { completed } = report;
      if (completed === undefined) return { report };
      const run = { ...completed.run, runDir: join(dir, 'work/runs', report.name) };
      const reportTargets = targetsAt(join(dir, `${report.name}.json`));
      return {
        report: { ...report, completed: { ...completed, run } },
        ended: { gate: {}, reportTargets, manifest: '' },
      };
    }),
    paths: { json: join(dir, 'report.json'), markdown: '' },
  };
  return finish(within, suiteRuns(ended), (runs) => suiteConclusion(ended, runs));
}

/** A document as its files have it: no run, and of one object neither the place of its report nor more than its seconds. */
function asSaved(document: CheckDocument): CheckDocument {
  const { shard: _, ...plain } = withoutRuns(document);
  if (isCollection(document)) return plain;
  const cases = plain.cases.map((one) => ({ ...one, json: '', markdownPath: '' }));
  return { ...plain, durationMs: 0, cases };
}

test.each([
  ['one object', () => finished(mixedRun())],
  ['several objects', () => finished(quickRun())],
  ['a suite', () => finishedSuite()],
])('%s: what has just ended is what its files say', async (_name, finish) => {
  const inMemory = documentOfResult(await finish());
  const saved = await loadDocument('report.json', { env: {}, cwd: dir });
  expect(asSaved(inMemory)).toEqual(saved);
  expect(inMemory.cases.length).toBeGreaterThan(0);
});

test.each([
  ['one object', mixedRun],
  ['several objects', quickRun],
])('%s: the text of the report is what was written', async (_name, run) => {
  const text = documentJson(documentOfResult(await finished(run())));
  expect(text).toBe(readFileSync(join(dir, 'report.json'), 'utf8'));
});

test.each([
  [
    'a run',
    () => finished(mixedRun(), fullDisk()),
    /^cannot write \S*report\.json: no space[^\n]*\nthe run itself ended with fail: /,
  ],
  [
    'a suite',
    () => finishedSuite(fullDisk()),
    /^cannot write \S*report\.json: no space[^\n]*\nthe suite itself ended with \w+ \(\S+: pass, /,
  ],
])('%s: a report that cannot be written costs no other, and the verdict is in the message', async (_, end, words) => {
  await expect(end()).rejects.toMatchObject({ code: 'report_unwritable', message: expect.stringMatching(words) });
  expect(readFileSync(join(dir, 'junit.xml'), 'utf8')).toContain('<testsuite');
});

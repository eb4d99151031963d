import { type GateOptions, gate } from '../../src/gate/gate.ts';
import type { RunReport } from '../../src/model/report.ts';
import type { CheckDocument } from '../../src/report/document.ts';
import { runDocument } from '../../src/report/finished-document.ts';
import { reportValue } from '../../src/report/json.ts';
import { collectionDocument, reportDocument } from '../../src/report/read-document.ts';
import { SavedCollection, SavedReport } from '../../src/report/saved-report.ts';
import { suiteValue } from '../../src/report/suite-json.ts';
import type { SiteInput } from '../../src/site/site.ts';
import { largeRun } from '../fixtures/documents.ts';

/** A value as its file has it. */
function saved(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

/** The report of one object of a run, as it is read back. */
export function reportInput(run: RunReport, artifact = 0, options: GateOptions = {}): SiteInput {
  const results = run.results.filter(({ cell }) => cell.artifact === artifact);
  const value = saved(reportValue(run, artifact, gate({ targets: run.targets, results }, options), { json: '' }));
  return { document: reportDocument(SavedReport.parse(value)), value, caseValues: [] };
}

/** A suite with the own reports of its cases. */
export function suiteInput(suite: CheckDocument): SiteInput {
  const value = saved(suiteValue(suite));
  const caseValues = suite.cases.map(
    ({ completed }) =>
      completed && saved(reportValue(completed.run, completed.artifact, completed.verdict, { json: '' })),
  );
  const reports = caseValues.map((one) => (one === undefined ? undefined : SavedReport.parse(one)));
  return { document: collectionDocument(SavedCollection.parse(value), reports), value, caseValues };
}

/** A run with several objects, as `test` writes it. */
export function runInput(run: RunReport, options: GateOptions = {}): SiteInput {
  if (run.artifacts.length === 1) return reportInput(run, 0, options);
  const cases = run.artifacts.map((_, artifact) => {
    const results = run.results.filter(({ cell }) => cell.artifact === artifact);
    return {
      artifact,
      verdict: gate({ targets: run.targets, results }, options),
      json: `r${artifact}.json`,
      markdown: '',
    };
  });
  return suiteInput(runDocument(run, gate(run, options), cases));
}

/** The same collection where the reports of its cases are gone. */
export function withoutReports({ value, caseValues }: SiteInput): SiteInput {
  const gone = caseValues.map(() => undefined);
  return { document: collectionDocument(SavedCollection.parse(value), gone), value, caseValues: gone };
}

/** The same run at another time. @param minute orders runs */
export function at(run: RunReport, minute: number): RunReport {
  const stamp = new Date(Date.UTC(2026, 2, 1, 10, minute)).toISOString().replace('.000Z', 'Z');
  const runId = `${stamp.replace(/[-:]/g, '')}-0000${String(minute).padStart(2, '0')}`;
  return { ...run, runId, startedAt: stamp, finishedAt: stamp };
}

/** A run of that size, made of the cells of a small one. */
export function wideInput(objects: number, kernels: number): SiteInput {
  const small = runInput(largeRun(12, 20));
  const { cases } = small.document;
  const wide = Array.from({ length: objects }, (_, index) => {
    const one = cases[index % cases.length]!;
    const targets = Array.from({ length: kernels }, (_, kernel) => {
      const family = `${4 + Math.floor(kernel / 20)}.${kernel % 20}`;
      const profile = { distro: 'debian', version: '12', kernel_family: family, kernel: '', arch: 'x86_64' };
      return { ...one.targets[kernel % one.targets.length]!, profile_id: `debian-12-${family}`, profile };
    });
    return { ...one, name: `${one.name}-${index}`, artifact: `/x/${index}.bpf.o`, targets };
  });
  return { ...small, document: { ...small.document, cases: wide }, caseValues: [] };
}

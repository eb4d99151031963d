import { collectionJson } from '../report/collection.ts';
import { reportJson } from '../report/json.ts';
import {
  collectionDocument,
  reportDocument,
  runDocument,
  type SavedDocument,
  suiteDocument,
} from '../report/saved-document.ts';
import type { SavedReport } from '../report/saved-report.ts';
import type { FinishedRun } from './finish-run.ts';
import type { SuiteResult } from './finish-suite.ts';
import { ownReport, readSaved } from './saved-reports.ts';
import { type Environment, environmentOf } from './services.ts';

/** A run with the reports that belong to it. */
export interface LoadedDocument {
  readonly document: SavedDocument;
  /** Each case's own report file, in the order of the cases; undefined where it is gone, empty for a single report. */
  readonly files: readonly (string | undefined)[];
}

/**
 * Reads a report, or a collection with the reports of its cases, for the reporters.
 * @param file relative to `cwd`
 * @throws UsageError `report_unreadable` or `report_invalid`
 */
export async function loadDocument(file: string, options: Environment = {}): Promise<LoadedDocument> {
  const { host, cwd } = environmentOf(options);
  const saved = await readSaved(host, cwd, file);
  if (saved.schema_version === 'v0.1') return { document: reportDocument(saved), files: [] };
  const files: (string | undefined)[] = [];
  const reports: (SavedReport | undefined)[] = [];
  for (const one of saved.cases) {
    const own = await ownReport(host, cwd, file, one);
    files.push(own?.agrees ? own.path : undefined);
    reports.push(own?.agrees ? own.report : undefined);
  }
  return { document: collectionDocument(saved, reports), files };
}

/** The same of a run or suite that has just ended in this process: what it wrote is not read again. */
export function documentOfResult(result: FinishedRun | SuiteResult): LoadedDocument {
  if ('suite' in result) {
    const { suite } = result;
    return { document: suiteDocument(suite), files: suite.cases.map(({ json }) => json || undefined) };
  }
  const { report, verdict, paths } = result;
  const own = paths.artifacts.map((artifact) => artifact.verdict);
  const files = paths.artifacts.length === 1 ? [] : paths.artifacts.map(({ json }) => json);
  return { document: runDocument(report, verdict, own), files };
}

/** The text of the JSON report of a run: what is written at `out`. */
export function jsonOfResult({ report, verdict, paths }: FinishedRun): string {
  const [only, ...others] = paths.artifacts;
  if (only === undefined || others.length > 0) {
    return collectionJson(
      report,
      verdict,
      paths.artifacts.map((files, artifact) => ({ artifact, ...files })),
    );
  }
  const { json, markdown } = only;
  return reportJson(report, 0, only.verdict, { json, ...(markdown !== '' && { markdown }) });
}

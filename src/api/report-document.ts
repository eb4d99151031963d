import { type CheckDocument, isCollection } from '../model/document.ts';
import { runDocument } from '../report/check-document.ts';
import { collectionDocument, reportDocument, type SavedDocument, savedDocument } from '../report/saved-document.ts';
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

/** What a run or suite that has just ended came to. */
export function documentOfResult(result: FinishedRun | SuiteResult): CheckDocument {
  return 'suite' in result ? result.suite : runDocument(result.report, result.verdict, result.paths.artifacts);
}

/** The same for the reporters that read files: what this process wrote is not read again. */
export function loadedResult(result: FinishedRun | SuiteResult): LoadedDocument {
  const document = documentOfResult(result);
  const files = isCollection(document) ? document.cases.map(({ json }) => json || undefined) : [];
  return { document: savedDocument(document), files };
}

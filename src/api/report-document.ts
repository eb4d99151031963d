import { collectionDocument, type GateDocument, reportDocument } from '../report/gate-document.ts';
import type { SavedReport } from '../report/saved-report.ts';
import { ownReport, readSaved } from './saved-reports.ts';
import { type Environment, environmentOf } from './services.ts';

/** A saved run with the reports that belong to it. */
export interface LoadedDocument {
  readonly document: GateDocument;
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

import type { CheckDocument } from '../report/document.ts';
import { collectionDocument, reportDocument } from '../report/read-document.ts';
import type { FinishedRun } from './finish-run.ts';
import type { SuiteResult } from './finish-suite.ts';
import { ownReport, readSaved } from './saved-reports.ts';
import { type Environment, environmentOf } from './services.ts';

/**
 * Reads a report, or a collection with the reports of its cases, for the reporters. A case whose own report is gone, or is
 * of another run, has no path of it (`json`).
 * @param file relative to `cwd`
 * @throws UsageError `report_unreadable` or `report_invalid`
 */
export async function loadDocument(file: string, options: Environment = {}): Promise<CheckDocument> {
  const { host, cwd } = environmentOf(options);
  const saved = await readSaved(host, cwd, file);
  if (saved.schema_version === 'v0.1') return reportDocument(saved);
  const found: (Awaited<ReturnType<typeof ownReport>> | undefined)[] = [];
  for (const one of saved.cases) {
    const own = await ownReport(host, cwd, file, one);
    found.push(own?.agrees ? own : undefined);
  }
  const document = collectionDocument(
    saved,
    found.map((own) => own?.report),
  );
  return { ...document, cases: document.cases.map((one, index) => ({ ...one, json: found[index]?.path ?? '' })) };
}

/** What a run or suite that has just ended came to. */
export function documentOfResult(result: FinishedRun | SuiteResult): CheckDocument {
  return 'suite' in result ? result.suite : result.document;
}

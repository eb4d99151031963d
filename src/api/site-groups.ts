import { artifactName } from '../model/object-names.ts';
import { collectionDocument } from '../report/read-document.ts';
import { SavedCollection, type SavedReport } from '../report/saved-report.ts';
import type { SiteInput } from '../site/site.ts';

/** A report with the value that its file has. */
export interface ReportFile {
  readonly value: unknown;
  readonly saved: SavedReport;
}

/** Reports by the run that wrote them, in the order they came. */
export function byRun<T extends ReportFile>(reports: readonly T[]): T[][] {
  const runs = new Map<string, T[]>();
  for (const one of reports) runs.set(one.saved.run.id, [...(runs.get(one.saved.run.id) ?? []), one]);
  return [...runs.values()];
}

function caseValue({ artifact, summary, run, targets }: SavedReport) {
  return {
    name: artifactName(artifact.basename),
    artifact: artifact.path,
    status: summary?.status ?? '',
    run_id: run.id,
    reasons: summary?.notes ?? [],
    targets: targets.map(({ profile_id, status, required }) => ({ profile_id, status, required })),
  };
}

/** The reports of one run about several objects, of which the collection is not there, as one run again. */
export function collected(reports: readonly ReportFile[]): SiteInput {
  const all = reports.map(({ saved }) => saved);
  const worst = ['fail', 'error', 'pass'].find((word) => all.some(({ summary }) => summary?.status === word));
  const value = {
    schema_version: 'bpfcompat_suite.v0.1',
    name: all[0]?.matrix?.name ?? '',
    started_at: all[0]?.run.started_at ?? '',
    finished_at: all[0]?.run.finished_at ?? '',
    status: worst ?? 'error',
    cases: all.map(caseValue),
  };
  return {
    document: collectionDocument(SavedCollection.parse(value), all),
    value,
    caseValues: reports.map((one) => one.value),
  };
}

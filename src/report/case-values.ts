import type { CaseValues } from './document.ts';
import type { SavedReport, SavedTarget } from './saved-report.ts';

/** Cells that another machine runs are not part of this document. */
export function ownTargets(targets: readonly SavedTarget[], sharded: boolean): readonly SavedTarget[] {
  return sharded ? targets.filter(({ status, failed_stage: stage }) => status !== 'skipped' || stage !== '') : targets;
}

/** What the report of a case says about it. @param sharded it is of one machine of several */
export function reportValues(report: SavedReport, sharded: boolean): CaseValues {
  return {
    support: report.support?.text ?? '',
    targets: ownTargets(report.targets, sharded),
    gate: report.gate,
    baseline: report.baseline,
    report,
  };
}

import { compareReports } from '../compare/compare.ts';
import type { Comparison } from '../model/comparison.ts';
import type { CheckCase } from '../report/document.ts';
import { recordedReport } from '../report/recorded.ts';
import type { SavedReport } from '../report/saved-report.ts';
import type { SiteRun } from './site.ts';

/** What is different in one object between two runs. */
export interface ObjectDiff {
  readonly name: string;
  readonly change: 'compared' | 'added' | 'removed';
  /** undefined where only one of the runs has it, or where its own report is gone. */
  readonly comparison: Comparison | undefined;
}

function reportOf({ report }: CheckCase): SavedReport | undefined {
  return report;
}

/** Objects are the same where they have the same name. In the order of the newer run, then what it lacks. */
export function diffOf(base: SiteRun, head: SiteRun): ObjectDiff[] {
  const before = new Map(base.document.cases.map((one) => [one.name, one]));
  const after = new Set(head.document.cases.map(({ name }) => name));
  const compared = head.document.cases.map((one): ObjectDiff => {
    const { name } = one;
    const older = before.get(name);
    if (!older) return { name, change: 'added', comparison: undefined };
    const [x, y] = [reportOf(older), reportOf(one)];
    const comparison =
      x && y
        ? compareReports(recordedReport(x, `${base.slug}.json`), recordedReport(y, `${head.slug}.json`))
        : undefined;
    return { name, change: 'compared', comparison };
  });
  const removed = base.document.cases.filter(({ name }) => !after.has(name));
  return [...compared, ...removed.map(({ name }) => ({ name, change: 'removed', comparison: undefined }) as const)];
}

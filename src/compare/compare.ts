import type {
  Change,
  Comparison,
  ComparisonSummary,
  FailureNews,
  ProfileDiff,
  RecordedReport,
  RecordedTarget,
  ReportIdentity,
} from '../model/comparison.ts';
import { compareCauses, grownPrograms, hasNewCause } from './causes.ts';

function hasResult({ status }: RecordedTarget): boolean {
  return status === 'pass' || status === 'fail';
}

function changeOf(base: RecordedTarget, head: RecordedTarget): Change {
  if (base.status === head.status) {
    if (head.status === 'fail' && hasNewCause(base, head)) return 'regressed';
    return base.classification === head.classification ? 'unchanged' : 'classification_changed';
  }
  if (!hasResult(base) || !hasResult(head)) return 'changed';
  return head.status === 'pass' ? 'improved' : 'regressed';
}

function failureOf(base: RecordedTarget | undefined, head: RecordedTarget | undefined): FailureNews | undefined {
  if (head?.status === 'fail') return base?.status === 'fail' && !hasNewCause(base, head) ? 'known' : 'new';
  return base?.status === 'fail' && head?.status === 'pass' ? 'fixed' : undefined;
}

function deltaOf(base: string, head: string): string {
  if (base === head) return 'unchanged';
  if (base === '') return `new:${head}`;
  return head === '' ? `cleared:${base}` : `${base}->${head}`;
}

function diffOf(profile: string, base: RecordedTarget | undefined, head: RecordedTarget | undefined): ProfileDiff {
  const both = base !== undefined && head !== undefined && hasResult(base) && hasResult(head);
  const inconclusive = [base, head].some((side) => side !== undefined && !hasResult(side));
  return {
    profile,
    required: (head ?? base)?.required ?? false,
    change: base && head ? changeOf(base, head) : head ? 'added' : 'removed',
    base,
    head,
    classificationDelta: inconclusive ? undefined : deltaOf(base?.classification ?? '', head?.classification ?? ''),
    failure: failureOf(base, head),
    inconclusive,
    ...(both ? compareCauses(base.causes, head.causes) : { newCauses: [], clearedCauses: [], movedCauses: [] }),
    grown: both ? grownPrograms(base, head) : [],
  };
}

function causesChanged({ failure, newCauses, clearedCauses }: ProfileDiff): boolean {
  return failure === 'known' && [...newCauses, ...clearedCauses].some(({ decisive }) => decisive !== false);
}

function summaryOf(profiles: readonly ProfileDiff[]): ComparisonSummary {
  const count = (matches: (diff: ProfileDiff) => boolean): number => profiles.filter(matches).length;
  return {
    total: profiles.length,
    changed: count(({ change }) => change !== 'unchanged'),
    improved: count(({ change }) => change === 'improved'),
    regressed: count(({ change }) => change === 'regressed'),
    requiredRegressions: count(({ change, required }) => required && change === 'regressed'),
    requiredNewFailures: count(({ failure, required }) => required && failure === 'new'),
    baseRequiredFailed: count(({ base }) => base?.required === true && base.status !== 'pass'),
    headRequiredFailed: count(({ head }) => head?.required === true && head.status !== 'pass'),
    newFailures: count(({ failure }) => failure === 'new'),
    knownFailures: count(({ failure }) => failure === 'known'),
    fixed: count(({ failure }) => failure === 'fixed'),
    fixedWithWarning: count(
      ({ failure, newCauses }) => failure === 'fixed' && newCauses.some(({ decisive }) => decisive === false),
    ),
    changedCauses: count(causesChanged),
    inconclusive: count(({ inconclusive }) => inconclusive),
    requiredInconclusive: count(
      ({ base, head, required }) => required && base?.status === 'pass' && head !== undefined && !hasResult(head),
    ),
    grownPrograms: profiles.reduce((sum, { grown }) => sum + grown.length, 0),
  };
}

function identityOf({ path, runId, summaryStatus }: RecordedReport): ReportIdentity {
  return { path, runId, summaryStatus };
}

/**
 * What is different in `head`, kernel by kernel. A kernel that gave no result on one side is never a regression and
 * never an improvement.
 */
export function compareReports(base: RecordedReport, head: RecordedReport): Comparison {
  const before = new Map(base.targets.map((target) => [target.profile, target]));
  const after = new Map(head.targets.map((target) => [target.profile, target]));
  const ids = [...new Set([...before.keys(), ...after.keys()])].sort();
  const profiles = ids.map((id) => diffOf(id, before.get(id), after.get(id)));
  return { base: identityOf(base), head: identityOf(head), summary: summaryOf(profiles), profiles };
}

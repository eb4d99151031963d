import type { Comparison, ComparisonSummary, ProfileDiff, RecordedCause, ReportIdentity } from '../model/comparison.ts';
import { list, some } from './json-values.ts';

/** One object of two collections. `comparison` is undefined where only one of them has it. */
export interface ComparedCase {
  readonly name: string;
  readonly change: 'compared' | 'added' | 'removed';
  readonly comparison: Comparison | undefined;
}

/** Two runs with several objects. */
export interface CollectionComparison {
  readonly base: ReportIdentity;
  readonly head: ReportIdentity;
  readonly summary: ComparisonSummary;
  readonly cases: readonly ComparedCase[];
}

/** Which report it was, as documents name it. */
export function identityJson({ path, runId, summaryStatus }: ReportIdentity) {
  return { path, run_id: runId, summary_status: summaryStatus };
}

/** The counts as they stand in documents; docs/gate.md describes every field. */
export function summaryJson(summary: ComparisonSummary) {
  return {
    total_profiles: summary.total,
    changed_profiles: summary.changed,
    improved_profiles: summary.improved,
    regressed_profiles: summary.regressed,
    required_regressions: summary.requiredRegressions,
    required_new_failures: summary.requiredNewFailures,
    base_required_failed: summary.baseRequiredFailed,
    head_required_failed: summary.headRequiredFailed,
    new_failures: summary.newFailures,
    known_failures: summary.knownFailures,
    fixed_failures: summary.fixed,
    changed_causes: summary.changedCauses,
    inconclusive_profiles: summary.inconclusive,
    grown_programs: summary.grownPrograms,
  };
}

/** A cause as documents about two runs name it. */
export function causeJson({ code, reason, subject, program, detail, decisive, file, line, title }: RecordedCause) {
  return {
    code,
    reason: some(reason),
    subject: some(subject),
    // Empty: it is about no program; absent: not known.
    program,
    detail,
    decisive,
    file: some(file),
    line: some(line),
    title: some(title),
  };
}

/** A kernel as it stands in `profiles[]` of a comparison; docs/gate.md describes every field. */
function profileDiffJson(diff: ProfileDiff) {
  const { base, head } = diff;
  return {
    profile_id: diff.profile,
    required: diff.required,
    change: diff.change,
    base_status: base?.status,
    head_status: head?.status,
    base_classification: some(base?.classification),
    head_classification: some(head?.classification),
    base_confidence: some(base?.confidence),
    head_confidence: some(head?.confidence),
    base_fixups: some(base?.fixups),
    head_fixups: some(head?.fixups),
    classification_delta: diff.classificationDelta,
    failure: diff.failure,
    inconclusive: some(diff.inconclusive),
    new_causes: list(diff.newCauses.map(causeJson)),
    cleared_causes: list(diff.clearedCauses.map(causeJson)),
    moved_causes: list(
      diff.movedCauses.map(({ base: from, head: to }) => ({
        ...causeJson(to),
        base_file: some(from.file),
        base_line: some(from.line),
      })),
    ),
    grown_programs: list(
      diff.grown.map(({ name, base: from, head: to }) => ({ name, base_insns: from, head_insns: to })),
    ),
  };
}

/** What stands between `schema_version` and `profiles[]`, and those: shared by every document. */
function bodyJson(comparison: Comparison) {
  return {
    base: identityJson(comparison.base),
    head: identityJson(comparison.head),
    summary: summaryJson(comparison.summary),
    profiles: comparison.profiles.map(profileDiffJson),
  };
}

/**
 * Two reports compared, `compat_diff.v0.1` (docs/gate.md, compare) with additive fields, as text.
 * @param generatedAt RFC 3339, UTC, whole seconds
 */
export function compareJson(comparison: Comparison, generatedAt: string): string {
  const document = { schema_version: 'compat_diff.v0.1', generated_at: generatedAt, ...bodyJson(comparison) };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** Two runs with several objects compared, `compat_diff_collection.v0.1`: one case per object. */
export function compareCollectionJson(collection: CollectionComparison, generatedAt: string): string {
  const document = {
    schema_version: 'compat_diff_collection.v0.1',
    generated_at: generatedAt,
    base: identityJson(collection.base),
    head: identityJson(collection.head),
    summary: summaryJson(collection.summary),
    cases: collection.cases.map(({ name, change, comparison }) => ({
      name,
      change,
      ...(comparison && bodyJson(comparison)),
    })),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** What a report says about the run it was held against; its own kernels stand in the report already. */
export function baselineJson({ base, summary, profiles }: Comparison) {
  return {
    ...identityJson(base),
    summary: summaryJson(summary),
    profiles: profiles.map(profileDiffJson),
  };
}

import type { RecordedTarget } from '../model/comparison.ts';
import { baselineJson, causeJson } from './compare-json.ts';
import type { CheckCase, CheckDocument } from './document.ts';
import { gateJson } from './gate-json.ts';
import { list, object, some } from './json-values.ts';
import { LOADED_ONLY, NOTHING_LOADED, type PassKind, passKind } from './loaded-only.ts';
import { recordedRun } from './recorded.ts';
import { shardJson } from './shard-json.ts';
import { comparisonOf, suiteBaselineJson } from './suite-baseline.ts';
import { supportJson, supportRange } from './support-range.ts';
import { timingsJson } from './timings-json.ts';
import { isComplete, runVerdict } from './verdict-json.ts';
import { type TargetView, targetViews } from './view.ts';

/** Targets of a case, in matrix order; none when it could not start. */
export function caseViews({ completed }: CheckCase): TargetView[] {
  return completed ? targetViews(completed.run, completed.artifact) : [];
}

/** How many required targets passed, and how many did not. */
export function requiredCounts(views: readonly TargetView[]): { readonly passed: number; readonly failed: number } {
  const required = views.filter(({ target }) => target.required);
  const passed = required.filter(({ outcome }) => outcome.status === 'pass').length;
  return { passed, failed: required.length - passed };
}

/** What the kernels that pass lack: `loaded, nothing attached`, where on some only `… on 2 of 4`; empty without anything. */
export function lackOf(views: readonly TargetView[]): string {
  const count = (kind: PassKind): number =>
    views.filter(({ outcome, findings }) => passKind(outcome.status, findings) === kind).length;
  const of = (words: string, n: number): string =>
    n === 0 ? '' : n === views.length ? words : `${words} on ${n} of ${views.length}`;
  return [
    of(NOTHING_LOADED, count('unloaded')),
    of(LOADED_ONLY, count('loaded')),
    of('attached in part', count('partly')),
  ]
    .filter((part) => part !== '')
    .join('; ');
}

/** Functional tests over all targets; undefined when none ran. Skipped ones do not count. */
export function behaviorCounts(
  views: readonly TargetView[],
): { readonly status: 'pass' | 'fail'; readonly passed: number; readonly failed: number } | undefined {
  const functional = views.flatMap((view) => view.functional ?? []);
  const tests = functional.flatMap(({ tests: own }) => own);
  const passed = tests.filter(({ status }) => status === 'pass').length;
  const failed = tests.filter(({ status }) => status === 'fail').length;
  if (passed + failed === 0) return undefined;
  return { status: functional.some(({ status }) => status === 'fail') ? 'fail' : 'pass', passed, failed };
}

/** Code of a target that failed; undefined for any other. */
export function codeOf({ primary }: TargetView): string | undefined {
  return primary?.rollup;
}

/**
 * A kernel of a case. With causes and costs, so that the document alone can be the baseline of a later run: the cases'
 * own reports are written over by the next one.
 */
function targetJson(view: TargetView, recorded: RecordedTarget | undefined, failure: string | undefined) {
  return {
    profile_id: view.target.profile.id,
    status: view.outcome.status,
    required: view.target.required,
    classification_code: codeOf(view),
    classification_confidence: some(recorded?.confidence),
    automatic_fixups: some(view.fixups),
    failure,
    causes: list((recorded?.causes ?? []).map(causeJson)),
    program_costs: list((recorded?.programs ?? []).map(({ name, insns }) => ({ name, insns }))),
    timings: timingsJson(view),
  };
}

function caseJson(one: CheckCase) {
  const views = caseViews(one);
  const { passed, failed } = requiredCounts(views);
  const behavior = behaviorCounts(views);
  const { completed } = one;
  const recorded = completed ? recordedRun(completed.run, completed.artifact).targets : [];
  const baseline = comparisonOf(one);
  const newsOf = ({ target }: TargetView): string | undefined =>
    baseline?.profiles.find(({ profile }) => profile === target.profile.id)?.failure;
  return object({
    name: one.name,
    artifact: one.artifact,
    manifest: some(one.manifest),
    matrix: one.matrix,
    status: one.status,
    exit_code: one.exitCode,
    error: some(one.error),
    run_id: completed?.run.runId,
    report_json_path: some(one.json),
    report_markdown_path: some(one.markdownPath),
    total_profiles: views.length,
    required_passed: passed,
    required_failed: failed,
    validation_mode: some(completed?.run.validationMode ?? ''),
    behavior_status: behavior?.status,
    behavior_passed: some(behavior?.passed),
    behavior_failed: some(behavior?.failed),
    targets: list(views.map((view, index) => targetJson(view, recorded[index], newsOf(view)))),
    optional: some(!one.required),
    origin: some(one.origin),
    complete: completed && isComplete(views),
    reasons: list(completed?.verdict.reasons ?? []),
    gate: completed && gateJson(completed.run, completed.artifact, completed.verdict),
    support: completed && supportJson(supportRange(views, completed.run.known)),
    baseline: baseline && baselineJson(baseline),
  });
}

/** The collection document, `bpfcompat_suite.v0.1` (docs/report.md), as a value; keys that are undefined are not there. */
export function suiteValue(suite: CheckDocument) {
  return {
    schema_version: 'bpfcompat_suite.v0.1',
    name: suite.name,
    started_at: suite.startedAt,
    finished_at: suite.finishedAt,
    duration_ms: Math.round(suite.durationMs),
    status: suite.status,
    exit_code: suite.exitCode,
    cases: suite.cases.map(caseJson),
    verdict: runVerdict(suite.status),
    complete:
      suite.notRun.length === 0 &&
      suite.cases.every((one) => one.completed !== undefined && isComplete(caseViews(one))),
    not_run: list(suite.notRun),
    baseline: suiteBaselineJson(suite),
    shard: suite.part && shardJson(suite.part),
  };
}

/** The same as text. */
export function suiteJson(suite: CheckDocument): string {
  return `${JSON.stringify(suiteValue(suite), null, 2)}\n`;
}

import { isFindingCode, rollupOf } from '../findings/findings.ts';
import { words } from '../findings/words.ts';
import { causeDetail } from '../model/cause-detail.ts';
import type { RecordedReport, RecordedTarget } from '../model/comparison.ts';
import { isPromoted } from '../model/finding.ts';
import type { RunReport } from '../model/report.ts';
import { isDecisive } from './decisive.ts';
import type { SavedCase, SavedReport, SavedTarget } from './saved-report.ts';
import { type TargetView, targetViews } from './view.ts';

/** What a report says of a target, and a collection in the same words. */
function savedFacts(target: SavedCase['targets'][number] | SavedTarget): Omit<RecordedTarget, 'causes' | 'programs'> {
  return {
    profile: target.profile_id,
    required: target.required,
    status: target.status,
    classification: target.classification_code,
    confidence: target.classification_confidence,
    fixups: target.automatic_fixups,
  };
}

function coarseOf(code: string): string {
  return isFindingCode(code) ? rollupOf(code) : code;
}

function savedTarget(target: SavedTarget): RecordedTarget {
  return {
    ...savedFacts(target),
    causes: target.findings.map(({ code, reason, subject, args, decisive, location, title }) => ({
      code,
      coarse: coarseOf(code),
      reason,
      subject,
      program: args['program'] ?? '',
      detail: causeDetail(code, args),
      decisive: decisive && !isPromoted({ args }),
      file: location?.file ?? '',
      line: location?.line ?? 0,
      title,
    })),
    programs: target.programs
      .filter(({ verified_insns: insns, load_status: load }) => insns > 0 && load === 'pass')
      .map(({ name, verified_insns: insns }) => ({ name, insns })),
    ...timesOf(target),
  };
}

function timesOf({
  timings,
}: {
  readonly timings?: { readonly prepare_ms: number; readonly total_ms: number } | undefined;
}): Pick<RecordedTarget, 'ms'> {
  return timings ? { ms: { prepare: timings.prepare_ms, total: timings.total_ms } } : {};
}

/** A report that was read back, as far as two runs are compared. `path` is where it was read from. */
export function recordedReport(saved: SavedReport, path: string): RecordedReport {
  return {
    path,
    runId: saved.run.id,
    summaryStatus: saved.summary?.status ?? '',
    targets: saved.targets.map(savedTarget),
  };
}

/** A case of a collection whose own report is gone: what the collection itself says. */
export function recordedCase(saved: SavedCase, path: string): RecordedReport {
  return {
    path,
    runId: saved.run_id ?? '',
    summaryStatus: saved.status,
    targets: saved.targets.map((target) => ({
      ...savedFacts(target),
      causes: target.causes.map((cause) => ({
        ...cause,
        coarse: coarseOf(cause.code),
        decisive: isDecisive(cause, target),
      })),
      programs: target.program_costs,
      ...timesOf(target),
    })),
  };
}

function runTarget({ target, result, outcome, findings, primary, programs, fixups }: TargetView): RecordedTarget {
  return {
    profile: target.profile.id,
    required: target.required,
    status: outcome.status,
    classification:
      outcome.status === 'skipped'
        ? 'UNSUPPORTED_TRANSPORT'
        : (primary?.rollup ?? (outcome.status === 'fail' ? 'UNKNOWN' : '')),
    confidence: primary?.confidence ?? (outcome.status === 'skipped' ? 'high' : outcome.status === 'fail' ? 'low' : ''),
    fixups,
    causes: findings.map((finding) => ({
      code: finding.code,
      coarse: finding.rollup,
      reason: finding.args['reason'] ?? '',
      subject: finding.subject ?? '',
      program: finding.args['program'] ?? '',
      detail: causeDetail(finding.code, finding.args),
      decisive: finding.decisive && !isPromoted(finding),
      file: finding.location?.file ?? '',
      line: finding.location?.line ?? 0,
      title: words(finding).title,
    })),
    programs: programs
      .filter(({ verifiedInsns, load }) => verifiedInsns > 0 && load === 'pass')
      .map(({ name, verifiedInsns: insns }) => ({ name, insns })),
    ...(result && {
      ms: { prepare: Math.round(result.timings.prepareMs), total: Math.round(result.timings.totalMs) },
    }),
  };
}

/** One artifact of a run that has just ended, the same as its report would be when it is read back. */
export function recordedRun(run: RunReport, artifact: number): RecordedReport {
  return {
    path: '',
    runId: run.runId,
    summaryStatus: '',
    targets: targetViews(run, artifact).map(runTarget),
  };
}

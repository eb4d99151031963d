import { insnLimit } from '../model/budget.ts';
import type { CellResult, Outcome, Target } from '../model/cell.ts';
import { type Evidence, firstStage, type Probe, type StageOf, stagesOf } from '../model/evidence.ts';
import { decisiveOf, type Finding } from '../model/finding.ts';
import type { RunReport } from '../model/report.ts';
import { wellFormed } from '../model/sanitize.ts';
import { fixupsOf } from './fixups.ts';

/** One row of every report: a target with what became of it. All formats read this and none the raw stages. */
export interface TargetView {
  readonly target: Target;
  readonly result: CellResult | undefined;
  readonly outcome: Outcome;
  readonly findings: readonly Finding[];
  /** The finding that gives the target its classification; only for failures. */
  readonly primary: Finding | undefined;
  readonly evidence: Evidence | undefined;
  readonly load: 'pass' | 'fail' | undefined;
  readonly attach: AttachView | undefined;
  readonly functional: FunctionalView | undefined;
  readonly programs: readonly ProgramView[];
  /** Automatic fixups of a pass; 0 for all else. */
  readonly fixups: number;
}

interface AttachView {
  readonly status: 'pass' | 'warn' | 'fail' | 'skipped';
  readonly attempted: number;
  readonly passed: number;
  readonly failed: number;
}

interface FunctionalView {
  readonly status: 'pass' | 'warn' | 'fail' | 'skipped';
  readonly tests: readonly StageOf<'functional'>[];
}

export interface ProgramView {
  readonly name: string;
  readonly section: string;
  readonly type: string;
  readonly load: 'pass' | 'fail' | 'skipped';
  readonly errno: number;
  /** Instructions that the verifier processed; 0 when it did not say. */
  readonly verifiedInsns: number;
  /** How many it would have processed at most; undefined when neither its log nor its version says. */
  readonly insnLimit: number | undefined;
  readonly totalStates: number;
  readonly peakStates: number;
  /** Deepest stack over all call chains; 0 when the kernel did not say. */
  readonly stackBytes: number;
  /** Microseconds that the load took. */
  readonly loadUs: number;
  /** The rejected load once more with one thing changed. */
  readonly probes: readonly Probe[];
  readonly attach: StageOf<'attach'> | undefined;
  /** End of the verifier log; empty unless the program failed. */
  readonly logTail: string;
}

/** The verifier's last line, and how far before the end of its log it is looked for. */
const PROCESSED = /processed (\d{1,9}) insns \(limit ([1-9]\d{0,8})\)/;
const PROCESSED_WITHIN = 1024;

const NOT_RUN: Outcome = { status: 'infra_error', cause: 'internal', message: 'the target was not run' };

/** Every target of one artifact, in matrix order. */
export function targetViews(run: RunReport, artifact: number): TargetView[] {
  return run.targets.map((target, index) => {
    const result = run.results.find(({ cell }) => cell.artifact === artifact && cell.target === index);
    return targetView(run, target, result);
  });
}

function targetView(run: RunReport, target: Target, result: CellResult | undefined): TargetView {
  const outcome = result?.outcome ?? NOT_RUN;
  const findings = outcome.status === 'pass' || outcome.status === 'fail' ? outcome.findings : [];
  const evidence = result?.evidence;
  const load = evidence && firstStage(evidence, 'load')?.status;
  const opened = evidence && firstStage(evidence, 'open')?.status;
  return {
    target,
    result,
    outcome,
    findings,
    primary: outcome.status === 'fail' ? decisiveOf(findings)[0] : undefined,
    evidence,
    load: opened === 'fail' ? 'fail' : load === 'skipped' ? undefined : load,
    attach: evidence && attachView(run, outcome, evidence),
    functional: evidence && functionalView(outcome, evidence),
    programs: evidence ? programViews(evidence) : [],
    fixups: fixupsOf(outcome, evidence),
  };
}

function attachView(run: RunReport, outcome: Outcome, evidence: Evidence): AttachView {
  const tried = stagesOf(evidence, 'attach').filter((stage) => stage.status !== 'skipped');
  const passed = tried.filter((stage) => stage.status === 'pass').length;
  const failed = tried.length - passed;
  const counts = { attempted: tried.length, passed, failed };
  if (outcome.status === 'fail' && outcome.failedStage === 'attach') return { status: 'fail', ...counts };
  if (run.attachMode === 'disabled' || tried.length === 0) return { status: 'skipped', ...counts };
  return { status: failed > 0 ? 'warn' : 'pass', ...counts };
}

function functionalView(outcome: Outcome, evidence: Evidence): FunctionalView | undefined {
  const tests = stagesOf(evidence, 'functional');
  const failed = outcome.status === 'fail' && ['functional', 'command'].includes(outcome.failedStage);
  if (tests.length === 0 && !failed) return undefined;
  if (failed) return { status: 'fail', tests };
  if (tests.some((test) => test.status === 'fail')) return { status: 'warn', tests };
  return { status: tests.every((test) => test.status === 'skipped') ? 'skipped' : 'pass', tests };
}

function programViews(evidence: Evidence): ProgramView[] {
  const loads = new Map(stagesOf(evidence, 'program').map((stage) => [stage.name, stage]));
  const attaches = new Map(stagesOf(evidence, 'attach').map((stage) => [stage.program, stage]));
  const whole = firstStage(evidence, 'load')?.status;
  const facts = firstStage(evidence, 'open')?.programs ?? [];
  const limit = insnLimit(evidence.hello.kernel.release);
  return facts.map((program) => {
    const stage = loads.get(program.name);
    const { verifier_log_tail: tail = '', verifier_log_head: head = '' } = stage ?? {};
    const [, processed = '0', loggedLimit] = PROCESSED.exec((tail || head).slice(-PROCESSED_WITHIN)) ?? [];
    return {
      name: program.name,
      section: program.section,
      type: program.type,
      load: stage?.status ?? (whole === 'pass' && program.autoload ? 'pass' : 'skipped'),
      errno: stage?.errno ?? 0,
      verifiedInsns: stage?.verified_insns || Number(processed),
      insnLimit: loggedLimit === undefined ? limit : Number(loggedLimit),
      totalStates: stage?.total_states ?? 0,
      peakStates: stage?.peak_states ?? 0,
      stackBytes: stage?.stack_bytes ?? 0,
      loadUs: stage?.elapsed_us ?? 0,
      probes: stage?.probes ?? [],
      attach: attaches.get(program.name),
      logTail: stage?.status === 'fail' ? wellFormed((tail || head).slice(-4096)) : '',
    };
  });
}

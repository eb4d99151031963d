import type { InsnBudget } from '../model/budget.ts';
import type { AttachMode, FailedStage, FunctionalTest, Outcome } from '../model/cell.ts';
import { type Evidence, firstStage, stagesOf } from '../model/evidence.ts';
import { type Finding, isIdle } from '../model/finding.ts';
import { attachFindings } from './attach.ts';
import { crashFinding, stoppedEarly } from './crash.ts';
import { few } from './few.ts';
import { functionalResult } from './functional.ts';
import { unloadedFindings } from './idle.ts';
import { loadFindings, openFindings } from './load.ts';
import { asCauses, mergeFindings } from './make-finding.ts';
import { type ManifestProgram, manifestFindings } from './manifest.ts';
import { overBudget, uncounted } from './margins.ts';
import type { ProgramCauses } from './program.ts';
import { type SettingNames, settingFindings, withoutRetargeted } from './settings.ts';
import { variantFindings } from './variants.ts';

export interface ClassifyInput {
  readonly evidence: Evidence;
  /** What the validator was to do about attaching. */
  readonly attachMode: AttachMode;
  /** Programs the manifest names; empty without one. */
  readonly programs: readonly ManifestProgram[];
  /** `load_only`, `load_attach`, `behavior`, or empty. */
  readonly validationMode: string;
  /** Tests the validator was to run; empty when the mode forbids them. */
  readonly functionalTests: readonly FunctionalTest[];
  /** Names of the groups of programs of which one is to be loaded; absent: none. */
  readonly variantGroups?: readonly string[] | undefined;
  /** What is known of the names in settings; absent: nothing. */
  readonly settingNames?: SettingNames | undefined;
  /** Names of the object's struct_ops maps that are schedulers; absent: none is known. */
  readonly schedulers?: ReadonlySet<string> | undefined;
  /** Programs of the object that can send signals; absent: none is known. */
  readonly signalSenders?: ReadonlySet<string> | undefined;
  /** What a program may cost the verifier; undefined without a budget. */
  readonly maxInsns?: InsnBudget | undefined;
  /** Causes of programs of this very evidence that were found out before; absent: none. */
  readonly programCauses?: ProgramCauses | undefined;
}

function unusable(message: string): Outcome {
  return { status: 'infra_error', cause: 'protocol', message };
}

/** Causes first: the first finding gives the target its classification. */
function fail(failedStage: FailedStage, causes: readonly Finding[], notes: readonly Finding[] = []): Outcome {
  return { status: 'fail', failedStage, findings: mergeFindings([...asCauses(causes), ...notes]) };
}

/**
 * From what a guest observed to a verdict. The stages decide in the order they were sent, later words never replace
 * earlier ones, and only what was observed can pass: an open, a load, the attaches that the manifest requires, and a
 * validator that ended by itself and says the same.
 */
export function classify(input: ClassifyInput): Outcome {
  const { evidence } = input;
  const open = firstStage(evidence, 'open');
  const load = firstStage(evidence, 'load');
  const exit = firstStage(evidence, 'exit');
  if (!exit) return unusable('the guest ended its response without saying how the validator ended');
  if (exit.kind === 'protocol') return unusable('the validator in the guest broke the frame protocol');
  if (exit.kind === 'exited' && exit.code !== 0 && exit.code !== 2) {
    const message = `the validator could not work on the object (exit code ${exit.code}); see the validator's log of this target`;
    return { status: 'infra_error', cause: 'internal', message };
  }
  const ended = exit.kind === 'exited';
  const crash = crashFinding(evidence);

  // What the kernel rejected stays rejected, whatever happened to the validator afterwards.
  if (open?.status === 'fail') return fail('load', openFindings(evidence, open));
  const manifest = open ? manifestFindings(open, input.programs) : { missing: [], notes: [] };
  const settings = settingFindings(evidence, input.settingNames);
  const notes = [...manifest.notes, ...settings.notes];
  const over = overBudgetOf(input);
  const variants = load && variantFindings(evidence, load, input.variantGroups ?? [], input.programCauses);
  // A program that is missing cannot be set up either: one cause, reported once.
  const absent = new Set(manifest.missing.map(({ subject }) => subject));
  const unset = settings.failed.filter(({ subject }) => !absent.has(subject));
  const unfit = [...manifest.missing, ...unset];
  if (load?.status === 'fail') {
    if (ended && exit.code === 0) return unusable('the load failed, but the validator says that everything passed');
    const rejected = withoutRetargeted(loadFindings(evidence, load, input.programCauses), settings);
    return fail('load', [...(variants?.failed ?? []), ...unset, ...rejected, ...manifest.missing, ...over], notes);
  }

  const stopped = stoppedEarly(evidence, input.signalSenders);
  if (stopped) return stopped;
  if (crash) return fail(crash.phase === 'attach' ? 'attach' : 'load', [...manifest.missing, crash], notes);
  if (open?.status !== 'pass') return unusable('the guest did not say whether the object could be opened');
  if (load?.status !== 'pass') return unusable('the guest did not say whether the object loads');
  if (variants?.unreported !== undefined) return unusable(variants.unreported);
  if (variants && variants.failed.length > 0) return fail('load', [...variants.failed, ...unfit, ...over], notes);
  return afterLoad(input, exit.code, { unfit, over, notes });
}

function overBudgetOf({ evidence, maxInsns }: ClassifyInput): Finding[] {
  return maxInsns === undefined ? [] : overBudget(evidence, { maxInsns });
}

/** What is known of an object that loads before anything is attached. */
interface Loaded {
  /** The manifest and the object contradict each other. */
  readonly unfit: readonly Finding[];
  readonly over: readonly Finding[];
  readonly notes: readonly Finding[];
}

/** Everything that went wrong is reported, so that no cause hides behind another one; the earliest names the stage. */
function afterLoad(input: ClassifyInput, exitCode: number, { unfit, over, notes }: Loaded): Outcome {
  const { evidence, attachMode } = input;
  const attach = attachMode === 'disabled' ? { required: [], warnings: [] } : attachFindings(input);
  const unfitNames = new Set(unfit.map(({ subject }) => subject));
  // A program that is missing, or could not be set up, cannot be attached either: one cause, reported once.
  const unattached = attach.required.filter(({ subject }) => !unfitNames.has(subject));
  const functional = functionalResult(evidence, input.functionalTests, input.validationMode);
  const early = unfit.length + unattached.length > 0;
  // After a failure the validator leaves out tests: what was not run did not fail.
  const tests = early ? functional.failed.filter(({ args }) => wasRun(args['reason'])) : functional.failed;
  const causes = [...unfit, ...unattached, ...tests, ...over];
  // A test looked at more than the load, whatever is attached.
  const tested = stagesOf(evidence, 'functional').some(({ status }) => status !== 'skipped');
  const warnings = tested ? attach.warnings.filter((finding) => !isIdle(finding)) : attach.warnings;
  const rest = [...functional.notes, ...unloadedFindings(evidence, input.programs), ...warnings, ...notes];
  if (unfit.length > 0) return fail('validation', causes, rest);
  if (unattached.length > 0) return fail('attach', causes, rest);
  if (tests.length > 0) return fail('functional', causes, rest);
  if (over.length > 0) return fail('validation', causes, rest);
  const [unrunnable] = functional.unrunnable;
  if (unrunnable !== undefined) return { status: 'infra_error', cause: 'command_unrunnable', message: unrunnable };
  const unchecked = input.maxInsns === undefined ? [] : uncounted(evidence);
  if (unchecked.length > 0) return unmeasured(unchecked);
  const stages = [...stagesOf(evidence, 'attach'), ...stagesOf(evidence, 'functional')];
  if (exitCode === 2 && stages.every((stage) => stage.status === 'pass')) {
    return unusable('every stage passed, but the validator says that something failed');
  }
  return { status: 'pass', findings: mergeFindings(rest) };
}

/** What has a budget and was not counted is not within it. */
function unmeasured(programs: readonly string[]): Outcome {
  const message = `the verifier's log has no count of instructions (kernels before 5.2 write none), so it is not known whether ${few(programs)} ${programs.length > 1 ? 'are' : 'is'} within the budget; check this kernel without max_insns`;
  return { status: 'infra_error', cause: 'not_measured', message };
}

function wasRun(reason: string | undefined): boolean {
  return reason !== 'not_run' && reason !== 'skipped';
}

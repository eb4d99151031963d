import type { InsnBudget } from '../model/budget.ts';
import type { AttachMode, FailedStage, FunctionalTest, Outcome } from '../model/cell.ts';
import { type Evidence, firstStage, stagesOf } from '../model/evidence.ts';
import type { Finding } from '../model/finding.ts';
import { attachFinding, inertFindings, notAttachedFinding } from './attach.ts';
import { crashFinding, stoppedEarly } from './crash.ts';
import { functionalResult } from './functional.ts';
import { loadFindings, openFindings } from './load.ts';
import { mergeFindings } from './make-finding.ts';
import { type ManifestProgram, manifestFindings } from './manifest.ts';
import { overBudget } from './margins.ts';
import { settingFindings, withSettings } from './settings.ts';

export { classifyCrash } from './crash.ts';

export interface Question {
  readonly evidence: Evidence;
  /** What the validator was told to do about attaching. */
  readonly attachMode: AttachMode;
  /** Programs the manifest names; empty without one. */
  readonly programs: readonly ManifestProgram[];
  /** `load_only`, `load_attach`, `behavior`, or empty. */
  readonly validationMode: string;
  /** Tests the validator was told to run; empty when the mode forbids them. */
  readonly functionalTests: readonly FunctionalTest[];
  /** What a program may cost the verifier; undefined without a budget. */
  readonly maxInsns?: InsnBudget | undefined;
}

function unusable(message: string): Outcome {
  return { status: 'infra_error', cause: 'protocol', message };
}

function fail(failedStage: FailedStage, findings: readonly Finding[]): Outcome {
  return { status: 'fail', failedStage, findings };
}

/**
 * From what a guest observed to a verdict. The stages decide in the order they were sent, later words never replace
 * earlier ones, and only what was observed can pass: an open, a load, the attaches that the manifest requires, and a
 * validator that ended by itself and says the same.
 */
export function classify(question: Question): Outcome {
  const { evidence } = question;
  const open = firstStage(evidence, 'open');
  const load = firstStage(evidence, 'load');
  const exit = firstStage(evidence, 'exit');
  if (!exit) return unusable('the guest ended its answer without saying how the validator ended');
  if (exit.kind === 'protocol') return unusable('the validator in the guest broke the frame protocol');
  if (exit.kind === 'exited' && exit.code !== 0 && exit.code !== 2) {
    const message = `the validator could not work on the object (exit code ${exit.code}); see the validator's log of this target`;
    return { status: 'infra_error', cause: 'internal', message };
  }
  const ended = exit.kind === 'exited';
  const crash = crashFinding(evidence);

  // What the kernel refused stays refused, whatever happened to the validator afterwards.
  if (open?.status === 'fail') return fail('load', openFindings(evidence, open));
  const manifest = open ? manifestFindings(open, question.programs) : { missing: [], remarks: [] };
  const settings = settingFindings(evidence);
  if (load?.status === 'fail') {
    if (ended && exit.code === 0) return unusable('the load failed, but the validator says that everything passed');
    return fail('load', [...withSettings(loadFindings(evidence, load), settings), ...manifest.missing]);
  }

  const stopped = stoppedEarly(evidence);
  if (stopped) return stopped;
  if (crash) return fail(crash.phase === 'attach' ? 'attach' : 'load', [...manifest.missing, crash]);
  if (open?.status !== 'pass') return unusable('the guest did not say whether the object could be opened');
  if (load?.status !== 'pass') return unusable('the guest did not say whether the object loads');
  if (manifest.missing.length > 0) return fail('validation', [...manifest.missing, ...manifest.remarks]);
  const remarks = [...manifest.remarks, ...settings.remarks];
  if (settings.failed.length > 0) return fail('validation', [...settings.failed, ...remarks]);
  return afterLoad(question, exit.code, remarks);
}

function afterLoad(question: Question, exitCode: number, remarks: readonly Finding[]): Outcome {
  const { evidence, attachMode, maxInsns } = question;
  const over = maxInsns === undefined ? [] : overBudget(evidence, { maxInsns });
  const attach = attachMode === 'disabled' ? { required: [], warnings: [] } : attachFindings(question);
  if (attach.required.length > 0)
    return fail('attach', mergeFindings([...attach.required, ...over, ...attach.warnings, ...remarks]));
  const functional = functionalResult(evidence, question.functionalTests, question.validationMode);
  const rest = [...attach.warnings, ...remarks];
  if (functional.failed) return fail('functional', [...functional.findings, ...over, ...rest]);
  const stages = [...stagesOf(evidence, 'attach'), ...stagesOf(evidence, 'functional')];
  if (exitCode === 2 && stages.every((stage) => stage.status === 'pass')) {
    return unusable('every stage passed, but the validator says that something failed');
  }
  if (over.length > 0) return fail('validation', mergeFindings([...over, ...functional.findings, ...rest]));
  return { status: 'pass', findings: mergeFindings([...functional.findings, ...rest]) };
}

/** Findings of required programs decide; those of the others are warnings (contract sections 1 and 6.2). */
function attachFindings(question: Question): { required: Finding[]; warnings: Finding[] } {
  const { evidence } = question;
  const stages = stagesOf(evidence, 'attach');
  const required = new Set(question.programs.filter((program) => program.required).map((program) => program.name));
  const decided: Finding[] = [];
  for (const name of required) {
    const stage = stages.find((candidate) => candidate.program === name);
    if (stage?.status === 'pass') continue;
    decided.push(stage?.status === 'fail' ? attachFinding(stage, evidence) : notAttachedFinding(name, stage));
  }
  const warnings = stages
    .filter((stage) => stage.status === 'fail' && !required.has(stage.program))
    .map((stage) => attachFinding(stage, evidence));
  return { required: decided, warnings: [...warnings, ...inertFindings(stages, evidence)] };
}

import { countArgs } from '../model/attach-warning.ts';
import { errnoName } from '../model/errno.ts';
import { type Evidence, firstStage, type StageOf, stagesOf } from '../model/evidence.ts';
import type { Finding } from '../model/finding.ts';
import { kernelLines } from './console.ts';
import { attachKind, sectionTarget } from './first-kernel.ts';
import { idleFindings, untriedNames } from './idle.ts';
import { libbpfLines, mainWarning } from './libbpf-log.ts';
import { evidenceLine, findingBy, makeFinding } from './make-finding.ts';
import type { ManifestProgram } from './manifest.ts';
import { ownPolicy } from './own-policy.ts';
import { denied, hidesProbes } from './policy.ts';
import { refine } from './refine.ts';
import { ATTACH_RULES, type AttachRejection, type AttachRule, DENIED, ECANCELED } from './rules/attach.ts';

type AttachStage = StageOf<'attach'>;

/** What the warnings of a rule captured; undefined when the rule does not fit. */
function matchAttach(rule: AttachRule, rejection: AttachRejection): Record<string, string> | undefined {
  if (rule.errnos && !rule.errnos.includes(rejection.errno)) return undefined;
  if (rule.section && !rule.section.test(rejection.section)) return undefined;
  if (rule.when && !rule.when(rejection)) return undefined;
  if (!rule.line) return {};
  for (const line of rejection.lines) {
    const match = rule.line.exec(line);
    if (!match) continue;
    const groups = Object.entries(match.groups ?? {}).filter((entry): entry is [string, string] => !!entry[1]);
    return Object.fromEntries(groups.map(([key, value]) => [key === 'legacy' ? 'function' : key, value]));
  }
  return undefined;
}

/** The first rule that fits, with what it captured; undefined when none does. */
export function attachRule(
  rejection: AttachRejection,
): { readonly rule: AttachRule; readonly captured: Readonly<Record<string, string>> } | undefined {
  for (const rule of ATTACH_RULES) {
    const captured = matchAttach(rule, rejection);
    if (captured) return { rule, captured };
  }
  return undefined;
}

/** Why a program that loaded could not be attached. */
function attachFinding(stage: AttachStage, evidence: Evidence): Finding {
  const { release } = evidence.hello.kernel;
  const rejection = {
    errno: stage.errno,
    section: stage.section,
    method: stage.method,
    lines: libbpfLines(stage.log),
    release,
  };
  const text = evidenceLine(
    mainWarning(stage.log) ?? (stage.error || undefined),
    stage.log === '' ? 'attach' : 'libbpf',
  );
  const common = { phase: 'attach', subject: stage.program, evidence: text } as const;
  const target = sectionTarget(stage.section);
  const args = {
    program: stage.program,
    section: stage.section,
    errno: errnoName(stage.errno),
    method: stage.method,
    target: stage.target || target,
    release,
  };
  const found = attachRule(rejection);
  if (!found && DENIED.includes(stage.errno)) {
    const place = { section: stage.section, errno: errnoName(stage.errno) };
    const own = hidesProbes(evidence.hello, stage.section) ? undefined : ownPolicy(evidence, common, place);
    return own ?? denied(evidence.hello, { ...common, ...place });
  }
  if (!found)
    return makeFinding({ ...common, code: 'ATTACH_FAILED', confidence: 'low', args: { ...args, reason: 'errno' } });
  const { rule, captured } = found;
  const functionName = captured['function'] ?? target;
  const { code, confidence, reason } = rule;
  const about = { ...args, ...attachKind(stage.section), function: functionName, ...captured, reason };
  // A structure of struct_ops is registered as a whole: its map is what was not attached, and no program of it.
  const subject = stage.method === 'struct_ops' && stage.target !== '' ? stage.target : stage.program;
  return refine(findingBy(code, { ...common, subject, confidence, args: about }), evidence);
}

/** A program that had to be attached and was not even tried, or of which the guest said nothing. */
function notAttachedFinding(program: string, stage: AttachStage | undefined): Finding {
  const reason = stage?.reason || 'the validator did not try to attach it';
  return makeFinding({
    code: 'NOT_ATTACHED',
    confidence: 'high',
    phase: 'attach',
    subject: program,
    args: { program, section: stage?.section, why: reason },
    evidence: evidenceLine(stage?.reason, 'attach'),
  });
}

/** LSM programs that are attached and will never run, because `bpf` is not among the active security modules. */
function inertFindings(stages: readonly AttachStage[], evidence: Evidence): Finding[] {
  const active = evidence.hello.facts.lsm;
  if (active === undefined || active === '' || active.split(',').includes('bpf')) return [];
  // By type: sections without a hook have it from the manifest. Libraries write it their own way.
  const lsm = new Set(
    (firstStage(evidence, 'open')?.programs ?? []).flatMap((p) => (p.type.toLowerCase() === 'lsm' ? [p.name] : [])),
  );
  return stages
    .filter((stage) => stage.status === 'pass' && lsm.has(stage.program))
    .map((stage) =>
      makeFinding({
        code: 'LSM_BPF_NOT_ENABLED',
        confidence: 'high',
        phase: 'attach',
        subject: stage.program,
        args: { program: stage.program, section: stage.section, modules: active },
        evidence: evidenceLine(active, '/sys/kernel/security/lsm'),
      }),
    );
}

/** Ends that the scheduler itself, its loader or a key press brought about are none that the kernel did. */
const OUT_OF_SERVICE = /^sched_ext: BPF scheduler "[^"]*" disabled \((?!unregistered |disabled by sysrq)/;

/**
 * Attaches as they were in the end: a scheduler that the kernel took out of service later (a callback failed, a task was
 * not run) is attached no more, which only the kernel's log says.
 * @param schedulers names of the object's maps that are schedulers
 */
function lastingAttaches(evidence: Evidence, schedulers: ReadonlySet<string>): readonly AttachStage[] {
  const stages = stagesOf(evidence, 'attach');
  const gone = schedulers.size > 0 ? kernelLines(evidence).find((line) => OUT_OF_SERVICE.test(line)) : undefined;
  if (gone === undefined) return stages;
  return stages.map((stage) =>
    stage.status === 'pass' && stage.method === 'struct_ops' && schedulers.has(stage.target)
      ? { ...stage, status: 'fail', errno: ECANCELED, error: gone, log: '' }
      : stage,
  );
}

/** Findings of required programs decide; those of the others are warnings (docs/gate.md). */
export function attachFindings({
  evidence,
  programs,
  schedulers = new Set(),
}: {
  readonly evidence: Evidence;
  readonly programs: readonly ManifestProgram[];
  readonly schedulers?: ReadonlySet<string> | undefined;
}): { readonly required: readonly Finding[]; readonly warnings: readonly Finding[] } {
  const stages = lastingAttaches(evidence, schedulers);
  const required = new Set(programs.filter((program) => program.required).map((program) => program.name));
  const inert = inertFindings(stages, evidence);
  const decided: Finding[] = [];
  for (const name of required) {
    const named = stages.filter((candidate) => candidate.program === name);
    // Of several programs with this name each has to be attached.
    const stage = named.find(({ status }) => status !== 'pass') ?? named[0];
    if (stage?.status === 'pass') decided.push(...inert.filter(({ subject }) => subject === name));
    else decided.push(stage?.status === 'fail' ? attachFinding(stage, evidence) : notAttachedFinding(name, stage));
  }
  const passed = stages.filter(({ status }) => status === 'pass').length;
  const attempted = stages.filter(({ status }) => status !== 'skipped').length;
  const count = countArgs({ passed, attempted }, untriedNames(stages));
  const warnings = stages
    .filter((stage) => stage.status === 'fail' && !required.has(stage.program))
    .map((stage) => attachFinding(stage, evidence))
    .map((finding) => ({ ...finding, args: { ...finding.args, ...count } }));
  const others = inert.filter(({ subject }) => !required.has(subject ?? ''));
  const idle = decided.length > 0 ? [] : idleFindings(stages);
  return { required: decided, warnings: [...warnings, ...others, ...idle] };
}

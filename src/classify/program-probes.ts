import type { Verdict } from '../findings/findings.ts';
import { errnoName } from '../model/errno.ts';
import type { Evidence, StageOf } from '../model/evidence.ts';
import type { Finding } from '../model/finding.ts';
import { type KernelVersion, kernelVersion, olderThan } from '../model/kernel-range.ts';
import { typeOption } from './build-options.ts';
import { attachKind, plainType, programTypeSince, sectionTarget } from './first-kernel.ts';
import { findingBy } from './make-finding.ts';
import { denied } from './policy.ts';
import { openedProgram } from './reported-programs.ts';
import { FRAGS, SLEEPABLE } from './rules/sections.ts';

const EPERM = -1;
const EINVAL = -22;
const E2BIG = -7;
const ENOMEM = -12;

/** Longest program of kernels before 5.2. */
const MAX_INSNS_BEFORE_52 = 4096;

/** Types that the kernel takes only together with a function to attach to, so that the type alone is always rejected. */
const NEEDS_TARGET: ReadonlySet<string> = new Set(['tracing', 'lsm', 'ext', 'struct_ops']);

/**
 * Why a program was rejected with an empty log, from the same load with one thing changed. The first change the kernel took
 * names what it rejects. undefined: nothing was tried, or it shows nothing.
 */
export function probedFinding(
  stage: StageOf<'program'>,
  evidence: Evidence,
  text: Finding['evidence'],
): Finding | undefined {
  const { probes } = stage;
  if (!probes || probes.length === 0) return undefined;
  const { hello } = evidence;
  const { release } = hello.kernel;
  const common = { phase: 'load', subject: stage.name, evidence: text } as const;
  if (probes.every((probe) => probe.errno === EPERM)) {
    return denied(hello, { ...common, errno: errnoName(EPERM) });
  }
  const verdict = verdictOf(stage, evidence);
  if (!verdict) return undefined;
  const { code, reason, args } = verdict;
  const about = {
    program: stage.name,
    section: stage.section,
    errno: errnoName(stage.errno),
    release,
    reason,
    ...args,
  };
  return findingBy(code, { ...common, confidence: 'high', args: about });
}

function verdictOf(stage: StageOf<'program'>, evidence: Evidence): Verdict | undefined {
  const facts = openedProgram(evidence, stage.name);
  const type = plainType(facts?.type ?? '');
  const version = kernelVersion(evidence.hello.kernel.release);
  const taken = stage.probes?.find((probe) => probe.errno === 0)?.change;
  const kind = attachKind(stage.section);
  switch (taken) {
    case 'trivial':
      return bodyVerdict(stage, facts?.insns ?? 0, olderThan(version, '5.2'));
    case 'no_flags':
      return flagVerdict(stage.section);
    case 'no_attach_type':
    case 'other_attach_type':
    case 'type_only':
      // A hook that the kernel has, and accepts at another place: the function is rejected.
      return (
        targetVerdict(stage, type, version, kind?.since) ?? {
          code: 'UNSUPPORTED_ATTACH_TYPE',
          reason: olderThan(version, kind?.since) ? 'kernel_too_old' : 'refused',
          args: { ...kind, kind: kind?.kind ?? stage.section, type },
        }
      );
    default:
      if (NEEDS_TARGET.has(type)) return targetVerdict(stage, type, version, kind?.since);
      return !stage.probes?.some(({ change }) => change === 'type_only')
        ? undefined
        : typeVerdict(type, olderThan(version, programTypeSince(type)));
  }
}

/**
 * A trivial program for the same function is rejected as well, on a kernel that knows the type and the hook: the function
 * is one of those that must not be traced. Kernels that say so in words are read by their words.
 */
function targetVerdict(
  stage: StageOf<'program'>,
  type: string,
  version: KernelVersion | undefined,
  hookSince: string | undefined,
): Verdict | undefined {
  const rejected = stage.probes?.find(({ change }) => change === 'trivial')?.errno === EINVAL;
  const known = version && !olderThan(version, programTypeSince(type)) && !olderThan(version, hookSince);
  if (!rejected || !known || type !== 'tracing' || stage.errno !== EINVAL) return undefined;
  return {
    code: 'ATTACH_TARGET_NOT_TRACEABLE',
    reason: 'denied',
    args: { function: sectionTarget(stage.section) },
  };
}

/** Only the instructions differ from what the kernel takes. */
function bodyVerdict(stage: StageOf<'program'>, insns: number, before52: boolean): Verdict {
  if (stage.errno === E2BIG && insns > MAX_INSNS_BEFORE_52 && before52) {
    const args = { insns: String(insns), limit: String(MAX_INSNS_BEFORE_52), since: '5.2' };
    return { code: 'PROGRAM_TOO_LARGE', reason: 'instructions', args };
  }
  if (stage.errno === ENOMEM) return { code: 'OUT_OF_MEMORY', reason: 'program' };
  return { code: 'VERIFIER_REJECTION', reason: 'no_log' };
}

function flagVerdict(section: string): Verdict {
  const code = 'UNSUPPORTED_PROGRAM_FLAG';
  if (SLEEPABLE.test(section)) return { code, reason: 'sleepable', args: { since: '5.10' } };
  if (FRAGS.test(section)) return { code, reason: 'xdp_frags', args: { since: '5.18' } };
  return { code, reason: 'flags' };
}

function typeVerdict(type: string, tooOld: boolean): Verdict {
  const args = { type, since: programTypeSince(type) };
  return tooOld
    ? { code: 'UNSUPPORTED_PROGRAM_TYPE', reason: 'kernel_too_old', args }
    : { code: 'UNSUPPORTED_PROGRAM_TYPE', reason: 'compiled_out', args: { ...args, config: typeOption(type) } };
}

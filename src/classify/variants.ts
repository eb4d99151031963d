import { errnoName } from '../model/errno.ts';
import type { Evidence, StageOf } from '../model/evidence.ts';
import type { Finding } from '../model/finding.ts';
import type { VariantGroup } from '../model/variant-group.ts';
import { helper } from './helpers.ts';
import { makeFinding } from './make-finding.ts';
import { type ProgramCauses, programFinding } from './program.ts';
import { programStages } from './reported-programs.ts';

type Variant = VariantGroup['programs'][number];

export interface VariantFindings {
  /** One finding per group of which no program can be loaded. */
  readonly failed: readonly Finding[];
  /** Why the groups cannot be judged. */
  readonly unreported: string | undefined;
}

/**
 * Groups of programs of which one is loaded. A group without any fails: with the others switched off nothing of it was
 * loaded, and a pass would say that it was.
 * @param groups names of the requested groups
 * @param known causes of programs that were found out before
 */
export function variantFindings(
  evidence: Evidence,
  load: StageOf<'load'>,
  groups: readonly string[],
  known: ProgramCauses | undefined,
): VariantFindings {
  const reported = new Map((load.variants ?? []).map((group) => [group.group, group]));
  const missing = groups.find((name) => !reported.has(name));
  if (missing !== undefined) {
    return { failed: [], unreported: `the guest did not say which program of the group ${missing} it loads` };
  }
  const empty = groups.flatMap((name) => reported.get(name) ?? []).filter(({ chosen }) => chosen === '');
  const untried = empty.find(({ programs }) => programs.some(({ outcome }) => outcome === 'untried'));
  if (untried) {
    return { failed: [], unreported: `the guest could not try the programs of the group ${untried.group} one by one` };
  }
  // Names that the object does not have are findings about the setting.
  const judged = empty.filter(({ programs }) => programs.some(({ outcome }) => outcome !== 'not_found'));
  return { failed: judged.map((group) => emptyGroup(group, evidence, known)), unreported: undefined };
}

function emptyGroup({ group, programs }: VariantGroup, evidence: Evidence, known: ProgramCauses | undefined): Finding {
  const reasons = programs.map((variant) => ({ variant, ...reasonOf(variant, evidence, known) }));
  const rejection = reasons.find(({ cause }) => cause?.evidence !== undefined)?.cause;
  return makeFinding({
    code: 'NO_VARIANT_LOADS',
    confidence: 'high',
    phase: 'load',
    subject: group,
    args: {
      group,
      programs: programs.map(({ name }) => name).join(', '),
      release: evidence.hello.kernel.release,
      reasons: reasons.map(({ variant, text }) => `${variant.name}: ${text}`).join('\n'),
      causes: reasons.map(({ variant, cause, text }) => `${variant.name}: ${causeOf(cause, text, variant)}`).join('\n'),
    },
    evidence: rejection?.evidence,
  });
}

/** What makes a cause the same one in another report: the kernel's words have numbers of registers. */
function causeOf(cause: Finding | undefined, text: string, { name }: Variant): string {
  if (cause === undefined) return text;
  const { code, args, subject = '' } = cause;
  return [code, args['reason'] ?? '', subject === name ? '' : subject].filter((word) => word !== '').join(' ');
}

function reasonOf(
  variant: Variant,
  evidence: Evidence,
  known: ProgramCauses | undefined,
): { readonly text: string; readonly cause?: Finding } {
  switch (variant.outcome) {
    case 'no_helper': {
      const known = helper(variant.helper);
      return { text: `this kernel has no ${known ? known.name : `helper ${variant.helper}`} for it` };
    }
    case 'refused': {
      const stage = programStages(evidence, variant.name)[0];
      if (!stage) return { text: `the kernel rejects it (${errnoName(variant.errno)})` };
      const cause = programFinding(stage, evidence, known);
      return { cause, text: [cause.code, cause.evidence?.text ?? errnoName(variant.errno)].join(': ').slice(0, 300) };
    }
    case 'not_found':
      return { text: 'the object has no such program' };
    default:
      return { text: `the guest says ${variant.outcome}` };
  }
}

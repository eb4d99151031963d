import { type InsnBudget, insnLimit } from '../model/budget.ts';
import { type Evidence, stagesOf } from '../model/evidence.ts';
import type { Finding } from '../model/finding.ts';
import { makeFinding } from './make-finding.ts';

/** Bytes of stack that a chain of calls may use; the same on every kernel. */
const STACK_LIMIT = 512;

/** How close one program came to what the kernel allows. */
export interface ProgramMargin {
  readonly program: string;
  /** Instructions the verifier looked at. */
  readonly insns: number;
  readonly insnLimit: number;
  /** `insns` of `insnLimit`, 0 to 1. */
  readonly insnShare: number;
  /** undefined where the kernel does not say. */
  readonly totalStates: number | undefined;
  readonly peakStates: number | undefined;
  readonly stackBytes: number | undefined;
  readonly stackLimit: number;
  /** Microseconds from the request to the result. */
  readonly loadUs: number;
}

/** The limit of all current kernels, for those whose version does not say theirs. */
const USUAL_LIMIT = 1_000_000;

/** The margins of every program that loaded and of which the kernel reported the instructions, in the guest's order. */
export function programMargins(evidence: Evidence): ProgramMargin[] {
  const limit = insnLimit(evidence.hello.kernel.release) ?? USUAL_LIMIT;
  return stagesOf(evidence, 'program')
    .filter((stage) => stage.status === 'pass' && stage.verified_insns > 0)
    .map((stage) => ({
      program: stage.name,
      insns: stage.verified_insns,
      insnLimit: limit,
      insnShare: stage.verified_insns / limit,
      totalStates: stage.total_states,
      peakStates: stage.peak_states,
      stackBytes: stage.stack_bytes,
      stackLimit: STACK_LIMIT,
      loadUs: stage.elapsed_us,
    }));
}

/** Programs of a load of which the kernel did not say what they cost: before 5.2 there are no statistics without the whole trace. */
export function uncounted(evidence: Evidence): string[] {
  const stages = stagesOf(evidence, 'program');
  return stages.flatMap(({ name, status, alone, verified_insns: insns }) =>
    status === 'pass' && !alone && insns === 0 ? [name] : [],
  );
}

/** Instructions that a budget allows on a kernel with `limit`. */
function allowed(budget: InsnBudget, limit: number): number {
  return typeof budget === 'number' ? budget : (Number(budget.slice(0, -1)) / 100) * limit;
}

/**
 * One finding per program that loads and needs more of the verifier than the budget allows. Programs of which the
 * kernel reports no number give none.
 */
export function overBudget(evidence: Evidence, { maxInsns }: { readonly maxInsns: InsnBudget }): Finding[] {
  return programMargins(evidence)
    .filter(({ insns, insnLimit: limit }) => insns > allowed(maxInsns, limit))
    .map(({ program, insns, insnLimit: limit, insnShare }) =>
      makeFinding({
        code: 'INSN_BUDGET_EXCEEDED',
        confidence: 'high',
        phase: 'load',
        subject: program,
        args: {
          program,
          insns: String(insns),
          budget: String(maxInsns),
          limit: String(limit),
          percent: (insnShare * 100).toFixed(1),
          reason: 'instructions',
        },
        evidence: { text: `processed ${insns} insns (limit ${limit})`, origin: 'verifier statistics' },
      }),
    );
}

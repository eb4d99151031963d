import { stagesOf } from '../model/evidence.ts';
import type { Finding } from '../model/finding.ts';
import { sectionTarget } from './first-kernel.ts';
import type { KernelResult } from './kernel-results.ts';
import { makeFinding } from './make-finding.ts';

const FUNCTION_HOOK = /^\??(?:k(?:ret)?probe|fentry|fexit|fmod_ret)(?:\.s)?\//;

/** Kernels on which the compiler copied a function into its callers, as their own lists say. */
function inliners(name: string, kernels: readonly KernelResult[]): string[] {
  return kernels.filter(({ inlined }) => inlined.has(name)).map(({ label }) => label);
}

/**
 * A function that is hooked here and inlined on every other kernel with a result: the hook may miss calls here as well.
 * A guess, and only a warning.
 */
export function inlinedOnOthers(own: KernelResult, kernels: readonly KernelResult[]): Finding[] {
  const others = kernels.filter((other) => other !== own);
  if (others.length === 0) return [];
  return stagesOf(own.evidence, 'attach').flatMap((stage) => {
    const name = sectionTarget(stage.section);
    if (stage.status !== 'pass' || name === undefined || !FUNCTION_HOOK.test(stage.section)) return [];
    const inlinedOn = inliners(name, others);
    if (inlinedOn.length < others.length) return [];
    const args = { program: stage.program, section: stage.section, function: name, inlined_on: inlinedOn.join(', ') };
    return [
      makeFinding({ code: 'ATTACH_TARGET_INLINED', confidence: 'low', phase: 'attach', subject: stage.program, args }),
    ];
  });
}

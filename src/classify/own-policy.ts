import { type Evidence, stagesOf } from '../model/evidence.ts';
import type { Finding } from '../model/finding.ts';
import { findingBy } from './make-finding.ts';

/** LSM hooks that decide over the calls which attach a program. `bpf_map` and `bpf_prog` decide when descriptors are made. */
const OVER_ATTACHES = /^\??lsm(?:\.s)?\/(?<hook>bpf|capable|perf_event_open|locked_down)$/;

/**
 * An attach that was rejected with EPERM while a program of the same object was attached to a hook that decides over it: the
 * object is its own policy. undefined: none was.
 */
export function ownPolicy(
  evidence: Evidence,
  common: Pick<Finding, 'phase' | 'subject' | 'evidence'>,
  { section, errno }: { readonly section: string; readonly errno: string },
): Finding | undefined {
  for (const stage of stagesOf(evidence, 'attach')) {
    if (stage.program === common.subject) return undefined;
    const hook = stage.status === 'pass' ? OVER_ATTACHES.exec(stage.section)?.groups?.['hook'] : undefined;
    if (hook === undefined) continue;
    const args = {
      program: common.subject,
      section,
      errno,
      reason: 'own_program',
      owner: stage.program,
      hook,
    } as const;
    return { ...findingBy('POLICY_DENIED', { ...common, confidence: 'medium', args }), group: 'program' };
  }
  return undefined;
}

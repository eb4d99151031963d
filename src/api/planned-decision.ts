import * as z from 'zod';
import { Approval } from '../runtime/approval.ts';
import { type DecisionParts, decisionId } from '../runtime/decision.ts';
import { Probe, probeProblem } from '../runtime/probe.ts';

const { decisionId: id, sha256, hostId, kernelBuildId } = Approval.shape;
const version = z.number().int().nonnegative();
const Parts = z.strictObject({
  sha256,
  bundles: z.array(sha256),
  probe_sha256: sha256,
  trust_sha256: sha256,
  index_version: version,
  selector_version: version,
}) satisfies z.ZodType<DecisionParts>;
const Artifact = z.object({ sha256, bundles: z.array(sha256) });

/** What an approval needs of the output of `agent plan`. */
export const Planned = z.object({
  decision: z.object({
    decision_id: id,
    host_id: hostId,
    kernel_build_id: kernelBuildId,
    selected_artifact: Artifact,
    selection: z.object({ decision_id: id, decision: Parts, selected: Artifact }),
  }),
  /** A decision may stand alone. */
  host_probe: Probe.optional(),
});

/**
 * Why a plan is not as it was written; empty: nothing shows. Whoever approves reads the file, and signs only the id and a
 * few fields of it: the rest of it must be what the id is of.
 */
export function planProblem({ decision, host_probe: probe }: z.infer<typeof Planned>): string {
  const { selection, selected_artifact: artifact } = decision;
  const { selected, decision: parts } = selection;
  const computed = decisionId(parts);
  const bundles = parts.bundles.join();
  const wrong = [
    ['decision.decision_id', decision.decision_id, computed],
    ['decision.selection.decision_id', selection.decision_id, computed],
    ['decision.selected_artifact.sha256', artifact.sha256, parts.sha256],
    ['decision.selected_artifact.bundles', artifact.bundles.join(), bundles],
    ['decision.selection.selected.sha256', selected.sha256, parts.sha256],
    ['decision.selection.selected.bundles', selected.bundles.join(), bundles],
    ...(probe === undefined
      ? []
      : [
          ['host_probe.probe_sha256', probe.probe_sha256, parts.probe_sha256],
          ['decision.kernel_build_id', decision.kernel_build_id, probe.identity.build_id],
        ]),
  ].flatMap(([name, is, should]) => (is === should ? [] : [name]));
  if (wrong.length > 0)
    return `${wrong.join(', ')}: not what the parts of the decision (decision.selection.decision) say`;
  const problem = probe === undefined ? '' : probeProblem(probe);
  return problem === '' ? '' : `host_probe: ${problem}`;
}

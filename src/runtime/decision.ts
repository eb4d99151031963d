import { EXPERIMENTAL } from '../model/experimental.ts';
import type { ArtifactIndex } from './artifact-index.ts';
import { canonicalJson, sha256 } from './canonical.ts';
import { profileHint } from './profile-hint.ts';
import { rank } from './rank.ts';
import { type Judged, judgeAll, type Rejection, type SelectInput } from './select.ts';
import { artifactOf, type Statement } from './statement.ts';

/** Goes up when the same input would give another result. */
const SELECTOR_VERSION = 1;

/** What a decision is made of; anybody can compute its id again. */
export interface DecisionParts {
  /** Empty: none was selected. */
  readonly sha256: string;
  readonly bundles: readonly string[];
  readonly probe_sha256: string;
  readonly trust_sha256: string;
  /** 0: without an index. */
  readonly index_version: number;
  readonly selector_version: number;
}

/** `dec_` and the digest of the parts; the order of the bundles does not matter. */
export function decisionId(parts: DecisionParts): string {
  return `dec_${sha256(canonicalJson({ ...parts, bundles: [...parts.bundles].sort() }))}`;
}

function described(statement: Statement) {
  const { name, version, variant, runId, profileId, mode, accel, summary, finishedOn } = statement.predicate.bpfcompat;
  return {
    artifact_name: name,
    artifact_version: version ?? '',
    ...(variant !== undefined && { artifact_variant: variant }),
    sha256: artifactOf(statement),
    run_id: runId,
    profile_id: profileId,
    result: statement.predicate.result,
    mode,
    accel,
    finished_on: finishedOn,
    summary_status: summary.status,
    required_passed: summary.requiredPassed,
    required_failed: summary.requiredFailed,
  };
}

/** What a guest showed of it: what policies of loads look at. */
function observed({ predicate }: Statement) {
  const attached = predicate.passedTests.flatMap((test) => /^attach:([^/]+)/.exec(test)?.[1] ?? []);
  return {
    program_types: [...predicate.bpfcompat.needs.programTypes],
    attach_kinds: [...new Set(attached)].sort(),
  };
}

function candidate({ bundleSha256, statement, tier, violations, ...rest }: Judged, score: number) {
  const rejections: readonly Rejection[] = rest.rejections;
  return {
    ...(statement && described(statement)),
    bundle_sha256: bundleSha256,
    ...(tier !== undefined && { match_tier: tier }),
    score,
    policy_accepted: violations.length === 0,
    ...(violations.length > 0 && { policy_violations: violations }),
    ...(rejections.length > 0 && { rejections }),
  };
}

function byBundle(a: Judged, b: Judged): number {
  return a.bundleSha256 === b.bundleSha256 ? 0 : a.bundleSha256 < b.bundleSha256 ? -1 : 1;
}

/**
 * The result, `runtime_selection.v0.1`: the same input gives the same bytes. Without `selected` none may be used, and each
 * candidate says why.
 * @param index the index in force
 * @param limit candidates that are listed, 0 = all; those that may be used come first
 */
export function selectionDocument(input: SelectInput, index: ArtifactIndex | undefined, limit: number) {
  const { request, probe, trust, policy } = input;
  const judged = judgeAll(input);
  const survivors = rank(judged, trust.rules.variants);
  const [best] = survivors;
  const chosen = best && artifactOf(best.statement);
  const bundles = survivors.filter((one) => artifactOf(one.statement) === chosen).map((one) => one.bundleSha256);
  const parts: DecisionParts = {
    sha256: chosen ?? '',
    bundles: bundles.sort(),
    probe_sha256: probe.probe_sha256,
    trust_sha256: trust.sha256,
    index_version: index?.version ?? 0,
    selector_version: SELECTOR_VERSION,
  };
  const rejected = judged.filter(({ rejections }) => rejections.length > 0).sort(byBundle);
  const listed = [
    ...survivors.map((one, place) => candidate(one, survivors.length - place)),
    ...rejected.map((one) => candidate(one, 0)),
  ];
  return {
    schema_version: 'runtime_selection.v0.1' as const,
    notice: EXPERIMENTAL,
    artifact_name: request.name,
    ...(request.version !== '' && { requested_version: request.version }),
    ...(request.profile !== '' && { target_profile_id: request.profile }),
    host_profile_hint: profileHint(probe),
    policy,
    ...(best && {
      selected: {
        ...described(best.statement),
        ...observed(best.statement),
        match_tier: best.tier,
        bundles: parts.bundles,
      },
    }),
    candidates_reviewed: judged.length,
    candidates_accepted: survivors.length,
    candidates: limit === 0 ? listed : listed.slice(0, limit),
    decision_id: decisionId(parts),
    decision: parts,
    trust: trust.source,
  };
}
export type Selection = ReturnType<typeof selectionDocument>;

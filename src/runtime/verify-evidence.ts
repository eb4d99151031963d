import type { ArtifactIndex } from './artifact-index.ts';
import { artifactOf, configured, MODES, Statement } from './statement.ts';
import type { Trust } from './trust.ts';
import {
  type ReadBundle,
  readBundle,
  type SignedDocument,
  type Verified,
  type VerifyProblem,
  verifyRead,
} from './verify.ts';

/** Clocks differ; evidence of the future is none. */
const SKEW_MS = 5 * 60_000;

/** What evidence is held against. */
export interface EvidenceContext {
  readonly trust: Trust;
  readonly now: Date;
  /** The index in force, or why none is; undefined: the trust names no one who signs one. */
  readonly index: ArtifactIndex | VerifyProblem | undefined;
  /** SHA-256 of the bytes that are held or requested; undefined: any. */
  readonly subject?: string | undefined;
}

/** Age by what the signer says, and no younger than the signature where others saw that. */
function ageProblem(
  { value, signedAt = Number.POSITIVE_INFINITY }: SignedDocument<Statement>,
  { trust, now }: EvidenceContext,
): VerifyProblem | undefined {
  const { finishedOn } = value.predicate.bpfcompat;
  if (Date.parse(finishedOn) - signedAt > SKEW_MS)
    return { code: 'stale', detail: `it says that it finished on ${finishedOn}, after it was signed` };
  const age = now.getTime() - Date.parse(finishedOn);
  if (age < -SKEW_MS) return { code: 'stale', detail: `it is of the future: ${finishedOn}` };
  const { maxAgeMs } = trust.rules;
  if (maxAgeMs !== undefined && age > maxAgeMs)
    return { code: 'stale', detail: `it is of ${finishedOn}, older than the trust allows` };
  return undefined;
}

function indexProblem(document: SignedDocument<Statement>, { index }: EvidenceContext): VerifyProblem | undefined {
  if (index === undefined) return undefined;
  if ('code' in index) return index;
  const sha256 = artifactOf(document.value);
  const entries = index.artifacts.filter((one) => one.sha256 === sha256);
  const withdrawn = entries.find((one) => one.withdrawn !== undefined)?.withdrawn;
  if (withdrawn) return { code: 'withdrawn', detail: `withdrawn since ${withdrawn.since}: ${withdrawn.reason}` };
  if (entries.some(({ bundles }) => bundles.includes(document.bundleSha256))) return undefined;
  return { code: 'not_indexed', detail: `index ${index.name} version ${index.version} does not list the bundle` };
}

function ruleProblem(statement: Statement, { rules }: Trust): VerifyProblem | undefined {
  const { accel, mode, sharedBoot } = statement.predicate.bpfcompat;
  if (rules.accel !== undefined && accel !== rules.accel)
    return { code: 'policy_accel', detail: `it was made under ${accel}, the trust requires ${rules.accel}` };
  if (MODES.indexOf(mode) < MODES.indexOf(rules.minMode))
    return { code: 'policy_mode', detail: `its mode is ${mode}, the trust requires ${rules.minMode}` };
  const validator = configured(statement, 'validator') ?? '';
  if (rules.validators.length > 0 && !rules.validators.includes(validator))
    return { code: 'policy_validator', detail: `the validator ${validator} is not in the trust` };
  if (sharedBoot && !rules.sharedBoot)
    return { code: 'policy_shared_boot', detail: 'its guest was shared, which the trust denies' };
  return undefined;
}

/** Steps 1 to 6: whether somebody who may say so said this about this object. */
export function authenticEvidence(bundle: ReadBundle, context: EvidenceContext): Verified<Statement> {
  const read = verifyRead(bundle, context.trust, { role: 'evidence', schema: Statement, now: context.now });
  if (!read.ok || context.subject === undefined || artifactOf(read.document.value) === context.subject) return read;
  const detail = `it is about ${artifactOf(read.document.value)}, not about ${context.subject}`;
  return { ok: false, code: 'subject_mismatch', detail };
}

/** Steps 7 to 9 for authentic evidence: age, index, rules. Undefined: it counts. */
export function usableProblem(
  document: SignedDocument<Statement>,
  context: EvidenceContext,
): VerifyProblem | undefined {
  return ageProblem(document, context) ?? indexProblem(document, context) ?? ruleProblem(document.value, context.trust);
}

/** All steps of docs/runtime.md, in order; the first that fails is the result. */
export function verifyEvidence(bytes: Uint8Array, context: EvidenceContext): Verified<Statement> {
  const read = authenticEvidence(readBundle(bytes), context);
  if (!read.ok) return read;
  const problem = usableProblem(read.document, context);
  return problem ? { ok: false, ...problem } : read;
}

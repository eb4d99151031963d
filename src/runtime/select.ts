import type { KernelIdentity } from '../model/kernel-identity.ts';
import { hostProblem, policyViolations, type SelectPolicy } from './load-limits.ts';
import { archName, type CandidateTier, matchTier } from './match-tier.ts';
import type { Probe } from './probe.ts';
import { artifactOf, type Extension, kernelOf, type Statement } from './statement.ts';
import type { Trust } from './trust.ts';
import type { SignedDocument, VerifyProblem } from './verify.ts';

/** What is looked for. Empty: any. */
export interface SelectRequest {
  readonly name: string;
  readonly version: string;
  readonly variant: string;
  readonly sha256: string;
  readonly profile: string;
}

/** A bundle as it was verified; `problem` of authentic evidence that does not count, and why. */
export type Examined =
  | {
      readonly bundleSha256: string;
      readonly document: SignedDocument<Statement>;
      readonly problem: VerifyProblem | undefined;
      /** A row of the history, and whether it says something about a host that is called like this one. */
      readonly legacy?: 'here' | 'elsewhere';
    }
  | { readonly bundleSha256: string; readonly document: undefined; readonly problem: VerifyProblem };

export interface Rejection {
  readonly code: string;
  readonly detail: string;
}

/** A candidate after all filters; without rejections it may be selected. */
export interface Judged {
  readonly bundleSha256: string;
  readonly statement: Statement | undefined;
  readonly tier: CandidateTier | undefined;
  readonly rejections: readonly Rejection[];
  readonly violations: readonly string[];
}

export interface SelectInput {
  readonly request: SelectRequest;
  readonly probe: Probe;
  readonly trust: Trust;
  readonly policy: SelectPolicy;
  readonly examined: readonly Examined[];
}

type Authentic = Extract<Examined, { document: SignedDocument<Statement> }>;

/** Authentic evidence with what it is compared by: its kernel, and how well that is known to be the one here. */
interface Placed {
  readonly one: Authentic;
  readonly kernel: KernelIdentity | undefined;
  readonly tier: CandidateTier | undefined;
}

function placed(one: Authentic, probe: Probe): Placed {
  const { document, legacy } = one;
  if (legacy !== undefined) return { one, kernel: undefined, tier: legacy === 'here' ? 'legacy' : undefined };
  const kernel = kernelOf(document.value);
  return { one, kernel, tier: kernel && matchTier(kernel, probe.identity) };
}

function legacyRejection({ legacy }: Authentic): Rejection | undefined {
  if (legacy !== 'elsewhere') return undefined;
  return { code: 'kernel_mismatch', detail: 'the row of the history names no profile that this host is called by' };
}

function kernelRejection({ kernel, tier }: Placed, { probe, trust }: SelectInput): Rejection | undefined {
  if (kernel === undefined)
    return { code: 'kernel_unknown', detail: 'the evidence does not say which kernel it is of' };
  const here = probe.identity;
  if (archName(kernel.arch) !== archName(here.arch))
    return { code: 'arch_mismatch', detail: `evidence of ${kernel.arch}, this host is ${here.arch}` };
  if (tier === undefined)
    return { code: 'kernel_mismatch', detail: `evidence of ${kernel.release}, this host runs ${here.release}` };
  if (!trust.rules.matchTiers.some((one) => one === tier))
    return { code: 'tier_not_allowed', detail: `the kernel matches as ${tier} only, which the trust does not list` };
  return undefined;
}

function resultRejection({ predicate }: Statement): Rejection | undefined {
  if (predicate.result === 'PASSED') return undefined;
  const failed = predicate.failedTests[0] ?? predicate.warnedTests[0] ?? '';
  return { code: `result_${predicate.result.toLowerCase()}`, detail: `${predicate.result} on that kernel: ${failed}` };
}

function requestRejections(statement: Statement, { request }: SelectInput): Rejection[] {
  const { version = '', variant = '', profileId } = statement.predicate.bpfcompat;
  const pins = [
    ['version', request.version, version],
    ['variant', request.variant, variant],
    ['digest', request.sha256, artifactOf(statement)],
    ['profile', request.profile, profileId],
  ] as const;
  return pins
    .filter(([, expected, is]) => expected !== '' && expected !== is)
    .map(([what, expected, is]) => ({
      code: `${what}_mismatch`,
      detail: `it is ${is || 'none'}, expected ${expected}`,
    }));
}

function unread({ bundleSha256, problem }: Extract<Examined, { document: undefined }>): Judged {
  return { bundleSha256, statement: undefined, tier: undefined, rejections: [problem], violations: [] };
}

/** Every reason against one candidate, in the order of the filters. */
function judge(place: Placed, input: SelectInput, failed: ReadonlyMap<string, CandidateTier>): Judged {
  const { one, tier } = place;
  const { bundleSha256, document, problem, legacy } = one;
  const statement = document.value;
  const extension: Extension = statement.predicate.bpfcompat;
  const violations = policyViolations(input.policy, extension.summary, input.probe);
  const rejections = [
    problem,
    legacy === undefined ? kernelRejection(place, input) : legacyRejection(one),
    legacy === 'elsewhere' ? undefined : resultRejection(statement),
    failedHere(failed.get(artifactOf(statement)), tier),
    hostProblem(extension, input.probe),
    ...violations.map((name) => ({ code: `policy_${name}`, detail: `--policy-${name.replaceAll('_', '-')}` })),
    ...requestRejections(statement, input),
  ].filter((one) => one !== undefined);
  return { bundleSha256, statement, tier, rejections, violations };
}

/**
 * The best tier by which an artifact was seen to fail on this kernel. Evidence that is stale or withdrawn still says so: it
 * may take away and never give.
 */
function failures(places: readonly (Placed | Judged)[]): ReadonlyMap<string, CandidateTier> {
  const failed = new Map<string, CandidateTier>();
  for (const place of places) {
    if (!('one' in place) || place.one.document.value.predicate.result !== 'FAILED') continue;
    const { one, tier } = place;
    const sha256 = artifactOf(one.document.value);
    if (tier !== undefined && (!isGuess(tier) || !failed.has(sha256))) failed.set(sha256, tier);
  }
  return failed;
}

function isGuess(tier: CandidateTier | undefined): boolean {
  return tier === 'likely' || tier === 'legacy';
}

/** A guess that it fails is held against another guess only. */
function failedHere(failure: CandidateTier | undefined, tier: CandidateTier | undefined): Rejection | undefined {
  if (failure === undefined || (isGuess(failure) && !isGuess(tier))) return undefined;
  return { code: 'failed_on_this_kernel', detail: 'other evidence says that it FAILED on this kernel' };
}

/** Every candidate of the wanted name, and every bundle that no one can say the name of, with all reasons against it. */
export function judgeAll(input: SelectInput): Judged[] {
  const { examined, probe, request } = input;
  const places = examined.map((one) => (one.document === undefined ? unread(one) : placed(one, probe)));
  const failed = failures(places);
  return places
    .filter((place) => !('one' in place) || place.one.document.value.predicate.bpfcompat.name === request.name)
    .map((place) => ('one' in place ? judge(place, input, failed) : place));
}

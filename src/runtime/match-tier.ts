import type { KernelIdentity } from '../model/kernel-identity.ts';

/**
 * How well two kernels are known to be the same, the best first: `exact`: the same build; `same`: one of them shows no
 * build id, and release and a digest agree; `likely`: another build of the same series of one distro, a guess.
 */
export const MATCH_TIERS = ['exact', 'same', 'likely'] as const;
export type MatchTier = (typeof MATCH_TIERS)[number];

/** `legacy`: a row of the history, which names a profile and no kernel. The weakest there is. */
export type CandidateTier = MatchTier | 'legacy';
export const CANDIDATE_TIERS: readonly CandidateTier[] = [...MATCH_TIERS, 'legacy'];

const ARCHES: Readonly<Record<string, string>> = { amd64: 'x86_64', arm64: 'aarch64' };

/** One name for each architecture, that of `uname -m`. */
export function archName(word: string): string {
  return ARCHES[word] ?? word;
}

function equal<T>(a: T | null | undefined, b: T | null | undefined): boolean {
  return a !== undefined && a !== null && a === b;
}

function contradicts(a: string | null | undefined, b: string | null | undefined): boolean {
  return a !== undefined && b !== undefined && a !== b;
}

/** `6.8.0-generic` of `6.8.0-45-generic`: the release without the numbers of its build. Undefined for any other text. */
function seriesOf(release: string): string | undefined {
  const [, version, rest] = /^(\d+\.\d+(?:\.\d+)?)-(.+)$/.exec(release) ?? [];
  if (version === undefined || rest === undefined) return undefined;
  const flavor = rest.split(/[-_.]/).filter((part) => !/^\d+$/.test(part));
  return [version, ...flavor].join('-');
}

function isSame(a: KernelIdentity, b: KernelIdentity): boolean {
  if (a.build_id !== undefined && b.build_id !== undefined) return false;
  if (a.release !== b.release) return false;
  if (contradicts(a.btf_sha256, b.btf_sha256) || contradicts(a.config_sha256, b.config_sha256)) return false;
  return equal(a.btf_sha256, b.btf_sha256) || equal(a.config_sha256, b.config_sha256);
}

function isLikely(a: KernelIdentity, b: KernelIdentity): boolean {
  const series = seriesOf(a.release);
  return (
    series !== undefined &&
    series === seriesOf(b.release) &&
    equal(a.distro, b.distro) &&
    equal(a.distro_version, b.distro_version)
  );
}

/** The best tier that holds between two kernels; undefined where none does. Symmetric. */
export function matchTier(a: KernelIdentity, b: KernelIdentity): MatchTier | undefined {
  if (archName(a.arch) !== archName(b.arch)) return undefined;
  if (equal(a.build_id, b.build_id)) return 'exact';
  if (isSame(a, b)) return 'same';
  return isLikely(a, b) ? 'likely' : undefined;
}

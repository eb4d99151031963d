import { words } from '../findings/words.ts';
import type { Profile } from '../model/kernel.ts';
import { kernelNumber } from '../model/kernel-range.ts';
import { vendorName } from '../model/vendors.ts';
import { oneLine } from './escape.ts';
import { type PassKind, passKind } from './loaded-only.ts';
import type { TargetView } from './view.ts';

/** Kernels next to each other, by version, on which an object fares alike. */
interface SupportSegment {
  /** `differs`: kernels of one version that disagree. */
  readonly status: 'pass' | 'fail' | 'differs';
  /** Versions of the first and the last kernel that was tested. */
  readonly from: string;
  readonly to: string;
  /** Profile ids, oldest kernel first. */
  readonly passed: readonly string[];
  readonly failed: readonly string[];
  /** Of those that passed, the ones of which nothing was attached, and of which no program was loaded. */
  readonly loaded: readonly string[];
  readonly unloaded: readonly string[];
  /** Why, where all failures say the same; else empty. */
  readonly cause: string;
}

/** What kernels an object supports, as far as they were tested. */
export interface SupportRange {
  readonly segments: readonly SupportSegment[];
  /** Ids of kernels that gave no result, or are known and were not part of the run. Oldest first. */
  readonly notTested: readonly string[];
  /** One sentence for people. */
  readonly text: string;
}

/** A kernel that can be tested. */
export type KnownKernel = Pick<Profile, 'id' | 'distro' | 'kernelFamily'>;

/** A version as a number that compares. */
function orderOf(family: string): number {
  const [major = 0, minor = 0] = family.split('.').map(Number);
  return major * 1_000_000 + minor;
}

/** What the profile says; of a kernel that was typed for the run by its address, what the guest says. */
function familyOf({ target: { profile }, evidence }: TargetView): string {
  if (profile.kernelFamily !== '') return profile.kernelFamily;
  return kernelNumber(evidence?.hello.kernel.release ?? '')?.join('.') ?? '';
}

/** Oldest first. Each version is read once: the catalog is long, and a suite sorts it for every case. */
function byVersion<T>(items: readonly T[], versionOf: (item: T) => string): T[] {
  const ordered = items.map((item) => ({ item, order: orderOf(versionOf(item)) }));
  return ordered.sort((a, b) => a.order - b.order).map(({ item }) => item);
}

function causeOf(views: readonly TargetView[]): string {
  const titles = new Set(views.map(({ primary }) => (primary ? words(primary).title : '')));
  const [only = ''] = titles;
  return titles.size === 1 ? only : '';
}

function segmentOf(views: readonly TargetView[]): SupportSegment {
  const ids = (status: string): string[] =>
    views.filter(({ outcome }) => outcome.status === status).map(({ target }) => target.profile.id);
  const last = views.at(-1);
  const passed = ids('pass');
  const failed = ids('fail');
  const ofKind = (kind: PassKind): string[] =>
    views
      .filter(({ outcome, findings }) => passKind(outcome.status, findings) === kind)
      .map(({ target }) => target.profile.id);
  return {
    status: failed.length === 0 ? 'pass' : passed.length === 0 ? 'fail' : 'differs',
    from: views[0] ? familyOf(views[0]) : '',
    to: last ? familyOf(last) : '',
    passed,
    failed,
    loaded: ofKind('loaded'),
    unloaded: ofKind('unloaded'),
    cause: causeOf(views.filter(({ outcome }) => outcome.status === 'fail')),
  };
}

/** Kernels of one version first, then neighbours that fare alike and for the same reason. */
function segmentsOf(tested: readonly TargetView[]): SupportSegment[] {
  const groups: TargetView[][] = [];
  for (const view of tested) {
    const last = groups.at(-1);
    const sameVersion = last?.[0] && orderOf(familyOf(last[0])) === orderOf(familyOf(view));
    if (sameVersion) last.push(view);
    else groups.push([view]);
  }
  const joined: TargetView[][] = [];
  for (const group of groups) {
    const last = joined.at(-1);
    const [before, now] = [last && segmentOf(last), segmentOf(group)];
    const alike = before?.status === now.status && now.status !== 'differs' && before.cause === now.cause;
    if (alike) last?.push(...group);
    else joined.push([...group]);
  }
  return joined.map(segmentOf);
}

function segmentText(
  segment: SupportSegment,
  before: SupportSegment | undefined,
  after: SupportSegment | undefined,
): string {
  const { status, from, to, passed, failed, loaded, unloaded } = segment;
  const lacks = [
    loaded.length === 0 ? '' : `nothing attached on ${loaded.join(', ')}`,
    unloaded.length === 0 ? '' : `no program loaded on ${unloaded.join(', ')}`,
  ].filter((text) => text !== '');
  const range = from === to ? from : `${from}-${to}`;
  const cause = segment.cause === '' ? '' : `: ${segment.cause}`;
  if (status === 'pass') {
    if (loaded.length === passed.length) return `loads, with nothing attached, ${range}`;
    if (unloaded.length === passed.length) return `no program loaded, ${range}`;
    return lacks.length === 0 ? `passes ${range}` : `passes ${range} (${lacks.join('; ')})`;
  }
  if (status === 'differs') return `passes ${passed.join(', ')} but fails ${failed.join(', ')}${cause}`;
  if (after === undefined && before?.status === 'pass') return `fails from ${from}${cause}`;
  if (before === undefined && after?.status === 'pass') return `fails up to ${to}${cause}`;
  return `fails ${range}${cause}`;
}

/** Names and vendors that a sentence holds. */
const NAMED = 8;

/**
 * Versions, and the id where another kernel of the same version did give a result. Where there are many, their number by
 * vendor, most first: no one reads forty names.
 */
function notTestedText(notTested: readonly KnownKernel[], tested: readonly TargetView[]): string {
  if (notTested.length === 0) return '';
  const reported = new Set(tested.map(familyOf));
  const names = new Set(
    notTested.map(({ id, kernelFamily }) => (kernelFamily === '' || reported.has(kernelFamily) ? id : kernelFamily)),
  );
  if (names.size <= NAMED) return ` (not tested: ${[...names].join(', ')})`;
  const counts = new Map<string, number>();
  for (const { distro } of notTested) {
    const vendor = vendorName(distro) || 'unknown';
    counts.set(vendor, (counts.get(vendor) ?? 0) + 1);
  }
  const vendors = [...counts].sort(([nameA, a], [nameB, b]) => b - a || (nameA < nameB ? -1 : 1));
  const rest = vendors.slice(NAMED).reduce((sum, [, count]) => sum + count, 0);
  const shown = vendors.slice(0, NAMED).map(([vendor, count]) => `${count} ${vendor}`);
  return ` (not tested: ${[...shown, ...(rest > 0 ? [`${rest} of others`] : [])].join(', ')})`;
}

/**
 * The kernels that an object passes and fails on, in ranges of versions. What was not tested is never part of a claim:
 * the ends of each range are kernels that gave a result, and the others are named.
 * @param views of one object; optional kernels count as well
 * @param known kernels that could have been tested too
 */
export function supportRange(views: readonly TargetView[], known: readonly KnownKernel[] = []): SupportRange {
  const sorted = byVersion(views, familyOf);
  const tested = sorted.filter(({ outcome }) => outcome.status === 'pass' || outcome.status === 'fail');
  const ids = new Set(tested.map(({ target }) => target.profile.id));
  const others = new Map([...known, ...sorted.map(({ target }) => target.profile)].map((one) => [one.id, one]));
  const missing = [...others.values()].filter(({ id }) => !ids.has(id));
  const notTested = byVersion(missing, ({ kernelFamily }) => kernelFamily);
  // The sentence is about this run: kernels that no one wanted in it are for the list alone.
  const untested = sorted.map(({ target }) => target.profile).filter(({ id }) => !ids.has(id));
  const segments = segmentsOf(tested);
  const reported = segments
    .map((segment, index) => segmentText(segment, segments[index - 1], segments[index + 1]))
    .join(', ');
  return {
    segments,
    notTested: notTested.map(({ id }) => id),
    text: oneLine(`${reported === '' ? 'no kernel has a result' : reported}${notTestedText(untested, tested)}`, 600),
  };
}

/** The range as it stands in a JSON report. */
export function supportJson({ text, segments, notTested }: SupportRange) {
  return {
    text,
    ranges: segments.map(({ status, from, to, passed, failed, cause }) => ({
      status,
      from,
      to,
      ...(passed.length > 0 ? { passed } : {}),
      ...(failed.length > 0 ? { failed } : {}),
      ...(cause === '' ? {} : { cause: oneLine(cause) }),
    })),
    ...(notTested.length > 0 ? { not_asked: notTested } : {}),
  };
}

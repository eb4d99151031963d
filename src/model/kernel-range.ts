/** Major and minor number of a kernel. */
export type KernelNumber = readonly [major: number, minor: number];

interface Bound {
  readonly relation: '<' | '<=' | '>' | '>=' | '=';
  readonly number: KernelNumber;
}

/** Kernels that fulfil all bounds. */
export interface KernelRange {
  readonly text: string;
  readonly bounds: readonly Bound[];
}

export const RANGE_RULE = 'a range of kernels such as "<5.8", ">=5.10 <6.1", "5.10-6.1" or "5.15"';

/** `5.10` of `5.10`, `5.10.0-46-cloud-amd64` and `v5.10`; undefined for text without such a number in front. */
export function kernelNumber(text: string): KernelNumber | undefined {
  const [, major, minor] = /^v?(\d{1,3})\.(\d{1,4})(?!\d)/.exec(text.trim()) ?? [];
  return major === undefined || minor === undefined ? undefined : [Number(major), Number(minor)];
}

/** Below zero when `a` is the older one. */
export function compareKernels(a: KernelNumber, b: KernelNumber): number {
  return a[0] - b[0] || a[1] - b[1];
}

/** The same for texts such as `5.8`. A text without a number is older than all. */
export function compareVersions(a: string, b: string): number {
  const [first = [0, 0], second = [0, 0]] = [kernelNumber(a), kernelNumber(b)] as const;
  return compareKernels(first, second);
}

/** `5.10`, and nothing behind it. */
export function exactKernelNumber(text: string): KernelNumber | undefined {
  return /^\d+\.\d+$/.test(text.trim()) ? kernelNumber(text) : undefined;
}

/**
 * Releases of vendors that carry features of newer kernels back for years (RHEL and its relatives, Amazon, Oracle, SUSE),
 * or build from a branch of their own: there the number says little about what is missing.
 */
const BACKPORTING = /\.(?:el|amzn|al|an|fc|oe)\d|uek|\.sles|-default$/i;

/** A running kernel by its release: numbers of upstream, and whether its vendor carries features back. */
export interface KernelVersion {
  readonly number: KernelNumber;
  readonly backports: boolean;
}

/** Reads `uname -r`; undefined when it does not start with two numbers. */
export function kernelVersion(release: string): KernelVersion | undefined {
  const number = kernelNumber(release);
  return number && { number, backports: BACKPORTING.test(release) };
}

/** Whether a kernel is older than `since` (`5.8`); false when either is not known. */
export function olderThan(version: KernelVersion | undefined, since: string | undefined): boolean {
  const other = since === undefined ? undefined : kernelNumber(since);
  return version !== undefined && other !== undefined && compareKernels(version.number, other) < 0;
}

/** Reads RANGE_RULE; bounds are separated by blanks or commas and must all hold. undefined for any other text. */
export function parseKernelRange(text: string): KernelRange | undefined {
  const words = text
    .trim()
    .replace(/([<>]=?|=)\s+/g, '$1')
    .split(/[\s,]+/);
  const bounds: Bound[] = [];
  for (const word of words) {
    const [, relation = '=', from = '', to] = /^(<=|>=|<|>|=)?(\d+\.\d+)(?:-(\d+\.\d+))?$/.exec(word) ?? [];
    const first = exactKernelNumber(from);
    const last = to === undefined ? undefined : exactKernelNumber(to);
    if (!first || (to !== undefined && (!last || relation !== '=' || word.startsWith('=')))) return undefined;
    if (last) bounds.push({ relation: '>=', number: first }, { relation: '<=', number: last });
    else bounds.push({ relation: relation as Bound['relation'], number: first });
  }
  return { text: text.trim(), bounds };
}

function holds(order: number, relation: Bound['relation']): boolean {
  switch (relation) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    case '=':
      return order === 0;
  }
}

export function inKernelRange(kernel: KernelNumber, { bounds }: KernelRange): boolean {
  return bounds.every(({ relation, number }) => holds(compareKernels(kernel, number), relation));
}

import { namesIn } from '../model/name-list.ts';
import type { Facts } from './entry.ts';

/** Value of an arg, or other words when it is not known. */
export function arg<Arg extends string>(
  { args }: { readonly args: { readonly [A in Arg]?: string } },
  key: NoInfer<Arg>,
  otherwise: string,
): string {
  return args[key] ?? otherwise;
}

/** `program on_exec`, or `the object` where no program is known: the subject may be a map or a function. */
export function who(finding: Facts): string {
  const program = finding.args['program'];
  if (program === undefined) return 'the object';
  return namesIn(program).length > 1 ? `programs ${program}` : `program ${program}`;
}

/** ` (upstream since 5.8)`, or nothing. */
export function since(finding: Facts): string {
  const version = finding.args['since'];
  return version === undefined ? '' : ` (upstream since ${version})`;
}

/** ` (EINVAL)`, or nothing. */
export function errno(finding: Facts): string {
  const name = finding.args['errno'];
  return name === undefined ? '' : ` (${name})`;
}

/** First letter in upper case. */
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The same cause was seen on every kernel of the run that gave a result: then no kernel is to blame. */
function everywhere(finding: Facts): boolean {
  return finding.args['everywhere'] !== undefined;
}

/** `this kernel has no X`; where all kernels of the run say so, `no kernel of this run has X`. */
export function lacks(finding: Facts, what: string): string {
  return everywhere(finding) ? `no kernel of this run has ${what}` : `this kernel has no ${what}`;
}

/** `X is not in this kernel`; where all kernels of the run say so, `X is in no kernel of this run`. */
export function notIn(finding: Facts, what: string, place = ''): string {
  const where = place === '' ? '' : `'s ${place}`;
  return everywhere(finding) ? `${what} is in no kernel of this run` : `${what} is not in this kernel${where}`;
}

/** `on this kernel`, or `on any kernel of this run` after a "not". */
export function here(finding: Facts): string {
  return everywhere(finding) ? 'on any kernel of this run' : 'on this kernel';
}

/** `both kernels`, `all 3 kernels`. */
export function allKernels(count: number): string {
  return count === 2 ? 'both kernels' : `all ${count} kernels`;
}

/** What the other kernels of the run add; empty when there is nothing to say. */
export function acrossRun(finding: Facts): string {
  const { everywhere: all, lastGood, firstBad, firstGood, existsOn } = finding.args;
  if (all !== undefined) return `It is the same on ${allKernels(Number(all))} of this run that have a result.`;
  if (lastGood !== undefined && firstGood !== undefined) {
    return `In this run it is fine up to ${lastGood} and again from ${firstGood} on.`;
  }
  if (lastGood !== undefined) return `In this run it is fine up to ${lastGood} and fails from ${firstBad} on.`;
  if (firstGood !== undefined) return `In this run it is fine from ${firstGood} on.`;
  return existsOn === undefined ? '' : `In this run it is fine on ${existsOn}.`;
}

import type { ObjectFacts } from '../../object/facts.ts';
import type { KernelFacts } from './kernel-facts.ts';
import { indexKernel } from './kernel-index.ts';
import { type Need, needsOf } from './needs.ts';
import { traitOf } from './traits.ts';

/** With more every kernel is a class of its own. */
const MAX_NEEDS = 20_000;

/** What matters to an object; undefined where its bytes do not say. */
export function boundedNeeds(facts: ObjectFacts | undefined): readonly Need[] | undefined {
  // What was not read of it may need anything.
  const needs = facts?.problems.length === 0 ? needsOf(facts) : undefined;
  return needs === undefined || needs.length > MAX_NEEDS ? undefined : needs;
}

/**
 * What a kernel has of everything that matters to some objects.
 * @param needs of each object; undefined where they are not known
 * @returns for each object the results in the order of its needs
 */
export function traitsOf(
  facts: KernelFacts,
  needs: readonly (readonly Need[] | undefined)[],
): readonly (readonly string[])[] {
  const kernel = indexKernel(facts);
  const known = new Map<string, string>();
  return needs.map((own = []) =>
    own.map((need) => {
      const key = `${need.kind} ${need.name}`;
      const result = known.get(key) ?? traitOf(kernel, need);
      known.set(key, result);
      return result;
    }),
  );
}

/** A kernel as the classes of an object see it. */
export interface ClassifiedKernel {
  /** In the order of the needs; undefined where nothing is known of the kernel or of the object. */
  readonly traits: readonly string[] | undefined;
  /** What else sets kernels apart, as the architecture. */
  readonly setting: string;
  readonly required: boolean;
  /** What its facts are of; undefined where nothing is known. */
  readonly release?: string | undefined;
}

/** Kernels that have the same of everything that matters to an object. Numbers are positions in the list of kernels. */
export interface KernelClass {
  /** The one that is tested for all: the first that is required, else the first. */
  readonly sample: number;
  /** Build that the facts of the sample are of. */
  readonly release: string | undefined;
  /** All, in the order of the list. */
  readonly kernels: readonly number[];
  /** Whether anything is known of its kernels and of the object; else it is a class of one. */
  readonly known: boolean;
  /**
   * In what it differs from the class before it. Empty for the first, where nothing is known of one of both, and where
   * the architecture or the guest sets them apart alone.
   */
  readonly differs: readonly Need[];
}

/** Classes in the order in which the list has the first of each. */
export function classesOf(kernels: readonly ClassifiedKernel[], needs: readonly Need[] = []): KernelClass[] {
  const classes = new Map<string, number[]>();
  for (const [position, { traits, setting }] of kernels.entries()) {
    const key = traits === undefined ? `alone ${position}` : JSON.stringify([setting, traits]);
    const known = classes.get(key);
    if (known) known.push(position);
    else classes.set(key, [position]);
  }
  const lists = [...classes.values()];
  return lists.map((list, index) => {
    const sample = list.find((position) => kernels[position]?.required) ?? list[0] ?? 0;
    const own = kernels[sample]?.traits;
    const before = kernels[lists[index - 1]?.[0] ?? -1]?.traits;
    const differs = own && before ? needs.filter((_, at) => own[at] !== before[at]) : [];
    return { sample, release: kernels[sample]?.release, kernels: list, known: own !== undefined, differs };
  });
}

import type { Profile } from '../model/kernel.ts';
import type { ObjectFacts } from '../object/facts.ts';
import { boundedNeeds, type ClassifiedKernel, classesOf, type KernelClass, traitsOf } from '../plan/classes/classes.ts';
import type { Need } from '../plan/classes/needs.ts';
import { type FactsPlaces, kernelFacts } from './kernel-facts.ts';

/** A kernel that is put into classes. */
interface ClassTarget {
  readonly profile: Profile;
  readonly required: boolean;
}

/** What sets kernels apart whatever an object needs. */
function settingOf({ arch, kernelArgs = [], btf, runner, memoryMb, cpus, virtme, firecracker }: Profile): string {
  return JSON.stringify([arch, kernelArgs, btf?.path ?? '', runner, memoryMb, cpus, virtme, firecracker]);
}

/** Objects and the kernels that they are put into classes for. */
export interface Classed {
  readonly targets: readonly ClassTarget[];
  /** What the bytes of each object say; undefined for one that cannot be read. */
  readonly objects: readonly (ObjectFacts | undefined)[];
  /** Needs that come from settings and not from the object, the same for all. */
  readonly further: readonly Need[];
}

/** Kernels that are the same whoever names them. */
function keyOf(profile: Profile): string {
  return `${profile.id} ${settingOf(profile)}`;
}

/**
 * Kernels in classes for each object of several lists: those of a class have the same of everything that matters to it.
 * @returns list by list and object by object
 */
export async function kernelClasses(
  lists: readonly Classed[],
  places: FactsPlaces,
): Promise<readonly (readonly (readonly KernelClass[])[])[]> {
  const needs = lists.map(({ objects, further }) =>
    objects.map((facts) => {
      const own = boundedNeeds(facts);
      return own && [...own, ...further];
    }),
  );
  const profiles = new Map(lists.flatMap(({ targets }) => targets.map(({ profile }) => [keyOf(profile), profile])));
  const said = new Map<string, { readonly release?: string; readonly traits?: ReturnType<typeof traitsOf> }>();
  // One at a time: what is known of a kernel is large, and what an object makes of it is small.
  for (const [key, profile] of profiles) {
    const facts = await kernelFacts(profile, places);
    said.set(key, facts ? { release: facts.release, traits: traitsOf(facts, needs.flat()) } : {});
  }
  let before = 0;
  return lists.map(({ targets }, list) => {
    const start = before;
    const own = needs[list] ?? [];
    before += own.length;
    return own.map((wanted, object) => {
      const kernels = targets.map(({ profile, required }): ClassifiedKernel => {
        const { release, traits } = said.get(keyOf(profile)) ?? {};
        const known = wanted === undefined ? undefined : traits?.[start + object];
        return { traits: known, setting: settingOf(profile), required, release };
      });
      return classesOf(kernels, wanted);
    });
  });
}

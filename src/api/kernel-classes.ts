import type { Profile } from '../model/kernel.ts';
import type { ObjectFacts } from '../object/facts.ts';
import { boundedNeeds, type ClassifiedKernel, classesOf, type KernelClass, traitsOf } from '../plan/classes/classes.ts';
import type { Need } from '../plan/classes/needs.ts';
import { type FactsPlaces, kernelFacts } from './kernel-facts.ts';

/** A kernel that is put into classes. */
export interface ClassTarget {
  readonly profile: Profile;
  readonly required: boolean;
}

/** What sets kernels apart whatever an object needs. */
function settingOf({ arch, kernelArgs = [], btf, runner, memoryMb, cpus, virtme, firecracker }: Profile): string {
  return JSON.stringify([arch, kernelArgs, btf?.path ?? '', runner, memoryMb, cpus, virtme, firecracker]);
}

/**
 * Kernels in classes for each object: those of a class have the same of everything that matters to it.
 * @param objects what the bytes of each say; undefined for one that cannot be read
 * @param further needs that come from settings and not from the object, the same for all
 */
export async function kernelClasses(
  targets: readonly ClassTarget[],
  objects: readonly (ObjectFacts | undefined)[],
  further: readonly Need[],
  places: FactsPlaces,
): Promise<readonly (readonly KernelClass[])[]> {
  const needs = objects.map((facts) => {
    const own = boundedNeeds(facts);
    return own && [...own, ...further];
  });
  const kernels: ClassifiedKernel[][] = objects.map(() => []);
  // One at a time: what is known of a kernel is large, and what an object makes of it is small.
  for (const { profile, required } of targets) {
    const facts = await kernelFacts(profile, places);
    const traits = facts && traitsOf(facts, needs);
    for (const [index, own] of kernels.entries()) {
      const said = needs[index] === undefined ? undefined : traits?.[index];
      own.push({ traits: said, setting: settingOf(profile), required, release: facts?.release });
    }
  }
  return kernels.map((own, index) => classesOf(own, needs[index]));
}

import type { EventListener } from '../model/events.ts';
import { flag } from '../model/wording.ts';
import type { KernelClass } from '../plan/classes/classes.ts';
import { mapTypeNeeds, type Need, typeNeeds } from '../plan/classes/needs.ts';
import type { InferredCell } from '../run/inferred-cells.ts';
import type { PlannedRun } from '../run/run-check.ts';
import type { PreparedRun, SampleRequest } from './check.ts';
import { type Classed, kernelClasses } from './kernel-classes.ts';
import type { FactsPlaces } from './kernel-facts.ts';

/** Places that settings attach a program to: a target is a name of whatever the program is attached to. */
function targetNeeds(name: string): Need[] {
  if (name.includes('/')) return [{ kind: 'tracepoint', name }];
  const hooks = [`bpf_lsm_${name}`, `security_${name}`, `bpf_iter_${name}`].map((one) => functionNeed(one));
  return [functionNeed(name), { kind: 'raw_tracepoint', name }, ...hooks];
}

function functionNeed(name: string): Need {
  return { kind: 'function', name };
}

/** What settings make of an object that is not in its bytes: other targets, types of programs and inner maps. */
export function settingNeeds({ loader, manifest }: Pick<PlannedRun, 'loader' | 'manifest'>): Need[] {
  const named = (manifest?.programs ?? []).map(({ attachTarget }) => attachTarget ?? '');
  const targets = [...(loader?.attachTargets.values() ?? []), ...named].filter((name) => name !== '');
  return [
    ...targets.flatMap(targetNeeds),
    ...(manifest?.programTypes ?? []).flatMap(({ type }) => typeNeeds(type)),
    ...(manifest?.maps ?? []).flatMap(({ innerMap }) => (innerMap ? mapTypeNeeds(innerMap.type) : [])),
  ];
}

/** The run with the samples of its classes to be tested, and the others to be inferred from them. */
function cutDown(run: PlannedRun, classes: readonly (readonly KernelClass[])[], accepts: boolean): PlannedRun {
  const cells = classes.flatMap((own, artifact) =>
    own.map(({ sample }) => ({ artifact, target: sample })).sort((a, b) => a.target - b.target),
  );
  const inferred = classes.flatMap((own, artifact) =>
    own.flatMap(({ sample, release, kernels }): InferredCell[] =>
      kernels.flatMap((target) => (target === sample ? [] : { artifact, target, sample, release, accepted: accepts })),
    ),
  );
  if (inferred.length === 0) return { ...run, cells };
  const counts = accepts ? 'counts, as was chosen' : `is no pass without ${flag('accept-inferred')}`;
  const note = `${inferred.length} of ${cells.length + inferred.length} checks are not run: each is inferred from a kernel of the same class, which ${counts}`;
  return { ...run, cells, inferred, notes: [...run.notes, note] };
}

type Sampled = PreparedRun & { readonly sample: SampleRequest };

/** The runs, and of those that are sampled one kernel of each class of each object. Each kernel is looked at once for all. */
export async function sampled(
  runs: readonly PreparedRun[],
  { onEvent, ...places }: Pick<FactsPlaces, 'host' | 'ensureKernel' | 'signal'> & { readonly onEvent: EventListener },
): Promise<PlannedRun[]> {
  const wanted = runs.filter((one): one is Sampled => one.sample !== undefined);
  const lists: Classed[] = [];
  for (const { run } of wanted) {
    const objects = [];
    for (const { content, unusable } of run.subjects) objects.push(unusable ? undefined : (await content()).facts);
    lists.push({ targets: run.targets, objects, further: settingNeeds(run) });
  }
  const onNote = (message: string): void => onEvent({ type: 'note', message });
  const classes = await kernelClasses(lists, { ...places, dir: wanted[0]?.sample.facts, onNote });
  const cut = new Map(
    wanted.map((one, at) => [one as PreparedRun, cutDown(one.run, classes[at] ?? [], one.sample.accepts)]),
  );
  return runs.map((one) => cut.get(one) ?? one.run);
}

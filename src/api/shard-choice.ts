import type { Outcome } from '../model/cell.ts';
import { UsageError } from '../model/errors.ts';
import type { NamedCell, ShardPart } from '../model/shard.ts';
import { cleaned, option, phrase, type Wording } from '../model/wording.ts';
import { terminal } from '../report/escape.ts';
import type { LoadedRun } from './load-run.ts';
import type { FoundPart } from './shard-files.ts';
import { buildOf, isUpdate, otherKernels } from './shard-kernels.ts';

/** Characters of a message that holds names from reports. */
const MESSAGE_LENGTH = 2000;

/** Parts of one plan, at most one per shard. */
export interface ChosenParts {
  /** By the number of the shard; at least one. */
  readonly parts: readonly ShardPart[];
  /** What was left out and why. */
  readonly notes: readonly string[];
}

function nameOf({ part, file }: FoundPart): string {
  return `shard ${part.index}/${part.total} (${file})`;
}

/** What became of each cell that a part was to run, by its names; cells of other shards are not in it. */
function resultsOf({ index, runs }: ShardPart): Map<string, string> {
  const own = runs.flatMap(({ run, cells }, position) =>
    cells
      .filter(({ shard }) => shard === index)
      .map(({ artifact, target }): [string, string] => {
        const result = run.results.find(({ cell }) => cell.artifact === artifact && cell.target === target);
        const name = `${run.artifacts[artifact]?.name} on ${run.targets[target]?.profile.id}`;
        return [`${position} ${name}`, resultOf(result?.outcome)];
      }),
  );
  return new Map(own);
}

/** A result with its causes, in words that are the same for the same; empty: none. */
function resultOf(outcome: Outcome | undefined): string {
  if (outcome?.status !== 'pass' && outcome?.status !== 'fail') return '';
  const causes = outcome.findings.map(({ code, subject = '', args }) =>
    [code, args['reason'] ?? '', args['program'] ?? '', subject].filter((word) => word !== '').join(' '),
  );
  return [outcome.status, ...causes.sort()].join('; ');
}

/**
 * A shard is run again for what has no result. Two results of one cell are of different code or of a changed file,
 * and a newer one must take the place of no failure that was seen.
 */
function rejectOtherResults(late: FoundPart, early: FoundPart): void {
  const results = resultsOf(late.part);
  const lost = [...resultsOf(early.part)].find(([cell, received]) => received !== '' && results.get(cell) !== received);
  if (lost === undefined) return;
  const [cell, before] = lost;
  const now = results.get(cell) || 'no result';
  throw new UsageError(
    'shards_differ',
    terminal(
      `${nameOf(late)} and ${nameOf(early)} have different results for ${cell.replace(/^\d+ /, '')} (${now} and ${before}); hand over the report of one run only, from a directory that no pull request can write to`,
      MESSAGE_LENGTH,
    ),
  );
}

/** The newest attempt at each shard. */
function newest(found: readonly FoundPart[]): { readonly kept: readonly FoundPart[]; readonly notes: string[] } {
  const kept = new Map<number, FoundPart>();
  const notes: string[] = [];
  for (const one of found) {
    const other = kept.get(one.part.index);
    if (other === undefined || one.part.total !== other.part.total) {
      // Shards of another plan are not left out in silence: they are an error below.
      kept.set(other === undefined ? one.part.index : -one.part.index, one);
      continue;
    }
    if (one.part.startedAt === other.part.startedAt && one.part.runs[0]?.run.runId === other.part.runs[0]?.run.runId) {
      continue;
    }
    const [late, early] = one.part.startedAt > other.part.startedAt ? [one, other] : [other, one];
    // What is left out must have run the same, or it was left out by whoever changed the other one.
    const why = difference(late, early);
    if (why !== undefined) throw new UsageError('shards_differ', cleaned(why, shown));
    rejectOtherResults(late, early);
    kept.set(one.part.index, late);
    notes.push(
      `shard ${one.part.index}/${one.part.total} was run more than once: the newest run counts (${late.part.startedAt}, ${late.file}), not that of ${early.part.startedAt} (${early.file})`,
    );
  }
  return { kept: [...kept.values()].sort((a, b) => a.part.index - b.part.index), notes };
}

function objectsOf({ runs }: ShardPart): Map<string, string> {
  return new Map(runs.flatMap(({ run }) => run.artifacts.map(({ name, sha256 }) => [name, sha256])));
}

/** What each run of a part was about and what decides about it; the digest of the plan only says that it is the same. */
function requestsOf({ runs, suite }: ShardPart): string {
  const requests = runs.map(({ run, cells, gate, baseline }) => [
    run.artifacts.map(({ name, sha256 }) => [name, sha256]),
    run.targets.map(({ profile, required }) => [profile.id, required]),
    [run.validationMode, run.attachMode, cells, withoutOrigins(gate)],
    (baseline?.run as LoadedRun | undefined)?.cases.map(({ name, report }) => [name, report.targets]),
  ]);
  return JSON.stringify([requests, suite?.cases.map(({ name, required }) => [name, required])]);
}

/** Where a manifest lies is each machine's own. */
function withoutOrigins({ expectations, minKernel, ...gate }: ShardPart['runs'][number]['gate']): unknown {
  return [gate, minKernel?.number, expectations?.map(({ origin: _, ...rest }) => rest)];
}

function validatorOf({ runs }: ShardPart): string | undefined {
  return runs[0]?.run.validator.sha256;
}

function onlyIn(a: readonly NamedCell[], b: readonly NamedCell[], key: 'subject' | 'kernel'): string | undefined {
  const there = new Set(b.map((cell) => cell[key]));
  return a.find((cell) => !there.has(cell[key]))?.[key];
}

/** Spaces around an option stay. */
const shown = (text: string): string => text.replace(/\S(?:.*\S)?/s, (words) => terminal(words, MESSAGE_LENGTH));

const SAME_FOR_ALL = 'run all shards with the same objects, kernels and flags';

/** @throws UsageError `shards_differ` for kernels by one name that are not the same; notes about those that a vendor replaced */
function updatedKernels(kept: readonly FoundPart[]): string[] {
  const words = otherKernels(kept.map(({ part }) => part)).map((pair) => {
    const builds = `${buildOf(pair.one)} and ${buildOf(pair.two)}`;
    if (isUpdate(pair)) {
      return `${pair.profile}: the shards booted different builds, ${builds}; bpfcompat.lock keeps one build for all`;
    }
    const both = kept.filter((_, at) => pair.parts.includes(at)).map(nameOf);
    const message = `${both.join(' and ')} booted different kernels as ${pair.profile}: ${builds}; give every shard the same kernel, or each its own name`;
    throw new UsageError('shards_differ', cleaned(message, shown));
  });
  return [...new Set(words)];
}

/** Why two parts do not belong together, and what to do; undefined when they do. */
function difference(a: FoundPart, b: FoundPart): Wording | undefined {
  const [one, two] = [a.part, b.part];
  const both = `${nameOf(a)} and ${nameOf(b)}`;
  if (one.version !== two.version) {
    return `${both} were made by bpfcompat ${one.version} and ${two.version}; run all shards with one version`;
  }
  if (one.plan.digest === two.plan.digest) {
    if (validatorOf(one) !== validatorOf(two)) {
      return `${both} ran with different validators; run all shards with one version of bpfcompat`;
    }
    if (requestsOf(one) === requestsOf(two)) return undefined;
    return `${both} say that they are of one plan, and what they ran or what decides is not the same; one of them was changed, run it again`;
  }
  if (one.total !== two.total) return `${both} are of different plans; hand over the reports of one plan only`;
  if ((one.suite === undefined) !== (two.suite === undefined)) {
    return `${both}: only one of them is of a suite; hand over the reports of one plan only`;
  }
  const stuck = one.suite?.cases.find(({ name, error }) =>
    two.suite?.cases.some((other) => other.name === name && other.error !== error),
  );
  if (stuck) {
    const error = stuck.error || two.suite?.cases.find(({ name }) => name === stuck.name)?.error;
    return `${both}: case ${stuck.name} could start in one of them only (${error}); give every shard the same files`;
  }
  const objects = objectsOf(two);
  const rebuilt = [...objectsOf(one)].find(([name, sha256]) => objects.has(name) && objects.get(name) !== sha256);
  if (rebuilt) {
    return `${both} ran different builds of ${rebuilt[0]} (sha256 ${rebuilt[1].slice(0, 12)} and ${objects.get(rebuilt[0])?.slice(0, 12)}); build it once and give every shard that file`;
  }
  for (const key of ['subject', 'kernel'] as const) {
    const name = onlyIn(one.plan.cells, two.plan.cells, key) ?? onlyIn(two.plan.cells, one.plan.cells, key);
    if (name !== undefined) {
      return `${both}: only one of them has ${key === 'kernel' ? 'kernel' : 'object'} ${name}; ${SAME_FOR_ALL}`;
    }
  }
  if (JSON.stringify(one.plan.cells) !== JSON.stringify(two.plan.cells)) {
    return phrase`${both} divide the cells in different ways; give all shards the same ${option('baseline')}, or none`;
  }
  return phrase`${both} ran in different ways (other flags, another manifest, ${option('fail-on')} or ${option('baseline')}); ${SAME_FOR_ALL}`;
}

/**
 * The parts to put together: of each shard the newest run.
 * @throws UsageError `shards_differ` for parts that are not of one plan, object, version or request
 */
export function chooseParts(found: readonly FoundPart[]): ChosenParts {
  const { kept, notes } = newest(found);
  const [first] = kept;
  for (const other of kept.slice(1)) {
    const why = first && difference(first, other);
    // Names of files, objects and kernels come from wherever the reports come from.
    if (why !== undefined) throw new UsageError('shards_differ', cleaned(why, shown));
  }
  return {
    parts: kept.map(({ part }) => part),
    notes: [...notes, ...updatedKernels(kept)].map((note) => terminal(note, MESSAGE_LENGTH)),
  };
}

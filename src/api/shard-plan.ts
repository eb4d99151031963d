import { createHash } from 'node:crypto';
import { UsageError } from '../model/errors.ts';
import { artifactName, fileName } from '../model/object-names.ts';
import { MAX_SHARDS, type NamedCell, type PlannedCell, type Shard } from '../model/shard.ts';
import { costsOf, type KnownCost } from '../plan/costs.ts';
import { planCells } from '../plan/plan.ts';
import { assignShards } from '../plan/shard.ts';
import { payloadIdentity } from '../run/payload.ts';
import type { PlannedRun } from '../run/run-check.ts';
import type { PreparedRun } from './check.ts';
import type { LoadedRun } from './load-run.ts';

/** A plan for several machines. */
export interface ShardPlan {
  /** Same for every machine that plans the same. */
  readonly digest: string;
  /** Every cell by its names, sorted. */
  readonly named: readonly NamedCell[];
  /** Every cell of each run, artifact by artifact in matrix order. */
  readonly runs: readonly (readonly PlannedCell[])[];
}

/** @throws UsageError for a shard that no plan has: it would run nothing and look green */
export function checkShard(shard: Shard | undefined): void {
  if (shard === undefined) return;
  const { index, total } = shard;
  const whole = Number.isInteger(index) && Number.isInteger(total);
  if (whole && index >= 1 && index <= total && total <= MAX_SHARDS) return;
  throw new UsageError(
    'invalid_option',
    `shard ${index}/${total} cannot be: shards are numbered from 1, and there are at most ${MAX_SHARDS}`,
  );
}

/** What an earlier run says about times. The cost of a kernel is its preparation, which stands in every cell of it. */
export function knownCosts(baseline: LoadedRun | undefined): KnownCost[] {
  return (baseline?.cases ?? []).flatMap(({ name, artifact, report }) => {
    // A report about one object knows its file name only.
    const subjects = [...new Set([name, fileName(artifact), artifactName(artifact)])];
    // A cell that was never run took no time: that says nothing about the next run.
    return report.targets.flatMap(({ profile: kernel, ms }) =>
      ms === undefined || ms.total === 0
        ? []
        : subjects.map((subject) => ({ subject, kernel, kernelMs: ms.prepare, cellMs: ms.total })),
    );
  });
}

/** Maps would all look alike. */
function withMaps(_key: string, value: unknown): unknown {
  return value instanceof Map ? [...value] : value;
}

/** A manifest as any machine reads it, wherever it lies there. Assets are compared by their contents. */
function withoutPaths(manifest: { readonly file: string } | undefined): string {
  if (!manifest) return '';
  const text = JSON.stringify({ ...manifest, assets: undefined }, withMaps);
  return text.replaceAll(JSON.stringify(manifest.file).slice(1, -1), '');
}

/** The same for the same value on every machine. */
function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value, withMaps)).digest('hex');
}

function byName(a: NamedCell, b: NamedCell): number {
  return a.kernel === b.kernel ? (a.subject < b.subject ? -1 : 1) : a.kernel < b.kernel ? -1 : 1;
}

/** The same for the same older run, wherever it was read from. */
function baselineDigest(baseline: LoadedRun | undefined): string {
  return digestOf(baseline?.cases.map(({ name, artifact, report }) => [name, artifact, report.targets]) ?? null);
}

/** Everything besides objects and kernels that makes a run the same one on every machine. */
function identityOf({ run, gate, baseline }: PreparedRun): unknown {
  const { validationMode, loader, loaders, maxInsns, payload, manifest } = run;
  return [
    validationMode,
    loader,
    maxInsns,
    payload && payloadIdentity(payload),
    ...(loaders ? [[loaders.gate, ...loaders.beside].map((one) => one?.sha256)] : []),
    withoutPaths(manifest),
    gate.failOn,
    gate.expectations?.map(({ code, subject, program, reason }) => [code, subject, program, reason]),
    baselineDigest(baseline?.run),
  ];
}

/** What each object of a run is called in a plan: a case of a suite by the name of the case. */
function namesOf({ name, subjects }: PlannedRun): string[] {
  return subjects.map(({ artifact }) => name || artifact.name);
}

/**
 * Divides the cells of all runs among machines.
 * @param costs older run that says how long things take
 */
export function divideRuns(
  runs: readonly PreparedRun[],
  total: Shard['total'],
  costs: LoadedRun | undefined,
): ShardPlan {
  const names = runs.map(({ run }) => namesOf(run));
  const cells = runs.flatMap(({ run: { subjects, targets } }, run) =>
    planCells(
      subjects.map(({ artifact }) => artifact),
      targets,
    ).map((cell) => ({
      run,
      cell,
      subject: names[run]?.[cell.artifact] ?? '',
      kernel: targets[cell.target]?.profile.id ?? '',
    })),
  );
  const { shards } = assignShards(cells, total, costsOf(knownCosts(costs)));
  const planned = cells.map((one, index) => ({ ...one, shard: shards[index] ?? 1 }));
  const named = planned.map(({ subject, kernel, shard }) => ({ subject, kernel, shard })).sort(byName);
  const digest = digestOf([
    total,
    named,
    runs.map((one, run) => [
      one.run.subjects.map(({ artifact }, index) => [names[run]?.[index], artifact.sha256]),
      one.run.targets.map(({ profile, required }) => [profile.id, required]),
      identityOf(one),
    ]),
  ]);
  return {
    digest,
    named,
    runs: runs.map((_, run) => planned.filter((one) => one.run === run).map(({ cell, shard }) => ({ ...cell, shard }))),
  };
}

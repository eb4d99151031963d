import type { RunReport } from '../model/report.ts';
import type { PlannedCell, Shard, ShardCase, ShardPart } from '../model/shard.ts';
import { shipmentIdentity } from '../run/shipment.ts';
import { baselineDigest } from './finish-shard.ts';
import type { LoadedRun } from './load-run.ts';
import { shardPart } from './shard-part.ts';
import { divideRuns, type PlanRun, type ShardPlan, withoutPaths } from './shard-plan.ts';
import type { PreparedCase } from './suite-cases.ts';
import type { StartableCase } from './suite-verdicts.ts';

/** A suite of which this machine asks a part. */
export interface SuitePlan {
  readonly shard: Shard;
  readonly plan: ShardPlan;
}

function planRun({ source, ready }: StartableCase): PlanRun {
  const { run, gate, baseline } = ready;
  const { subjects, targets, validationMode, maxInsns, manifest, shipment } = run;
  const decides = [
    gate.failOn,
    gate.expectations?.map(({ code, subject, program, reason }) => [code, subject, program, reason]),
  ];
  return {
    artifacts: subjects.map(({ artifact }) => artifact),
    names: [source.name],
    targets,
    question: [
      validationMode,
      maxInsns,
      shipment && shipmentIdentity(shipment),
      withoutPaths(manifest),
      decides,
      baselineDigest(baseline?.run),
    ],
  };
}

/**
 * Divides the cells of all cases among machines.
 * @param baseline older run that says how long things take; without it that of a case
 */
export function planSuite(cases: readonly StartableCase[], shard: Shard, baseline: LoadedRun | undefined): SuitePlan {
  const older = baseline ?? cases.find(({ ready }) => ready.baseline)?.ready.baseline?.run;
  return { shard, plan: divideRuns(cases.map(planRun), shard.total, older) };
}

/** What this machine runs of a case. */
export function ownCells(position: number, { shard, plan }: SuitePlan): PlannedCell[] {
  return (plan.runs[position] ?? []).filter((cell) => cell.shard === shard.index);
}

/**
 * What this machine contributes to the suite.
 * @param runs of the cases that can start, in order
 */
export function suitePart(
  { shard, plan }: SuitePlan,
  suite: Omit<NonNullable<ShardPart['suite']>, 'cases'>,
  cases: readonly PreparedCase[],
  runs: readonly { readonly one: StartableCase; readonly run: RunReport }[],
): ShardPart {
  const facts = cases.map((one): ShardCase => {
    const position = runs.findIndex((other) => other.one === one);
    return {
      name: one.source.name,
      artifact: one.artifact,
      manifest: one.ready?.manifest ?? '',
      matrix: one.ready?.run.matrix.path ?? one.matrix,
      required: one.source.required,
      origin: one.source.origin,
      error: one.error,
      ...(position >= 0 && { run: position }),
    };
  });
  const parts = runs.map(({ one: { source, ready }, run }, position) => ({
    run,
    cells: plan.runs[position] ?? [],
    gate: ready.gate,
    manifest: ready.manifest,
    artifactVersion: source.artifactVersion,
    artifactVariant: source.artifactVariant,
    artifactUri: source.artifactUri,
    ...(ready.baseline && { baseline: { run: ready.baseline.run, alone: ready.baseline.alone } }),
  }));
  return shardPart(shard, plan, suite.startedAt, parts, { ...suite, cases: facts });
}

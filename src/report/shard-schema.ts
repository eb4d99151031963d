import * as z from 'zod';
import { ISOLATIONS } from '../model/cell.ts';
import { Hello, Stage } from '../model/evidence.ts';
import { LOADER_NAMES } from '../model/guest-loader.ts';
import { Channel, TestedKernel } from '../model/kernel.ts';
import { MAX_SHARDS, type ShardPart } from '../model/shard.ts';

/**
 * The block `shard` of a report as it is read back. The file may come from anywhere: whatever reporters look into is
 * checked here. Values of a newer writer beside that are kept.
 */
const text = z.string();
const position = z.number().int().nonnegative();
const ms = z.number().nonnegative();
const shard = z.number().int().min(1).max(MAX_SHARDS);
const status = z.enum(['pass', 'fail', 'skipped', 'infra_error']);
const failOn = z.enum(['any', 'required', 'regression', 'never']);

const Cell = z.object({ artifact: position, target: position });

const Location = z.looseObject({
  file: text,
  line: position,
  column: position,
  text,
  function: text,
  insn: position.optional(),
  certainty: z.enum(['exact', 'table']),
  repository: z.object({ path: text, line: position, match: z.enum(['exact', 'shifted', 'stale']) }).optional(),
});

const Finding = z.looseObject({
  code: text,
  rollup: text,
  group: z.enum(['object', 'kernel', 'program', 'policy', 'infra']),
  confidence: z.enum(['low', 'medium', 'high']),
  decisive: z.boolean().default(true),
  phase: text,
  subject: text.optional(),
  args: z.record(text, text),
  evidence: z.object({ text, origin: text }).optional(),
  location: Location.optional(),
  also: z.array(text),
});

const Outcome = z.discriminatedUnion('status', [
  z.looseObject({ status: z.literal('pass'), findings: z.array(Finding) }),
  z.looseObject({
    status: z.literal('fail'),
    failedStage: z.enum(['load', 'attach', 'functional', 'validation', 'transport', 'infra', 'command']),
    findings: z.array(Finding),
  }),
  z.looseObject({ status: z.literal('skipped'), reason: text }),
  z.looseObject({ status: z.literal('infra_error'), cause: text, message: text }),
]);

const Guest = z.looseObject({
  lane: text,
  isolation: z.enum(ISOLATIONS),
  accel: z.enum(['kvm', 'tcg']),
  accelReason: text,
  machine: text,
  // Older ones knew no other.
  channel: Channel.default('virtio-serial'),
  cpuModel: text,
  memoryMb: ms,
  qemuVersion: text,
  sandboxLayers: z.array(text),
  argv: z.array(text),
});

const Said = z.looseObject({ hello: Hello, stages: z.array(Stage), document: text.optional() });
const Loader = z.looseObject({ name: z.enum(LOADER_NAMES), version: text, sha256: text, sizeBytes: ms });

const Result = z.looseObject({
  cell: Cell,
  outcome: Outcome,
  prediction: z
    .looseObject({ verdict: z.enum(['loads', 'refused', 'unknown']), floor: text.optional(), why: text })
    .optional(),
  kernel: TestedKernel.optional(),
  evidence: Said.optional(),
  shortened: text.optional(),
  guest: Guest.optional(),
  loader: Loader.optional(),
  loaders: z
    .array(z.looseObject({ loader: Loader, outcome: Outcome, evidence: Said.optional(), totalMs: ms }))
    .optional(),
  timings: z.object({ prepareMs: ms, bootMs: ms, runMs: ms, totalMs: ms }),
  startedAt: text,
  finishedAt: text,
  retriedAfter: text.optional(),
  dir: text.optional(),
});

const Target = z.looseObject({
  profile: z.looseObject({
    id: text,
    distro: text,
    version: text,
    kernelFamily: text,
    arch: z.enum(['x86_64', 'aarch64']),
    runner: text,
    file: text,
  }),
  required: z.boolean(),
  timeoutMs: ms,
});

const Command = z.looseObject({
  command: text,
  expectExitCode: position,
  invocationSha256: text,
  binary: z.looseObject({ basename: text, sha256: text, sizeBytes: ms }).optional(),
});

const Asset = z.looseObject({ path: text, source: text, sha256: text, sizeBytes: ms, executable: z.boolean() });

const Run = z.looseObject({
  runId: text,
  startedAt: text,
  finishedAt: text,
  artifacts: z.array(z.looseObject({ path: text, basename: text, name: text, sha256: text, sizeBytes: ms })),
  matrix: z.object({ path: text, name: text }),
  targets: z.array(Target),
  validationMode: text,
  attachMode: z.enum(['disabled', 'best-effort', 'required']),
  flags: z.array(text).optional(),
  command: Command.optional(),
  assets: z.array(Asset).optional(),
  results: z.array(Result),
  known: z.array(z.object({ id: text, distro: text, kernelFamily: text })).optional(),
  validator: z.object({ basename: text, sha256: text, sizeBytes: ms }),
  notes: z.array(text),
  runDir: text,
  durationMs: ms,
});

const Bound = z.object({
  relation: z.enum(['<', '<=', '>', '>=', '=']),
  number: z.tuple([z.number(), z.number()]),
});
const Gate = z.object({
  minKernel: z.object({ number: z.tuple([z.number(), z.number()]), origin: text }).optional(),
  requiredProfiles: z.array(text).optional(),
  failOn: failOn.optional(),
  expectations: z
    .array(
      z.looseObject({
        profiles: z.array(text),
        kernels: z.object({ text, bounds: z.array(Bound) }).optional(),
        code: text,
        subject: text.optional(),
        program: text.optional(),
        says: text.optional(),
        reason: text,
        origin: text,
      }),
    )
    .optional(),
});

const Identity = z.object({ path: text, runId: text, summaryStatus: text });
const RecordedTarget = z.looseObject({
  profile: text,
  required: z.boolean(),
  status,
  classification: text,
  confidence: text,
  causes: z.array(
    z.looseObject({
      code: text,
      reason: text,
      subject: text,
      program: text.optional(),
      detail: text.optional(),
      decisive: z.boolean().optional(),
      file: text,
      line: position,
      title: text,
    }),
  ),
  programs: z.array(z.object({ name: text, insns: ms })),
});
const OlderRun = Identity.extend({
  kind: z.enum(['report', 'collection']),
  cases: z.array(
    z.object({ name: text, artifact: text, report: Identity.extend({ targets: z.array(RecordedTarget) }) }),
  ),
});

const ShardRun = z.object({
  run: Run,
  cells: z.array(Cell.extend({ shard })),
  gate: Gate,
  manifest: text,
  artifactVersion: text,
  artifactVariant: text,
  artifactUri: text,
  baseline: z.object({ run: OlderRun, alone: z.boolean() }).optional(),
});

const Suite = z.object({
  name: text,
  startedAt: text,
  finishedAt: text,
  durationMs: ms,
  baseline: Identity.extend({ gone: z.array(text) }).optional(),
  cases: z.array(
    z.object({
      name: text,
      artifact: text,
      manifest: text,
      matrix: text,
      required: z.boolean(),
      origin: text,
      error: text,
      run: position.optional(),
    }),
  ),
});

const Part = z
  .object({
    index: shard,
    total: shard,
    started_at: text,
    plan: z.object({ digest: text, cells: z.array(z.object({ subject: text, kernel: text, shard })) }),
    format: z.literal('bpfcompat_shard.v1'),
    version: text,
    suite: Suite.optional(),
    runs: z.array(ShardRun),
  })
  .refine(({ index, total }) => index <= total, { path: ['index'] })
  .refine(({ runs }) => runs.every(({ run, cells }) => cells.every((cell) => isIn(cell, run))), { path: ['runs'] })
  .refine(({ runs }) => runs.every(({ run }) => run.results.every(({ cell }) => isIn(cell, run))), { path: ['runs'] })
  .refine(({ suite, runs }) => (suite?.cases ?? []).every(({ run }) => run === undefined || run < runs.length), {
    path: ['suite'],
  });

function isIn(
  cell: z.infer<typeof Cell>,
  run: { artifacts: readonly unknown[]; targets: readonly unknown[] },
): boolean {
  return cell.artifact < run.artifacts.length && cell.target < run.targets.length;
}

/** A report that may hold a part; `shard` is absent in the report of a whole run. */
export const WithPart = z.object({ schema_version: text, shard: Part.optional() });

/** The part of a report, as the machine that wrote it had it; undefined in the report of a whole run. */
export function partOf({ shard: part }: z.infer<typeof WithPart>): ShardPart | undefined {
  if (part === undefined) return undefined;
  const { started_at: startedAt, ...rest } = part;
  // JSON has no undefined: what was that is not there, and the two cannot be distinguished.
  return { ...rest, startedAt } as unknown as ShardPart;
}

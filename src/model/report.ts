import type { Artifact, AttachMode, CellResult, Target } from './cell.ts';
import type { Comparison } from './comparison.ts';
import type { Expected, FailOn } from './gate.ts';
import type { Profile } from './kernel.ts';
import type { AssetFact, CommandFacts } from './loader-command.ts';
import type { ShardPart } from './shard.ts';

/** `error`: something could not be tested, and no required failure was observed. */
export type RunStatus = 'pass' | 'fail' | 'error';

/** What the gate says about a run, or about the part of it that belongs to one artifact (docs/gate.md). */
export interface Verdict {
  readonly status: RunStatus;
  readonly exitCode: 0 | 1 | 2;
  /** One sentence per target that decided, and per optional target that gave no result. */
  readonly reasons: readonly string[];
  /** What decides has no result from every kernel it needs, whatever the status; absent when it was. */
  readonly inconclusive?: true;
  /** What decided; absent where it is `required`, as it always was. */
  readonly failOn?: FailOn;
  /** Kernels with a declared failure, and what became of it; absent where nothing is declared. */
  readonly expected?: readonly Expected[];
}

/** What tables show of a version that is neither the baseline nor the one that is judged. */
export interface VersionBetween {
  readonly label: string;
  /** Of each artifact of the run: status by profile; empty for one that the version lacks. */
  readonly statuses: readonly Readonly<Record<string, string>>[];
}

/**
 * Everything a run found out, before it becomes a file. One per run; reporters turn it into the formats of docs/report.md.
 * `results[i]` belongs to `results[i].cell`; cells of one artifact keep matrix order.
 */
export interface RunReport {
  readonly runId: string;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly artifacts: readonly Artifact[];
  readonly matrix: { readonly path: string; readonly name: string };
  readonly targets: readonly Target[];
  readonly validationMode: string;
  /** What the validator was to do about attaching. */
  readonly attachMode: AttachMode;
  /** Flags of `test`, each a word, besides those for objects and kernels, that repeat the same run. */
  readonly flags?: readonly string[];
  /** The command that was run in the guests instead of a load; absent without one. */
  readonly command?: CommandFacts | undefined;
  /** Files that the guests got because a manifest or suite names them; absent without any. */
  readonly assets?: readonly AssetFact[];
  readonly results: readonly CellResult[];
  /** Each artifact against its older report, in order; undefined for one that the baseline does not have. */
  readonly baseline?: readonly (Comparison | undefined)[];
  /** Labels of versions that were tested at once: `baseline` above is then the oldest one. Absent: one version. */
  readonly versions?: {
    readonly baseline: string;
    /** Those that came between, the oldest first. */
    readonly between?: readonly VersionBetween[];
    readonly current: string;
  };
  /** Kernels of the catalog, part of the run or not; absent when no one looked. */
  readonly known?: readonly Pick<Profile, 'id' | 'distro' | 'kernelFamily'>[];
  readonly validator: { readonly basename: string; readonly sha256: string; readonly sizeBytes: number };
  readonly notes: readonly string[];
  /** What this machine contributes to a run that several share; absent where one machine runs everything. */
  readonly part?: ShardPart;
  /** The run as one of several machines saw it: what it lacks is run by the others. */
  readonly partial?: true;
  readonly runDir: string;
  /** Wall time of the whole run in milliseconds. */
  readonly durationMs: number;
}

import type { Artifact, AttachMode, CellResult, Target } from './cell.ts';

export type RunStatus = 'pass' | 'fail' | 'error';

/** What the gate says about a run, or about the part of it that belongs to one artifact (contract section 1). */
export interface Verdict {
  readonly status: RunStatus;
  readonly exitCode: 0 | 1 | 2;
  /** One sentence per target that decided, and per optional target that gave no answer. */
  readonly reasons: readonly string[];
}

/**
 * Everything a run found out, before it becomes a file. One per run; reporters turn it into the contract's formats.
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
  /** What the validator was told to do about attaching. */
  readonly attachMode: AttachMode;
  /** Flags of `test`, each a word, besides those for objects and kernels, that ask the same question again. */
  readonly flags?: readonly string[];
  readonly results: readonly CellResult[];
  readonly validator: { readonly basename: string; readonly sha256: string; readonly sizeBytes: number };
  readonly notes: readonly string[];
  readonly runDir: string;
  /** Wall time of the whole run in milliseconds. */
  readonly durationMs: number;
}

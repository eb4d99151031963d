import type { Artifact, CellResult, Target } from './cell.ts';

export type RunStatus = 'pass' | 'fail' | 'error';

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
  readonly results: readonly CellResult[];
  readonly validator: { readonly basename: string; readonly sha256: string; readonly sizeBytes: number };
  readonly notes: readonly string[];
  readonly runDir: string;
}

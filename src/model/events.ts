import type { CellResult, GuestFacts } from './cell.ts';
import type { Stage } from './evidence.ts';
import type { Expected } from './gate.ts';
import type { TestedKernel } from './kernel.ts';

/** What happens during a run, in order. Progress lines, logs and tests are listeners of this one stream. */
export type RunEvent =
  /** `cellCounts`: how many cells each target has; without it, one per artifact. */
  | {
      type: 'run-start';
      runId: string;
      artifacts: readonly string[];
      targets: readonly string[];
      cells: number;
      cellCounts?: readonly number[];
    }
  | { type: 'accel'; accel: 'kvm' | 'tcg'; reason: string }
  | { type: 'kernel-start'; profile: string }
  /** Bytes of `total` that have arrived; `total` 0 = not known yet. */
  | { type: 'kernel-progress'; profile: string; what: string; bytes: number; total: number }
  | { type: 'kernel-ready'; profile: string; record: TestedKernel; cached: boolean; ms: number }
  | { type: 'kernel-failed'; profile: string; message: string }
  | { type: 'cell-start'; artifact: number; target: number }
  | { type: 'cell-booting'; artifact: number; target: number; guest: GuestFacts }
  | { type: 'cell-testing'; artifact: number; target: number; bootMs: number }
  | { type: 'cell-stage'; artifact: number; target: number; stage: Stage }
  /** `expected`: what became of the failures that are declared for the cell. */
  | { type: 'cell-end'; artifact: number; target: number; result: CellResult; expected?: Expected }
  /** Everything was tested; `reports`: how many cases or objects have one. */
  | { type: 'reports-start'; reports: number }
  | { type: 'note'; message: string }
  | { type: 'run-end'; status: 'pass' | 'fail' | 'error'; ms: number };

/** Hears what a user should know although nothing failed. */
export type NoteListener = (message: string) => void;

/** Gets each event of a run as it happens. */
export type EventListener = (event: RunEvent) => void;

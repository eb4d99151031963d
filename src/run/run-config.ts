import type { LoaderSettings } from '../config/loader-settings.ts';
import type { Manifest } from '../config/manifest.ts';
import type { InsnBudget } from '../model/budget.ts';
import type { Artifact, Cell, Target, ValidationMode } from '../model/cell.ts';
import type { Shipment } from './shipment.ts';

/** An object to be checked, as the user named it. */
export interface ArtifactInput {
  /** Path, absolute or relative to the current directory. */
  readonly path: string;
  /** Name of its history family; default from the file name. */
  readonly name?: string | undefined;
}

/** Everything a run needs to know, checked and with defaults filled in. */
export interface RunConfig {
  readonly artifacts: readonly ArtifactInput[];
  readonly manifest: Manifest | undefined;
  readonly matrix: { readonly path: string; readonly name: string };
  /** Kernels in matrix order. */
  readonly targets: readonly Target[];
  readonly validationMode: ValidationMode | undefined;
  /** Absent: nothing is set beyond the manifest. */
  readonly loader?: LoaderSettings;
  /** Wins over the manifest's; undefined: only the manifest decides. */
  readonly maxInsns?: InsnBudget | undefined;
  /** What the guests get besides the objects; with a command in it, the objects may be none. */
  readonly shipment?: Shipment | undefined;
  /** Name in the report of a command without an object; empty or absent: its program's. */
  readonly commandName?: string;
  /** What the user should know although nothing failed; stands in the report. */
  readonly notes?: readonly string[];
  /** Flags that ask the same question again; they stand in the report. */
  readonly flags?: readonly string[];
  /** The cells to ask, of objects that were read; absent: all of them. */
  readonly choose?: ((artifacts: readonly Artifact[]) => readonly Cell[]) | undefined;
  /** Guests at the same time, at least 1. */
  readonly concurrency: number;
  /** Absolute path. */
  readonly workdir: string;
}

import type { LoaderSettings } from '../config/loader-settings.ts';
import type { InsnBudget } from '../model/budget.ts';
import type { ValidationMode } from '../model/cell.ts';
import type { CommandOptions } from './command-mode.ts';
import type { KernelOptions } from './kernel-options.ts';
import type { RunOptions } from './run-options.ts';

/** What `validate` is to check, and how. */
export interface ValidateOptions extends RunOptions, KernelOptions {
  /** Compiled objects (`.bpf.o`): paths or patterns (`build/*.bpf.o`) relative to `cwd`. May be none with `command`. */
  readonly artifacts: readonly string[];
  readonly manifest?: string;
  /** Name of the artifact in the report; only with a single artifact. */
  readonly artifactName?: string;
  readonly artifactVersion?: string;
  readonly artifactVariant?: string;
  readonly artifactUri?: string;
  readonly mode?: ValidationMode | undefined;
  /** Command mode: this is run in every guest instead of a load, and its exit code decides. */
  readonly command?: CommandOptions | undefined;
  /** What the object's own loader would set; wins over the manifest. */
  readonly loader?: LoaderSettings;
  /** Each object is tested on one kernel of each class, and the others are inferred from it (docs/sampling.md). */
  readonly sample?: boolean;
  /** With `sample`: directory with facts of kernels, relative to `cwd`. */
  readonly facts?: string;
  /** With `sample`: a pass that is inferred counts for a required kernel. */
  readonly acceptInferred?: boolean;
  /** Programs that cost the verifier more fail: instructions, or a share of the kernel's limit; wins over the manifest. */
  readonly maxInsns?: InsnBudget | undefined;
}

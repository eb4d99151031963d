import type { LoaderSettings } from '../config/loader-settings.ts';
import type { InsnBudget } from '../model/budget.ts';
import type { Isolation, ValidationMode } from '../model/cell.ts';
import type { EventListener } from '../model/events.ts';
import type { ReportFiles } from '../model/formats.ts';
import type { FailOn } from '../model/gate.ts';
import type { LocalKernel } from '../model/local-kernel.ts';
import type { Shard } from '../model/shard.ts';
import type { CommandOptions } from './command-mode.ts';
import type { Environment } from './services.ts';

/** What `validate` is asked to check, and how. */
export interface ValidateOptions extends Environment {
  /** Compiled objects (`.bpf.o`): paths or patterns (`build/*.bpf.o`) relative to `cwd`. May be none with `command`. */
  readonly artifacts: readonly string[];
  /** Exactly one way to choose kernels: a matrix (file or built-in name), profile ids, or the built-in matrix quick. */
  readonly matrix?: string;
  readonly kernels?: readonly string[];
  readonly quick?: boolean;
  /** Kernels of one's own, besides those or alone; paths are relative to `cwd`. */
  readonly localKernels?: readonly LocalKernel[];
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
  /** Programs that cost the verifier more fail: instructions, or a share of the kernel's limit; wins over the manifest. */
  readonly maxInsns?: InsnBudget | undefined;
  /** Older report, collection or run directory of the same objects, relative to `cwd`: failures that it has are known. */
  readonly baseline?: string;
  /** What makes the verdict a failure; wins over the manifest. Default `required`. */
  readonly failOn?: FailOn | undefined;
  /** Guests at the same time. Default 2. */
  readonly concurrency?: number;
  /** Milliseconds for one object on one kernel, boot included. Default 180 000. */
  readonly timeoutMs?: number;
  /** Directory for the evidence of runs, relative to `cwd`. Default `.bpfcompat`. */
  readonly workDir?: string;
  /** `cell` (default): a fresh copy of a booted guest per cell; `boot`: boot every cell from nothing. */
  readonly isolation?: Isolation;
  /** Never use the network. */
  readonly offline?: boolean;
  readonly refreshKernels?: boolean;
  /** JSON report to write, relative to `cwd`. */
  readonly out?: string;
  /** Markdown report to write, relative to `cwd`. */
  readonly markdown?: string;
  /** Reports for other programs; they come after the JSON report. */
  readonly files?: ReportFiles | undefined;
  /** Asks one part of the cells; `mergeReports` puts the parts together and gives the verdict. */
  readonly shard?: Shard | undefined;
  readonly signal?: AbortSignal;
  readonly onEvent?: EventListener;
}

import type { Isolation, LaneChoice } from '../model/cell.ts';
import type { EventListener } from '../model/events.ts';
import type { ReportFiles } from '../model/formats.ts';
import type { FailOn } from '../model/gate.ts';
import type { Runner } from '../model/kernel.ts';
import type { Shard } from '../model/shard.ts';
import type { Environment } from './services.ts';

/** Where the reports of a run or a suite go, and what decides: the same for what boots kernels and for what merges. */
export interface ReportOptions extends Environment {
  /** JSON report to write, relative to `cwd`; of a suite the document of the whole, besides the reports of its cases. */
  readonly out?: string;
  /** Markdown report to write, relative to `cwd`. */
  readonly markdown?: string;
  /** Reports for other programs, relative to `cwd`; they come after the JSON report. */
  readonly files?: ReportFiles | undefined;
  /** Directory for the evidence of runs and for the history, relative to `cwd`. Default `.bpfcompat`. */
  readonly workDir?: string;
  /**
   * Older report, collection or suite document, or run directory of the same objects, relative to `cwd`: failures that it
   * has are known. Wins over what a suite file says and over the one that shards were given.
   */
  readonly baseline?: string;
  /** What makes the verdict a failure; wins over suite file, manifests and what shards were run with. Default `required`. */
  readonly failOn?: FailOn | undefined;
  readonly onEvent?: EventListener;
}

/** How kernels are run; wins over what a suite file says. */
export interface RunOptions extends ReportOptions {
  /** Guests at the same time. Default 2. */
  readonly concurrency?: number | undefined;
  /** Milliseconds for one object on one kernel, boot included. Default 180 000. */
  readonly timeoutMs?: number | undefined;
  /** `cell` (default): a fresh copy of a booted guest per cell; `boot`: boot every cell from nothing. */
  readonly isolation?: Isolation;
  /** `direct`: the vendor's kernel alone; `image`: the vendor's whole system. Default: what the profile says enough for. */
  readonly lane?: LaneChoice | undefined;
  /** What boots the kernels (docs/lanes.md). Default vm; kernels whose profiles want another one are not tested. */
  readonly runner?: Runner | undefined;
  /** GiB by which the disk of guests of the image lane is larger than that of their image. Default 0. */
  readonly diskResize?: number | undefined;
  /** Never use the network. */
  readonly offline?: boolean;
  /** Look for newer kernel packages even where one is stored. */
  readonly refreshKernels?: boolean;
  /** Runs one part of the cells; `mergeReports` puts the parts together and gives the verdict. */
  readonly shard?: Shard | undefined;
  readonly signal?: AbortSignal;
}

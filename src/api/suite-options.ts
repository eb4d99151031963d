import type { Isolation } from '../model/cell.ts';
import type { EventListener } from '../model/events.ts';
import type { ReportFiles } from '../model/formats.ts';
import type { FailOn } from '../model/gate.ts';
import type { Shard } from '../model/shard.ts';
import type { Environment } from './services.ts';

/** What `validateSuite` is asked to check, and how. */
export interface SuiteOptions extends Environment {
  /** Suite file, relative to `cwd`; empty: the one that `init` wrote there. */
  readonly suite: string;
  /** JSON and Markdown of the whole suite, relative to `cwd`. Each case has reports of its own besides. */
  readonly out?: string;
  readonly markdown?: string;
  /** These three win over the file. A relative `workDir` starts from the directory of the suite file. */
  readonly workDir?: string;
  readonly timeoutMs?: number | undefined;
  readonly concurrency?: number | undefined;
  /** Older suite document, report or run directory, relative to `cwd`; wins over the file. Failures it has are known. */
  readonly baseline?: string;
  /** What makes a case a failure; wins over the file and the manifests. */
  readonly failOn?: FailOn | undefined;
  /** Ends after the first case (in the order of the file) that decides and does not pass. */
  readonly stopOnFailure?: boolean;
  /** Reports for other programs, relative to `cwd`. */
  readonly files?: ReportFiles | undefined;
  /** Asks one part of the cells; `mergeReports` puts the parts together and gives the verdict. */
  readonly shard?: Shard | undefined;
  readonly isolation?: Isolation;
  /** Never use the network. */
  readonly offline?: boolean;
  readonly refreshKernels?: boolean;
  readonly signal?: AbortSignal;
  readonly onEvent?: EventListener;
}

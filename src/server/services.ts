import type { ResolvedEnvironment } from '../api/services.ts';
import type { Host } from '../host/host.ts';
import type { AssetTexts } from '../site/pages.ts';
import type { Authenticator } from './authenticate.ts';
import type { JobStore } from './job-store.ts';
import type { Jobs } from './jobs.ts';
import type { ServedKernel } from './kernels.ts';
import type { Lists } from './lists.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import type { Runs } from './runs.ts';
import type { ServerSettings } from './settings.ts';

/** Everything that requests are served with. */
export interface Services {
  readonly settings: ServerSettings;
  readonly environment: ResolvedEnvironment;
  readonly host: Host;
  readonly jobs: Jobs;
  readonly store: JobStore;
  readonly lists: Lists;
  /** What runs that began earlier came to is not shown (ms since 1970); -1: all is. */
  readonly shownSince: () => number;
  readonly runs: Runs;
  readonly kernels: () => Promise<readonly ServedKernel[]>;
  readonly authenticate: Authenticator;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly assets: AssetTexts;
}

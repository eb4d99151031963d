import type { Isolation, LaneChoice } from '../model/cell.ts';
import { UsageError } from '../model/errors.ts';
import type { FailOn } from '../model/gate.ts';
import type { LocalKernel } from '../model/local-kernel.ts';
import type { Shard } from '../model/shard.ts';
import { option, phrase } from '../model/wording.ts';
import { readFlagValue } from './flag-values.ts';
import { parseLocalKernels } from './local-kernels.ts';
import { type LockMode, lockMode } from './lock.ts';
import { checkReportFiles } from './merge-options.ts';
import { needsNetwork, sameFile } from './missing-option.ts';
import type { ValuesOf } from './options.ts';
import { checkFailOn } from './report-options.ts';
import { parseShard } from './shard.ts';
import { checkIsolation, checkLane } from './test-options.ts';
import { quoted } from './words.ts';
import { MAX_TIMEOUT_MS } from './yaml-schema.ts';

/** What `suite` is to do, checked. Texts that were not given are empty. */
export interface SuiteCommandOptions
  extends Omit<
    ValuesOf<'suite'>,
    'timeout' | 'concurrency' | 'isolation' | 'lane' | 'failOn' | 'failOnRegression' | 'shard' | 'kernel'
  > {
  /** Milliseconds; undefined: the file decides. */
  readonly timeoutMs: number | undefined;
  readonly concurrency: number | undefined;
  readonly isolation: Isolation;
  /** undefined: what each profile says enough for. */
  readonly lane: LaneChoice | undefined;
  readonly lock: LockMode;
  /** Kernels of the user's own, for every case besides those of the file. */
  readonly localKernels: readonly LocalKernel[];
  /** undefined: the file and the manifests decide. */
  readonly failOn: FailOn | undefined;
  /** undefined: this machine runs everything. */
  readonly shard: Shard | undefined;
}

/** @throws UsageError that names the flag and the remedy */
export function checkSuiteOptions(values: ValuesOf<'suite'>): SuiteCommandOptions {
  const { timeout, failOnRegression, kernel, ...rest } = values;
  if (values.out !== '' && values.out === values.markdown) {
    throw sameFile('out', 'markdown', quoted(values.out));
  }
  checkReportFiles(values);
  if (values.stopOnFailure && values.shard !== '') {
    throw new UsageError(
      'flag_conflict',
      phrase`${option('stop-on-failure')} needs all cases on one machine, and ${option('shard')} divides them; remove one of them`,
    );
  }
  if (values.offline && values.refreshKernels) throw needsNetwork();
  const row = {
    name: 'timeout',
    type: 'duration',
    default: '',
    description: '',
    commands: [],
    max: MAX_TIMEOUT_MS,
  } as const;
  return {
    ...rest,
    timeoutMs: timeout === '' ? undefined : Number(readFlagValue(row, timeout)),
    concurrency: values.concurrency === 0 ? undefined : values.concurrency,
    isolation: checkIsolation(values.isolation),
    lane: checkLane(values.lane),
    lock: lockMode(values),
    localKernels: parseLocalKernels(kernel),
    failOn: checkFailOn(values.failOn, failOnRegression),
    shard: parseShard(values.shard),
  };
}

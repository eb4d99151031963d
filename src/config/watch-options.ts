import { UsageError } from '../model/errors.ts';
import type { LocalKernel } from '../model/local-kernel.ts';
import { option, phrase } from '../model/wording.ts';
import { rejectOtherWords } from './check-options.ts';
import { choosesNone } from './kernel-choice.ts';
import { parseLocalKernels } from './local-kernels.ts';
import { lockMode } from './lock.ts';
import type { OptionName, ValuesOf } from './options.ts';
import { checkIsolation, checkLane, checkWatchOptions, type WatchOptions } from './test-options.ts';

/** `watch --suite`: what is undefined is left to the suite file. */
export interface WatchSuiteArguments
  extends Pick<
    WatchOptions,
    'isolation' | 'lane' | 'offline' | 'refreshKernels' | 'allowProfileOverride' | 'lock' | 'noColor' | 'quiet'
  > {
  readonly suite: string;
  readonly localKernels: readonly LocalKernel[];
  readonly workdir: string;
  readonly timeoutMs: number | undefined;
  readonly concurrency: number | undefined;
}

export type WatchArguments = WatchOptions | WatchSuiteArguments;

/** What a suite says itself, case by case. */
const OF_THE_SUITE = [
  'artifact',
  'matrix',
  'kernels',
  'quick',
  'manifest',
  'validation-mode',
  'max-insns',
  'set-rodata',
  'set-attach-target',
  'strict-libbpf',
  'no-modules',
  'btf',
] as const satisfies readonly OptionName[];

/**
 * What `watch` needs, checked.
 * @param given names of the flags that were typed
 * @param words objects, directories and patterns
 * @throws UsageError that names the flag, what is wrong and what to do
 */
export function checkWatchArguments(
  values: ValuesOf<'watch'>,
  given: ReadonlySet<string>,
  words: readonly string[] = [],
): WatchArguments {
  if (values.suite === '') {
    const artifact = [...values.artifact, ...words];
    rejectOtherWords(artifact);
    return checkWatchOptions({ ...values, artifact, quick: values.quick || choosesNone(values) });
  }
  const other = words.length > 0 ? 'artifact' : OF_THE_SUITE.find((name) => given.has(name));
  if (other !== undefined) {
    throw new UsageError(
      'flag_conflict',
      phrase`${option('suite')} and ${option(other)}: the suite file says that itself; remove one of them`,
    );
  }
  const { suite, isolation, lane, offline, refreshKernels, allowProfileOverride, noColor, quiet } = values;
  return {
    ...{ suite, offline, refreshKernels, allowProfileOverride, noColor, quiet },
    lock: lockMode(values),
    localKernels: parseLocalKernels(values.kernel),
    isolation: checkIsolation(isolation),
    lane: checkLane(lane),
    workdir: given.has('workdir') ? values.workdir : '',
    timeoutMs: given.has('timeout') ? values.timeoutMs : undefined,
    concurrency: given.has('concurrency') ? values.concurrency : undefined,
  };
}

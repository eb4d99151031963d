import type { LaneChoice } from '../model/cell.ts';
import { UsageError } from '../model/errors.ts';
import type { LocalKernel } from '../model/local-kernel.ts';
import { option, phrase } from '../model/wording.ts';
import { DURATION_HINT, parseDuration } from './duration.ts';
import { chooseKernels, type KernelChoice } from './kernel-choice.ts';
import { parseLocalKernels } from './local-kernels.ts';
import { type LockMode, lockMode } from './lock.ts';
import { missing } from './missing-option.ts';
import type { ValuesOf } from './options.ts';
import { checkLane } from './test-options.ts';
import { quoted } from './words.ts';

export type FetchOptions = Pick<
  ValuesOf<'kernels fetch'>,
  'userland' | 'modules' | 'refreshKernels' | 'allowProfileOverride' | 'json' | 'quiet' | 'noColor'
> & {
  /** undefined: only the userland is wanted. */
  readonly kernels: KernelChoice | undefined;
  readonly localKernels: readonly LocalKernel[];
  readonly lock: LockMode;
  readonly lane: LaneChoice | undefined;
};

/** @param words ids behind the command. @throws UsageError that names the flag and the remedy */
export function checkFetchOptions(values: ValuesOf<'kernels fetch'>, words: readonly string[]): FetchOptions {
  const { refreshKernels, allowProfileOverride, json, quiet, noColor, userland, modules } = values;
  const { matrix, kernels: ids, quick, all, kernel } = values;
  const alone = userland && !quick && !all && matrix === '' && ids.length + words.length + kernel.length === 0;
  return {
    kernels: alone ? undefined : chooseKernels(values, 'kernels fetch', words),
    localKernels: parseLocalKernels(kernel),
    lock: lockMode(values),
    lane: checkLane(values.lane),
    ...{ userland, modules, refreshKernels, allowProfileOverride, json, quiet, noColor },
  };
}

/** @throws UsageError `flag_conflict` */
export function checkPruneOptions(values: ValuesOf<'kernels prune'>): ValuesOf<'kernels prune'> {
  if (values.all && values.keep.length > 0) {
    throw new UsageError(
      'flag_conflict',
      phrase`${option('all')} and ${option('keep')} contradict each other; give only one of them`,
    );
  }
  return values;
}

/** @throws UsageError that names the flag and the remedy */
export function checkSweepOptions(values: ValuesOf<'kernel-sweep'>): ValuesOf<'kernel-sweep'> {
  if (values.profile === '') throw missing('profile', 'ubuntu-22.04-5.15');
  if ((parseDuration(values.targetTimeout) ?? 0) > 0) return values;
  throw new UsageError(
    'flag_value',
    phrase`${option('target-timeout')} ${quoted(values.targetTimeout)}: ${DURATION_HINT}`,
  );
}

/** @throws UsageError `missing_flag` without a matrix */
export function checkProfileListOptions(values: ValuesOf<'profile list'>): ValuesOf<'profile list'> {
  if (values.matrix === '') throw missing('matrix', 'quick');
  return values;
}

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

export type LockArguments = Pick<
  ValuesOf<'lock'>,
  'suite' | 'offline' | 'check' | 'allowProfileOverride' | 'json' | 'quiet'
> & {
  /** undefined: those of the suite, or else those that are locked already. */
  readonly kernels: KernelChoice | undefined;
  readonly lane: LaneChoice | undefined;
};

/** @throws UsageError that names the flag and the remedy */
export function checkLockArguments(values: ValuesOf<'lock'>): LockArguments {
  const { suite, offline, check, allowProfileOverride, json, quiet, ...flags } = values;
  const chosen = flags.quick || flags.matrix !== '' || flags.kernels.length > 0;
  if (chosen && suite !== '') {
    throw new UsageError('flag_conflict', phrase`${option('suite')} says itself which kernels; give it alone`);
  }
  const kernels = chosen ? chooseKernels(flags, 'lock') : undefined;
  const lane = checkLane(flags.lane);
  return { kernels, lane, suite, offline, check, allowProfileOverride, json, quiet };
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

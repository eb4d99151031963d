import type { LaneChoice } from '../model/cell.ts';
import { UsageError } from '../model/errors.ts';
import { option, phrase } from '../model/wording.ts';
import { chooseKernels, type KernelChoice } from './kernel-choice.ts';
import type { ValuesOf } from './options.ts';
import { checkLane } from './test-options.ts';

/** What `lock` is to write. */
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

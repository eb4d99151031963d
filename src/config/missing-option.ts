import { UsageError } from '../model/errors.ts';
import { flag, option, phrase, setting } from '../model/wording.ts';
import type { OptionName } from './options.ts';

/** The error for an option that a command cannot do without. @param example a value as one would write it */
export function missing(name: OptionName, example: string): UsageError {
  return new UsageError(
    'missing_flag',
    phrase`${option(name)} is missing; add it, for example ${setting(name, example)}`,
  );
}

/** The error for two reports in one file. @param shown how the message shows its name */
export function sameFile(one: OptionName, other: OptionName, shown: string): UsageError {
  return new UsageError(
    'flag_conflict',
    phrase`${option(one)} and ${option(other)} are the same file ${shown}; choose two`,
  );
}

/** The error for a look at the network that is not allowed. */
export function needsNetwork(): UsageError {
  return new UsageError(
    'flag_conflict',
    phrase`${option('refresh-kernels')} needs the network, which ${option('offline')} forbids; remove one of them`,
  );
}

/** What to write in place of a kernel that stands where an object would: most often behind the first one of `--kernels`. */
export function kernelRemedy(word: string): string {
  return `it is called like a kernel: kernels go behind ${flag('kernels')}, several with commas and no blanks (${flag('kernels')} debian-12-6.1,${word}); a file of that name is ./${word}`;
}

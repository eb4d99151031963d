import * as z from 'zod';
import { type Profile, UPSTREAM_RELEASE } from '../model/kernel.ts';
import type { Wording } from '../model/wording.ts';
import { MAX_CPUS, MAX_MEMORY_MB } from './guest-size.ts';
import { withoutSlips } from './key-slips.ts';
import type { NamedPath } from './suite-paths.ts';
import { quoted } from './words.ts';
import { list, text, wordOrEmpty } from './yaml-schema.ts';

/** The `virtme_ng:` block of a profile. */
export const VirtmeBlock = withoutSlips(
  z.looseObject({
    run: wordOrEmpty(
      /^[A-Za-z0-9_./][A-Za-z0-9_./+~@-]{0,1023}$/,
      'a path without blanks, or an upstream release (v6.8)',
    ).default(''),
    extra_args: list(text).default([]),
  }),
);

/** What of vng a profile may set: nothing that reaches this machine, since a profile may come with a pull request. */
const VNG_ARGS =
  /^(?:--(?:verbose|force-9p|no-virtme-ng-init|force-initramfs|balloon)|--memory=\d{1,9}[MG]?|--cpus=\d{1,9}|--(?:append|numa)=[A-Za-z0-9_.,:/=+-]{1,200})$/;

/** Whether an argument makes a guest larger than any other may be. Those of `--numa` have to add up to its memory. */
function isTooLarge(word: string): boolean {
  const [, key, number, unit] = /^--(memory|cpus)=(\d+)([MG]?)$/.exec(word) ?? [];
  const value = Number(number) * (unit === 'G' ? 1024 : 1);
  return value > (key === 'cpus' ? MAX_CPUS : MAX_MEMORY_MB);
}

/**
 * What vng is run with for a profile; nothing where another runner boots it.
 * @param invalid makes the error for a key below `virtme_ng`
 * @throws its error for an argument that reaches further than the guest
 */
export function virtmeOf(
  runner: string,
  block: z.infer<typeof VirtmeBlock> | undefined,
  invalid: (key: readonly (string | number)[], message: Wording) => Error,
): Pick<Profile, 'virtme'> {
  const { run, extra_args: extraArgs } = block ?? { run: '', extra_args: [] };
  const wrong = extraArgs.findIndex((word) => !VNG_ARGS.test(word));
  if (wrong >= 0) {
    throw invalid(
      ['extra_args', wrong],
      `virtme_ng.extra_args: ${quoted(extraArgs[wrong] ?? '')} is not among what a profile may set of vng; use --append=WORD, --memory=SIZE, --cpus=N, --numa=SIZE, --force-9p, --force-initramfs, --balloon or --no-virtme-ng-init`,
    );
  }
  const large = extraArgs.findIndex(isTooLarge);
  if (large >= 0) {
    throw invalid(
      ['extra_args', large],
      `virtme_ng.extra_args: ${quoted(extraArgs[large] ?? '')} is more than guests get; they get at most ${MAX_MEMORY_MB} MiB and ${MAX_CPUS} CPUs`,
    );
  }
  return runner === 'virtme-ng' ? { virtme: { run, extraArgs } } : {};
}

/** The place of this machine that the block names, relative to the top of the repository; none for an upstream release. */
export function virtmePaths(
  runner: string,
  block: z.infer<typeof VirtmeBlock> | undefined,
  origin: string,
): NamedPath[] {
  const run = block?.run ?? '';
  if (runner !== 'virtme-ng' || run === '' || UPSTREAM_RELEASE.test(run)) return [];
  return [{ key: 'virtme_ng.run', path: run, use: 'read', origin, fromTop: true }];
}

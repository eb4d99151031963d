import { relative } from 'node:path';
import type { LockArguments } from '../config/lock-options.ts';
import { type LockedChange, lockKernels } from '../index.ts';
import { printedJson } from '../report/escape.ts';
import { table } from '../text/table.ts';
import type { Io } from './io.ts';

function wordOf({ before, after, error }: LockedChange): string {
  if (error !== '') return 'not to be had';
  if (before === '') return 'new';
  return before === after ? 'as before' : `was ${before}`;
}

/**
 * `lock`: writes the newest build of each kernel into bpfcompat.lock. Exit code 1 when one of them could not be had, 2
 * when `--check` finds that the lock would change.
 */
export async function lockCommand(options: LockArguments, io: Io, signal: AbortSignal): Promise<number> {
  const { kernels: choice, lane, suite, offline, check, allowProfileOverride, json, quiet } = options;
  const seen = new Set<string>();
  const { file, kernels, changed } = await lockKernels({
    ...{ choice, lane, suite, offline, check, allowProfileOverride, signal },
    env: io.env,
    cwd: io.cwd,
    onProgress: (profile, what) => {
      const line = `${profile}: ${what}\n`;
      if (!quiet && !json && !seen.has(line)) io.err(line);
      seen.add(line);
    },
    onNote: (message) => io.err(`note: ${message}\n`),
  });
  const shown = relative(io.cwd, file);
  if (json)
    io.out(
      printedJson({ schema: 'bpfcompat_lock_result.v1', file: shown, changed, written: changed && !check, kernels }),
    );
  else if (!quiet) {
    const rows = kernels.map((one) => [one.profile, one.after, one.release, wordOf(one)]);
    io.out(`${table([['PROFILE', 'PACKAGE', 'KERNEL', ''], ...rows]).join('\n')}\n\n`);
    io.out(`${shown} ${changed ? (check ? 'is out of date' : 'is written') : 'is up to date'}\n`);
  }
  for (const { profile, error } of kernels) if (error !== '') io.err(`bpfcompat: ${profile}: ${error}\n`);
  if (kernels.some(({ error }) => error !== '')) return 1;
  return changed && check ? 2 : 0;
}

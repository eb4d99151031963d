import type { ValuesOf } from '../config/options.ts';
import { kernelSweep } from '../index.ts';
import { plural } from '../report/style.ts';
import { table } from '../text/table.ts';
import type { Io } from './io.ts';
import { listsWithin } from './lists-within.ts';

/** `kernel-sweep`: profiles of the newest builds of a kernel, and a matrix with them. */
export async function sweepCommand(options: ValuesOf<'kernel-sweep'>, io: Io, signal: AbortSignal): Promise<number> {
  const { timeoutMs, targetTimeout, ...rest } = options;
  const onNote = (message: string): void => io.err(`note: ${message}\n`);
  const { profiles, matrix } = await listsWithin(signal, timeoutMs, (own) =>
    kernelSweep({ ...rest, targetTimeout, env: io.env, cwd: io.cwd, onNote, signal: own }),
  );
  io.out(
    `${table(profiles.map(({ id, release, file }) => [id, release, file === '' ? 'comes with bpfcompat' : file])).join('\n')}\n`,
  );
  io.out(`${plural(profiles.length, 'kernel')} in ${matrix}\n`);
  return 0;
}

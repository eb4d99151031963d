import { relative } from 'node:path';
import type { InitArguments } from '../config/init-options.ts';
import { initSuite } from '../index.ts';
import { terminal } from '../report/escape.ts';
import type { Io } from './io.ts';

/** `init`: writes a suite for the objects below a directory and says what to do next. */
export async function initCommand(options: InitArguments, io: Io): Promise<number> {
  const { file, cases, skipped } = await initSuite({
    dir: options.dir,
    matrix: options.matrix,
    env: io.env,
    cwd: io.cwd,
  });
  const shown = terminal(relative(io.cwd, file));
  for (const path of skipped)
    io.err(`note: ${terminal(relative(io.cwd, path))} is not an eBPF object and was left out\n`);
  io.out(`Wrote ${shown} with ${cases.length} case${cases.length === 1 ? '' : 's'}:\n`);
  for (const { name, artifact, mode } of cases) io.out(`  - ${name}: ${terminal(artifact)} (${mode})\n`);
  const here = shown.includes('/') ? ` --suite ${shown}` : '';
  io.out('Results go to reports/ and .bpfcompat/ beside it: keep both out of version control.\n');
  io.out(`Next: look at its kernels, then run: bpfcompat suite${here}\n`);
  return 0;
}

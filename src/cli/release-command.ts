import { releaseCheck } from '../api/release-check.ts';
import type { ValuesOf } from '../config/options.ts';
import { printedJson, terminal } from '../report/escape.ts';
import type { Io } from './io.ts';

/** `doctor --release`: exit code 1 when the repository or its history has something that a release should not have. */
export async function releaseCommand(options: ValuesOf<'doctor'>, io: Io, signal: AbortSignal): Promise<number> {
  const scan = await releaseCheck({ env: io.env, cwd: io.cwd, signal });
  const { findings, scanned, tooLarge } = scan;
  if (options.json) {
    io.out(printedJson(scan));
    return findings.length === 0 ? 0 : 1;
  }
  for (const { path, line, what, history, blob } of findings) {
    const where = history ? ` (in the history only: git log --all --find-object=${blob.slice(0, 12)})` : '';
    io.out(`${terminal(path)}:${line}: ${terminal(what)}${where}\n`);
  }
  for (const path of tooLarge) io.out(`${terminal(path)}: not scanned, over 8 MiB\n`);
  if (findings.length === 0) {
    io.out(`No secret and no private path in ${scanned} files of this repository and its history.\n`);
    return 0;
  }
  io.out(
    `\n${findings.length} found in ${scanned} files. Revoke a secret first; then remove it from the files, and from the history ` +
      'with git filter-repo. What is meant to be there: a pattern in .secretlintignore.\n',
  );
  return 1;
}

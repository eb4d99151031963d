import { mkdtempSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Runner } from './runner.ts';

const PREFIX = 'bpfcompat-';

/** A directory of this step alone; post removes it. */
export function makeScratch({ temp }: Runner): string {
  return mkdtempSync(join(temp, PREFIX));
}

/** Removes the directory of the step. What does not look like one that `makeScratch` made is left alone. */
export function removeScratch(scratch: string, { temp }: Runner): void {
  if (dirname(resolve(scratch)) !== resolve(temp) || !basename(scratch).startsWith(PREFIX)) return;
  rmSync(scratch, { recursive: true, force: true });
}

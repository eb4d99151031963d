import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DEBIAN_12 } from './places.ts';

/** Makes the images that the tests boot, where an earlier run did not. Without its tools this fails: nothing is skipped. */
export default function setup(): void {
  if (existsSync(DEBIAN_12)) return;
  mkdirSync(dirname(DEBIAN_12), { recursive: true });
  execFileSync(join(import.meta.dirname, 'make-image.sh'), ['bookworm', DEBIAN_12], { stdio: 'inherit' });
}

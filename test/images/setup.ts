import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DEBIAN_12, DEBIAN_12_IGNITION, DEBIAN_13, type TestImage } from './places.ts';

/** Makes the images that the tests boot, where an earlier run did not. Without its tools this fails: nothing is skipped. */
export default function setup(): void {
  for (const image of [DEBIAN_12, DEBIAN_13, DEBIAN_12_IGNITION]) makeImage(image);
}

function makeImage({ suite, path, firstBoot }: TestImage): void {
  if (existsSync(path)) return;
  mkdirSync(dirname(path), { recursive: true });
  execFileSync(join(import.meta.dirname, 'make-image.sh'), [suite, path, firstBoot], { stdio: 'inherit' });
}

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
const maker = createHash('sha256')
  .update(readFileSync(join(import.meta.dirname, 'make-image.sh')))
  .update(readFileSync(join(import.meta.dirname, 'ignition-system.sh')))
  .digest('hex');

/** A system as a cloud image, made by make-image.sh; kept between runs, and made again where that is another one. */
export interface TestImage {
  readonly suite: string;
  readonly firstBoot: 'cloud-init' | 'ignition';
  readonly path: string;
}

const image = (name: string, suite: string, firstBoot: TestImage['firstBoot'] = 'cloud-init'): TestImage => ({
  ...{ suite, firstBoot },
  path: join(cache, `bpfcompat-test/images/${name}-${maker.slice(0, 12)}.qcow2`),
});

export const DEBIAN_12 = image('debian-12', 'bookworm');
export const DEBIAN_13 = image('debian-13', 'trixie');
export const DEBIAN_12_IGNITION = image('debian-12-ignition', 'bookworm', 'ignition');

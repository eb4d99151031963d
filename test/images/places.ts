import { homedir } from 'node:os';
import { join } from 'node:path';

const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');

/** Debian 12 as a cloud image, made by make-image.sh; kept between runs. */
export const DEBIAN_12 = join(cache, 'bpfcompat-test/images/debian-12.qcow2');

import { kernelNumber } from '../model/kernel-range.ts';
import type { Probe } from './probe.ts';

/** `<os id>-<version>-<major.minor>`, as catalogs call kernels: a label for people, and all that rows of the history have. */
export function profileHint({ os, kernel }: Probe): string {
  const number = kernelNumber(kernel.release);
  return number ? `${os.id}-${os.version_id}-${number.join('.')}` : '';
}

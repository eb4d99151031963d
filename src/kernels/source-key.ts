import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { KernelRecord, KernelSource, Profile } from '../model/kernel.ts';
import { describeSource, pinnedDigests } from '../model/kernel-source.ts';

/** Names what a kernel is fetched for: two profiles of one id with different kernel blocks share nothing. */
export function sourceKey(arch: Profile['arch'], source: KernelSource): string {
  return createHash('sha256')
    .update(`${arch} ${describeSource(source)}`)
    .digest('hex');
}

/** How records name a file that comes with bpfcompat. */
const BUILTIN = 'built-in: ';

/**
 * Who vouches for packages that were fetched for a profile.
 * @param by what the source itself says of it
 */
export function vouchedFor(
  profile: Profile,
  files: KernelRecord['package']['files'],
  by?: KernelRecord['vouched']['by'],
): KernelRecord['vouched'] {
  const pins = new Set(profile.kernel && pinnedDigests(profile.kernel));
  const file = profile.kernelFile ?? profile.file;
  return {
    by: by ?? (files.some(({ sha256 }) => pins.has(sha256)) ? 'pin' : 'signature'),
    file: profile.builtinKernel ? `${BUILTIN}${basename(file)}` : file,
  };
}

/** A kernel that comes with bpfcompat is none that a file of a workspace, or a flag, once had fetched under its id. */
export function vouchedAsConfigured({ vouched }: Pick<KernelRecord, 'vouched'>, { builtinKernel }: Profile): boolean {
  return builtinKernel !== true || vouched.file.startsWith(BUILTIN);
}

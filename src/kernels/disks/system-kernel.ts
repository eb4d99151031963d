import type { KernelPackage, SystemKernel } from '../../model/disk-image.ts';
import { HostError } from '../../model/errors.ts';
import type { Profile } from '../../model/kernel.ts';
import { type EnsureOptions, ensureKernel } from '../supply.ts';
import { packageFile } from './kernel-package.ts';
import { type EnsuredDisk, ensureDisk } from './supply.ts';

/**
 * The disk image that a profile names, and with `install_kernel` the packages of that kernel: had and verified as for the
 * direct lane, then kept as files.
 * @throws as `ensureDisk` and `ensureKernel`
 */
export async function ensureSystem(profile: Profile, options: EnsureOptions): Promise<EnsuredDisk> {
  const disk = await ensureDisk(profile, options);
  const { exactly } = profile;
  if (exactly === undefined) return disk;
  const { files, cached } = await ensureKernel(profile, options);
  const { record } = files;
  if (record.release !== exactly.release) {
    throw new HostError(
      'package_not_found',
      `profile ${profile.id} installs kernel ${exactly.release}, but its package ${record.package.name} is ${record.release}; correct install_kernel or the kernel block in ${profile.file}`,
    );
  }
  const packages: KernelPackage[] = [];
  for (const file of record.package.files) packages.push(await packageFile(profile.id, file, options));
  const kernel: SystemKernel = { release: exactly.release, packages };
  return { image: { ...disk.image, kernel }, cached: disk.cached && cached };
}

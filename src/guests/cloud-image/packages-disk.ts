import type { Host } from '../../host/host.ts';
import type { SystemKernel } from '../../model/disk-image.ts';
import { type IsoFile, isoImage } from './iso9660.ts';
import { PACKAGES_LABEL } from './seed.ts';

const MAX_PACKAGE = 512 * 1024 * 1024;

/** The disk with the packages of a kernel, as the seed looks for it. */
export async function packagesDisk(host: Host, { release, packages }: SystemKernel): Promise<Buffer> {
  const files: IsoFile[] = [{ name: 'release', data: Buffer.from(`${release}\n`) }];
  for (const [index, { path, format }] of packages.entries()) {
    files.push({ name: `p${index}.${format}`, data: await host.files.read(path, MAX_PACKAGE) });
  }
  return isoImage(PACKAGES_LABEL, files);
}

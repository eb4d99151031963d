import { environmentOf } from '../../../src/api/services.ts';
import { findProfile } from '../../../src/config/catalog.ts';
import { unpackedKernel } from '../../../src/kernels/image/payload.ts';
import { readImage } from '../../../src/kernels/image/read-image.ts';
import { ensureKernel } from '../../../src/kernels/supply.ts';
import type { KernelFiles } from '../../../src/model/kernel.ts';
import { createCatalog } from '../../../src/run/resolve.ts';

/** A kernel of the store. */
export async function storedKernel(id: string): Promise<KernelFiles> {
  const environment = environmentOf({});
  const profile = await findProfile(createCatalog(environment), id);
  return (await ensureKernel(profile, { host: environment.host, offline: true })).files;
}

/** The ELF file that is packed in its image. */
export async function unpackedVmlinux({ vmlinuz }: Pick<KernelFiles, 'vmlinuz'>): Promise<Buffer> {
  const { host } = environmentOf({});
  const image = await readImage(host, vmlinuz, undefined);
  if (typeof image === 'string') throw new Error(image);
  const chunks = (await unpackedKernel(host, vmlinuz, image, undefined)) ?? [];
  const parts: Buffer[] = [];
  try {
    for await (const chunk of chunks) parts.push(chunk);
  } catch {
    // What lies behind the packed kernel is not part of it.
  }
  return Buffer.concat(parts);
}

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { ELF_MACHINE, hasElfMagic, readElfHeader } from '../../elf/elf-file.ts';
import type { Host } from '../../host/host.ts';
import { HostError } from '../../model/errors.ts';
import type { KernelFiles } from '../../model/kernel.ts';
import { wholeKernel } from './image-facts.ts';
import { unpackedKernel } from './payload.ts';
import { readImage } from './read-image.ts';

/**
 * The ELF file in a kernel image, for machines that boot no bzImage: the image itself, where it is one, else
 * `<dir>/<digest of the image>-<its own digest>`.
 * @throws HostError `kernel_unusable` where there is none, or it is packed in a way that cannot be unpacked here
 */
export async function elfKernel(
  host: Host,
  dir: string,
  { vmlinuz, record }: KernelFiles,
  signal: AbortSignal,
): Promise<string> {
  if (hasElfMagic(await host.files.readHead(vmlinuz, 4))) return vmlinuz;
  const known = await stored(host, dir, record.vmlinuz.sha256);
  if (known !== undefined) return known;
  const image = await readImage(host, vmlinuz, signal);
  const chunks = typeof image === 'string' ? undefined : await unpackedKernel(host, vmlinuz, image, signal);
  const kernel = chunks && (await wholeKernel(chunks));
  const words = typeof image === 'string' ? image : problemOf(kernel);
  if (words !== undefined || kernel === undefined)
    throw new HostError('kernel_unusable', `${record.profile} has no vmlinux: ${words}`);
  await host.files.makeDir(dir);
  // Under its last name at once: two profiles may have one kernel, and make it at the same time.
  const own = createHash('sha256').update(kernel).digest('hex');
  const path = join(dir, `${record.vmlinuz.sha256}-${own}`);
  await host.files.writeAtomic(path, kernel);
  return path;
}

/** What is wrong with what was unpacked; undefined for a kernel. */
function problemOf(kernel: Buffer | undefined): string | undefined {
  if (kernel === undefined) return 'its image is packed in a way that cannot be unpacked here, or too large';
  const header = readElfHeader(kernel);
  if (header === undefined) return 'what its image holds is no ELF file; build or copy it again';
  return header.machine === ELF_MACHINE.x86_64 ? undefined : 'what its image holds is no kernel for x86_64';
}

/** One that was made before, and is still what it was. */
async function stored(host: Host, dir: string, sha256: string): Promise<string | undefined> {
  if (!(await host.files.stat(dir))?.isDirectory) return undefined;
  for (const name of await host.files.list(dir)) {
    const path = join(dir, name);
    const [image, own] = name.split('-');
    if (image === sha256 && own !== undefined && (await host.files.sha256(path)) === own) return path;
  }
  return undefined;
}

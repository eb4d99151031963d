import type { Host } from '../../host/host.ts';
import { HostError } from '../../model/errors.ts';
import { unpacked } from '../sources/rpm/chunks.ts';
import { bannerIn } from './banner.ts';
import type { KernelImage, Payload } from './kernel-image.ts';
import { isZboot, zbootPayload } from './zboot.ts';

/**
 * Reads an Image for arm64, which has no head that says its release, or the one in an EFI zboot image.
 * @param head its first bytes
 * @returns why it cannot be booted, with a remedy
 */
export async function readArm64(
  host: Host,
  path: string,
  head: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<KernelImage | string> {
  const size = (await host.files.stat(path))?.size ?? 0;
  const payload: Payload | string = isZboot(head) ? zbootPayload(head, size) : { offset: 0, size, packing: 'plain' };
  if (typeof payload === 'string') return payload;
  const release = await releaseIn(host, path, payload, signal);
  if (release === undefined) return 'it does not say which version it is; it is damaged, build or copy it again';
  return { arch: 'aarch64', release, payload };
}

async function releaseIn(
  host: Host,
  path: string,
  { offset, packing = 'plain' }: Payload,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  try {
    return await bannerIn(unpacked(host, path, packing, signal, offset));
  } catch (error) {
    // What lies behind the packed kernel is not part of it: the end is an error of the tool.
    if (error instanceof HostError && error.code === 'bad_package') return undefined;
    throw error;
  }
}

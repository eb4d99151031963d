import { join } from 'node:path';
import type { Host } from '../../host/host.ts';
import type { UnpackedKernel } from '../unpacked.ts';
import { readIkconfig } from './ikconfig.ts';
import { readImage } from './read-image.ts';

/** The kernel with the configuration that it has in itself where nothing else has it. */
export async function withConfig(
  host: Host,
  kernel: UnpackedKernel,
  dir: string,
  signal: AbortSignal | undefined,
): Promise<UnpackedKernel> {
  if (kernel.config !== undefined) return kernel;
  const image = await readImage(host, kernel.vmlinuz, signal);
  const config = typeof image === 'string' ? undefined : await readIkconfig(host, kernel.vmlinuz, image, signal);
  if (config === undefined) return kernel;
  const path = join(dir, 'ikconfig');
  await host.files.writeAtomic(path, config);
  return { ...kernel, config: path };
}

import { isAbsolute, join } from 'node:path';
import type { Host } from '../../host/host.ts';
import { HostError } from '../../model/errors.ts';
import type { KernelFiles } from '../../model/kernel.ts';

/** vng writes paths into a command line of a shell, as they are. */
const PLAIN = /^[A-Za-z0-9_./+~@:,=%-]+$/;
/** Of a path that ends so vng boots what lies so in the tree before the first such part, where that has a `.config`. */
const BUILT = 'arch/x86/boot/bzImage';

/** @throws HostError `kernel_unusable` for a path that a shell, or vng, takes for another one */
export function checkPlain(path: string, remedy: string): void {
  const tree = path.slice(0, path.indexOf(BUILT));
  if (PLAIN.test(path) && (!path.endsWith(BUILT) || join(tree, BUILT) === path)) return;
  throw new HostError(
    'kernel_unusable',
    `${JSON.stringify(path)}: virtme-ng writes this path into a command line of a shell, where it would be another one; ${remedy}`,
  );
}

/**
 * The kernel that vng is to boot: the very file that was looked at and is in the record.
 * @returns its absolute path
 * @throws HostError `kernel_unusable` where the record is of another file, `wrong_digest` where the file changed since
 */
export async function recordedImage(host: Host, { record }: Pick<KernelFiles, 'record'>): Promise<string> {
  const { archive: image, name } = record.package;
  if (!isAbsolute(image)) {
    throw new HostError(
      'kernel_unusable',
      `the kernel of ${record.profile} is ${name} of ${image}, and virtme-ng boots files of this machine; remove the kernel block, or the runner`,
    );
  }
  checkPlain(image, 'give it a path of letters, digits and "._+-/"');
  if ((await host.files.stat(image))?.isFile && (await host.files.sha256(image)) === record.vmlinuz.sha256)
    return image;
  throw new HostError(
    'wrong_digest',
    `${image} changed since it was looked at, or is no image by itself; run again, or name the bzImage`,
  );
}

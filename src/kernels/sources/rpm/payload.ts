import { dirname, join } from 'node:path';
import type { Host } from '../../../host/host.ts';
import { HostError } from '../../../model/errors.ts';
import type { ModuleBundle } from '../../module-bundle.ts';
import { moduleNameOfPath } from '../../modules/modinfo.ts';
import { megabytes } from '../../space.ts';
import { type Packing, unpacked } from './chunks.ts';
import { type CpioEntry, readCpio } from './cpio.ts';
import type { RpmFile } from './read-package.ts';

const PACKINGS: Readonly<Record<string, Packing>> = { gzip: 'gzip', xz: 'xz', lzma: 'xz', zstd: 'zstd' };

/** The parts of a kernel that anybody needs: image, configuration, list of what is built in, modules. */
const WANTED =
  /^(?:boot\/(?:vmlinuz|config)-[^/]+|(?:usr\/)?lib\/modules\/[^/]+\/(?:vmlinuz|config|modules\.builtin|(?:[^/]+\/)*[^/]+\.ko(?:\.(?:xz|zst|gz))?))$/;

const MAX_FILE = 128 * 1024 * 1024;
/** Of everything that is taken out of one package. The largest kernels have a third of it. */
const MAX_TAKEN = 2 * 1024 * 1024 * 1024;

/** The path below the root; undefined for one that leaves it, or that no file of a kernel has. */
export function safePath(path: string): string | undefined {
  const plain = path.replace(/^(?:\.?\/)+/, '');
  const odd = plain.split('/').some((part) => part === '' || part === '.' || part === '..' || part.length > 200);
  return odd || !/^[\x21-\x7e]+$/.test(plain) ? undefined : plain;
}

/** How the payload of a package is packed. @throws HostError `kernel_unusable` for one that cannot be unpacked here */
export function packingOf({ facts }: RpmFile): Packing {
  const packing = Object.hasOwn(PACKINGS, facts.compressor) ? PACKINGS[facts.compressor] : undefined;
  if (packing !== undefined && facts.payloadFormat === 'cpio') return packing;
  throw new HostError(
    'kernel_unusable',
    `${facts.name} is packed as ${facts.payloadFormat} with ${facts.compressor}, which cannot be unpacked here; choose another build`,
  );
}

/**
 * Unpacks the parts of a kernel out of a verified package into `dir`. Only regular files, only at their own paths.
 * @param bundle gets the modules
 * @returns absolute path of each file by its path in the package
 * @throws HostError `bad_package`, `kernel_unusable` for a packing that is not known, `no_space`; CancelledError
 */
export async function unpackPayload(
  host: Host,
  file: RpmFile,
  dir: string,
  bundle: ModuleBundle,
  signal: AbortSignal | undefined,
): Promise<Map<string, string>> {
  const { facts } = file;
  const packing = packingOf(file);
  const found = new Map<string, string>();
  let taken = 0;
  const wants = ({ path, kind, size }: CpioEntry): boolean => {
    const plain = safePath(path);
    // Of hard links all but the last come without content.
    if (kind !== 'file' || size === 0 || plain === undefined || !WANTED.test(plain)) return false;
    taken += size;
    if (size <= MAX_FILE && taken <= MAX_TAKEN) return true;
    throw new HostError(
      'bad_package',
      `${facts.name}: ${plain} has ${megabytes(size)}, more than any file of a kernel; nothing was used`,
    );
  };
  const made = new Set<string>();
  const take = async ({ path }: CpioEntry, content: Buffer): Promise<void> => {
    const plain = safePath(path) ?? '';
    const target = join(dir, plain);
    found.set(plain, target);
    if (moduleNameOfPath(plain) !== undefined) return bundle.add(target, content);
    if (!made.has(dirname(target))) await host.files.makeDir(dirname(target));
    made.add(dirname(target));
    await host.files.writeAtomic(target, content);
  };
  await readCpio(unpacked(host, file.path, packing, signal, file.payloadAt), wants, take);
  return found;
}

import { join } from 'node:path';
import type { Host } from '../../host/host.ts';
import type { KernelPackage } from '../../model/disk-image.ts';
import { HostError } from '../../model/errors.ts';
import type { KernelRecord } from '../../model/kernel.ts';
import { option, phrase } from '../../model/wording.ts';
import { roomIn } from '../space.ts';
import { locateStore, lockIn, type Store } from '../store.ts';
import type { EnsureOptions } from '../supply.ts';
import { disksDir } from './disk-record.ts';

const MAX_PACKAGE = 1024 ** 3;
const PRIVATE_DIR = 0o700;
const FORMAT = /\.(deb|rpm)$/;

type PackageFile = KernelRecord['package']['files'][number];

/** A package as `<disks>/packages/<sha256>`; what is there is read again, and is not believed otherwise. */
export async function packageFile(
  id: string,
  { name, sha256, url }: PackageFile,
  { host, signal, offline, onProgress = () => {} }: EnsureOptions,
): Promise<KernelPackage> {
  const format = FORMAT.exec(url ?? '')?.[1];
  if (url === undefined || (format !== 'deb' && format !== 'rpm')) {
    throw new HostError(
      'package_not_found',
      `${id}: package ${name} has no address, so that it cannot be installed in a system; use the direct lane`,
    );
  }
  const store = locateStore(host);
  const dir = join(disksDir(store), 'packages');
  const path = join(dir, sha256);
  const found: KernelPackage = { path, name, sha256, format };
  await using _lock = await lockIn(host, store, `package-${sha256}`, signal, () => {});
  if (await isWhole(host, found)) return found;
  if (offline === true) {
    throw new HostError(
      'kernel_not_stored',
      phrase`package ${name} of ${id} is not stored and ${option('offline')} forbids fetching it; run once without it`,
    );
  }
  await fetchPackage(host, store, url, found, { signal, onBytes: (bytes, total) => onProgress(name, bytes, total) });
  return found;
}

async function isWhole(host: Host, { path, sha256 }: KernelPackage): Promise<boolean> {
  return (await host.files.stat(path))?.isFile === true && (await host.files.sha256(path)) === sha256;
}

async function fetchPackage(
  host: Host,
  store: Store,
  url: string,
  { path, sha256 }: KernelPackage,
  options: { readonly signal: AbortSignal | undefined; readonly onBytes: (bytes: number, total: number) => void },
): Promise<void> {
  await host.files.makeDir(join(disksDir(store), 'packages'), PRIVATE_DIR);
  const part = `${path}.part`;
  try {
    const maxBytes = await roomIn(host, disksDir(store), MAX_PACKAGE, `downloading ${url}`);
    const { status, digest } = await host.network.download(url, part, { ...options, maxBytes });
    if (status !== 200) {
      const words = `${url} returned status ${status}; a newer build may have taken its place, or try again later`;
      throw new HostError(status === 404 ? 'package_not_found' : 'mirror_unreachable', words);
    }
    if (digest !== sha256) {
      const words = `${url} has the SHA-256 ${digest}, and the signed index says ${sha256}; nothing was used`;
      throw new HostError('wrong_digest', words);
    }
    await host.files.rename(part, path);
  } finally {
    await host.files.remove(part);
  }
}

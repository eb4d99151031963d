import { join } from 'node:path';
import type { Host } from '../../../host/host.ts';
import { HostError } from '../../../model/errors.ts';
import type { ImageStore } from './registry.ts';

/** Where documents and layers of images lie below `keepDir` and `packagesDir`, each called by its digest. */
export const KEPT_BLOBS = 'oci-blobs';
const MAX_DOCUMENT = 4 * 1024 * 1024;

function keptPath(dir: string, digest: string): string {
  return join(dir, KEPT_BLOBS, digest.replace('sha256:', ''));
}

/** Keeps what was read of an image: documents at once, layers when `keepLayer` hands them over. */
export interface Keeper {
  readonly store: ImageStore;
  /** @param file is moved */
  keepLayer(digest: string, file: string): Promise<void>;
}

export function keeping(host: Host, dir: string, store: ImageStore): Keeper {
  const place = async (digest: string): Promise<string> => {
    await host.files.makeDir(join(dir, KEPT_BLOBS));
    return keptPath(dir, digest);
  };
  return {
    store: {
      layer: (layer, onBytes) => store.layer(layer, onBytes),
      async document(reference) {
        const document = await store.document(reference);
        await host.files.writeAtomic(await place(document.digest), document.bytes);
        return document;
      },
    },
    keepLayer: async (digest, file) => host.files.rename(file, await place(digest)),
  };
}

/**
 * An image out of what an earlier fetch kept. Digests vouch for all of it, whoever put it there. A tag has none: what it
 * leads to is requested of `registry`, never of what was kept.
 * @throws HostError `package_not_found`, `wrong_digest`; of a tag as the registry
 */
export function keptImage(host: Host, dir: string, registry: ImageStore): ImageStore {
  const fileOf = async (digest: string, size: number | undefined): Promise<string> => {
    const file = keptPath(dir, digest);
    const stat = await host.files.stat(file);
    if (!stat?.isFile) throw new HostError('package_not_found', `${digest} of the image is not among what was kept`);
    const isRight = size === undefined ? stat.size <= MAX_DOCUMENT : stat.size === size;
    if (isRight && `sha256:${await host.files.sha256(file)}` === digest) return file;
    throw new HostError('wrong_digest', `what was kept as ${digest} has other bytes; nothing was used`);
  };
  return {
    async document(reference) {
      if (!reference.startsWith('sha256:')) return registry.document(reference);
      const file = await fileOf(reference, undefined);
      return { bytes: await host.files.read(file, MAX_DOCUMENT), digest: reference };
    },
    layer: ({ digest, size }) => fileOf(digest, size),
  };
}

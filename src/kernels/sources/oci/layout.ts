import { join } from 'node:path';
import type { Host } from '../../../host/host.ts';
import { HostError } from '../../../model/errors.ts';
import { mustRun } from '../../tool.ts';
import type { ImageStore } from './registry.ts';

const MAX_DOCUMENT = 4 * 1024 * 1024;
/** What the index of a layout is called where a document is asked for. */
export const LAYOUT_INDEX = 'index.json';

function hexOf(digest: string): string {
  return digest.replace(/^sha256:/, '');
}

/** Unpacks an archive of a layout: its index, and its blobs by their names. */
async function unpackArchive(
  host: Host,
  archive: string,
  dir: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  const root = join(dir, 'layout');
  await host.files.makeDir(root);
  const members = ['index.json', './index.json', 'blobs/sha256/*', './blobs/sha256/*'];
  const tar = ['-x', '-f', archive, '-C', root, '--no-same-owner', '--no-same-permissions', '--wildcards', '--'];
  // tar ends with an error where one of the two spellings is not there; what is missing is found out below.
  await mustRun(host, 'sh', ['-c', 'tar "$@" 2>/dev/null || true', 'tar', ...tar, ...members], { signal });
  return root;
}

/**
 * An OCI layout on this machine: a directory, or a tar archive of one.
 * @throws HostError `kernel_unusable` where there is none
 */
export async function openLayout(
  host: Host,
  path: string,
  dir: string,
  signal: AbortSignal | undefined,
): Promise<ImageStore> {
  const stat = await host.files.stat(path);
  if (stat === undefined) {
    throw new HostError('kernel_unusable', `${path}: there is no such file or directory; correct kernel.layout`);
  }
  const root = stat.isDirectory ? path : await unpackArchive(host, path, dir, signal);
  const fileOf = async (name: string): Promise<string> => {
    const file = join(root, name);
    // A link in an archive could lead anywhere.
    if (!stat.isDirectory) await host.files.refuseLink(file);
    if ((await host.files.stat(file))?.isFile) return file;
    throw new HostError(
      'kernel_unusable',
      `${path} is no OCI layout, or not a whole one: it has no ${name}; make it with skopeo copy docker://IMAGE oci:DIR`,
    );
  };
  const check = async (file: string, digest: string): Promise<void> => {
    if ((await host.files.sha256(file)) === hexOf(digest)) return;
    throw new HostError(
      'wrong_digest',
      `${path}: the blob ${digest} has other bytes; nothing was used, make the layout again`,
    );
  };
  return {
    async document(reference) {
      const file = await fileOf(reference === LAYOUT_INDEX ? reference : `blobs/sha256/${hexOf(reference)}`);
      const bytes = await host.files.read(file, MAX_DOCUMENT);
      if (reference !== LAYOUT_INDEX) await check(file, reference);
      return { bytes, digest: reference === LAYOUT_INDEX ? '' : reference };
    },
    async layer({ digest }) {
      const file = await fileOf(`blobs/sha256/${hexOf(digest)}`);
      await check(file, digest);
      return file;
    },
  };
}

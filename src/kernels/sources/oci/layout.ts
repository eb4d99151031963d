import { join } from 'node:path';
import type { Host } from '../../../host/host.ts';
import { HostError } from '../../../model/errors.ts';
import { requireSpace } from '../../space.ts';
import { mustRun } from '../../tool.ts';
import { stayInside } from '../stay-inside.ts';
import type { ImageStore } from './registry.ts';

const MAX_DOCUMENT = 4 * 1024 * 1024;
/** What the index of a layout is called where a document is requested. */
export const LAYOUT_INDEX = 'index.json';

function hexOf(digest: string): string {
  return digest.replace(/^sha256:/, '');
}

/** Of an archive, and of each file in it: those of a kernel have a tenth of it. */
const MAX_ARCHIVE = 4 * 1024 * 1024 * 1024;
/** Where the head of a tar archive says that it is one. */
const TAR_MAGIC = { at: 257, word: 'ustar' } as const;
/**
 * What tar reads from a pipe it does not unpack by itself, so that no more comes out than went in; a hole would be as large
 * as it likes. tar ends with an error where one of the two spellings is not there; what is missing is found out below.
 */
const UNPACK = 'ulimit -f "$(($1 / 512))"; archive=$2; shift 2; tar "$@" <"$archive" 2>/dev/null || true';

/** @throws HostError `kernel_unusable` for what is not a plain tar archive, `no_space` */
async function checkArchive(host: Host, archive: string, dir: string): Promise<void> {
  const size = (await host.files.stat(archive))?.size ?? 0;
  const head = Buffer.from(await host.files.readHead(archive, TAR_MAGIC.at + TAR_MAGIC.word.length));
  const unusable = (why: string): HostError => new HostError('kernel_unusable', `${archive} ${why}`);
  if (head.toString('latin1', TAR_MAGIC.at) !== TAR_MAGIC.word) {
    throw unusable('is not a tar archive; unpack it where it is a packed one, and name the directory or the archive');
  }
  if (size > MAX_ARCHIVE) throw unusable('is larger than any image of a kernel; name another one');
  await requireSpace(host, dir, size, `unpacking ${archive}`);
}

/** Unpacks an archive of a layout: its index, and its blobs by their names. */
async function unpackArchive(
  host: Host,
  archive: string,
  dir: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  await checkArchive(host, archive, dir);
  const root = join(dir, 'layout');
  await host.files.makeDir(root);
  const members = ['index.json', './index.json', 'blobs/sha256/*', './blobs/sha256/*'];
  const tar = ['-x', '-f', '-', '-C', root, '--no-same-owner', '--no-same-permissions', '--wildcards', '--'];
  await mustRun(host, 'sh', ['-c', UNPACK, 'sh', String(MAX_ARCHIVE), archive, ...tar, ...members], { signal });
  return root;
}

/**
 * An OCI layout on this machine: a directory, or a tar archive of one.
 * @param place `top`: directory that links in it do not leave; `dir`: private, for what an archive holds
 * @throws HostError `kernel_unusable` where there is none
 */
export async function openLayout(
  host: Host,
  { layout: path, top, dir }: { readonly layout: string; readonly top: string | undefined; readonly dir: string },
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
    if (!stat.isDirectory) await host.files.rejectLink(file);
    if ((await host.files.stat(file))?.isFile) {
      await stayInside(host, top, path, file);
      return file;
    }
    throw new HostError(
      'kernel_unusable',
      `${path} is not an OCI layout, or not a whole one: it has no ${name}; make it with skopeo copy docker://IMAGE oci:DIR`,
    );
  };
  const check = async (file: string, digest: string, size?: number): Promise<void> => {
    const isSize = size === undefined || (await host.files.stat(file))?.size === size;
    if (isSize && (await host.files.sha256(file)) === hexOf(digest)) return;
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
    async layer({ digest, size }) {
      const file = await fileOf(`blobs/sha256/${hexOf(digest)}`);
      await check(file, digest, size);
      return file;
    },
  };
}

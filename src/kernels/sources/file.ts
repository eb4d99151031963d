import { basename, dirname, join, resolve } from 'node:path';
import type { Host } from '../../host/host.ts';
import { HostError } from '../../model/errors.ts';
import type { FileKernelSource } from '../../model/file-source.ts';
import { flag } from '../../model/wording.ts';
import { readIkconfig } from '../image/ikconfig.ts';
import type { KernelImage } from '../image/kernel-image.ts';
import { openImage } from '../image/local-image.ts';
import { moduleTree, treeStamp } from '../image/module-tree.ts';
import { requireSpace } from '../space.ts';
import type { FetchedKernel } from '../unpacked.ts';
import type { FetchRequest, Source } from './source.ts';
import { stayInside } from './stay-inside.ts';

const MAX_IMAGE = 512 * 1024 * 1024;
const MAX_CONFIG = 4 * 1024 * 1024;

/** Configurations that lie where a build, or a distribution, leaves them. */
function besides(image: string, release: string): string[] {
  const dir = dirname(image);
  const beside = join(dir, `config-${release}`);
  if (basename(image) === 'vmlinux') return [join(dir, '.config'), beside];
  const built = /\/arch\/(?:x86(?:_64)?|arm64)\/boot$/.test(dir) ? [resolve(dir, '../../../.config')] : [];
  return [...built, beside];
}

/** The configuration as a file of ours; undefined where no one has one. */
async function configOf(
  host: Host,
  image: KernelImage & { readonly path: string },
  copy: string,
  { source, paths, listener, top }: FetchRequest<FileKernelSource>,
): Promise<string | undefined> {
  const target = join(paths.workDir, 'config');
  const named = source.config;
  if (named !== undefined && !(await host.files.stat(named))?.isFile) {
    throw new HostError('kernel_unusable', `${named}: there is no such file; name the .config of the kernel`);
  }
  for (const path of named === undefined ? besides(image.path, image.release) : [named]) {
    const stat = await host.files.stat(path);
    if (!stat?.isFile) continue;
    if (named === undefined) await stayInside(host, top, source.image, path);
    if (stat.size > MAX_CONFIG) {
      throw new HostError('kernel_unusable', `${path} is larger than the .config of any kernel; name that file`);
    }
    await host.files.copy(path, target);
    return target;
  }
  const own = await readIkconfig(host, copy, image, listener.signal);
  if (own === undefined) return undefined;
  await host.files.writeAtomic(target, own);
  return target;
}

function modulesRemedy(path: string, { modules }: FileKernelSource): string {
  const build = 'build them in (make kvm_guest.config)';
  if (modules !== undefined) return `install all modules of the build into ${modules}, or ${build}`;
  return `name the directory with the modules of ${path} (${flag('kernel')} FILE,modules=DIR; in a profile kernel.modules), or ${build}`;
}

async function fetchFile(host: Host, request: FetchRequest<FileKernelSource>): Promise<FetchedKernel> {
  const { arch, source, paths, listener, packagesDir, top } = request;
  const { signal } = listener;
  if (packagesDir !== undefined) throw new HostError('package_not_found', 'kernels of this machine are in no cache');
  const named = await openImage(host, source.image, { arch, signal });
  await stayInside(host, top, source.image, named.path);
  const size = (await host.files.stat(named.path))?.size ?? 0;
  if (size > MAX_IMAGE) {
    throw new HostError(
      'kernel_unusable',
      `${named.path} cannot be booted: it is larger than any kernel image; take debug information out of a vmlinux (strip --strip-debug -o FILE vmlinux), or name bzImage`,
    );
  }
  await requireSpace(host, paths.root, size, `storing ${named.path}`);
  const vmlinuz = join(paths.workDir, 'vmlinuz');
  await host.files.copy(named.path, vmlinuz);
  // A build may have replaced it meanwhile: what is used is what was looked at.
  const image = await openImage(host, vmlinuz, { arch, signal });
  const sha256 = await host.files.sha256(vmlinuz);
  if (source.sha256 !== undefined && source.sha256.toLowerCase() !== sha256) {
    throw new HostError(
      'wrong_digest',
      `${named.path} has the SHA-256 ${sha256}, and the profile says ${source.sha256}; nothing was used, correct kernel.sha256 or the file`,
    );
  }
  const { modules } = source;
  const tree =
    modules === undefined
      ? { modules: [], modulesBuiltin: undefined }
      : await moduleTree(host, modules, image.release, (path) => stayInside(host, top, modules, path), signal);
  const config = await configOf(host, { ...image, path: named.path }, vmlinuz, request);
  const name = basename(named.path);
  return {
    kernel: { release: image.release, vmlinuz, config, ...tree, remedy: modulesRemedy(named.path, source) },
    ...(modules !== undefined && { tree: await treeStamp(host, tree) }),
    package: {
      name,
      version: image.release,
      archive: named.path,
      suite: '',
      files: [{ name, version: image.release, sha256 }],
    },
    vouched: source.sha256 === undefined ? 'nobody' : 'pin',
  };
}

/** Kernels that somebody built or copied to this machine. Looked at again each time: a build replaces its files. */
export const file: Source<FileKernelSource> = {
  fetch: fetchFile,
  async builds(host, { arch, source }) {
    const { path, release } = await openImage(host, source.image, { arch });
    return [{ name: basename(path), version: release, release, sha256: source.sha256, url: undefined }];
  },
  exactly: (source) => source,
  matches: () => true,
};

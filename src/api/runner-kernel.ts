import { dirname, join, resolve } from 'node:path';
import { type Vng, vngEnv } from '../guests/virtme/find-vng.ts';
import type { Host } from '../host/host.ts';
import { HostError } from '../model/errors.ts';
import { type KernelSource, type Profile, UPSTREAM_RELEASE } from '../model/kernel.ts';
import type { FirecrackerSettings } from '../model/runner-settings.ts';
import { option, phrase } from '../model/wording.ts';
import { within } from '../run/confine.ts';

/** vng may have to download the kernel. */
const DOWNLOAD_MS = 10 * 60_000;
/** Where a tree has the image that it built. */
const BUILT = ['arch/x86/boot/bzImage', 'vmlinuz', 'bzImage'];

/** What a profile whose runner names the kernel by a path gets its kernel from: the same checks as a kernel of the user's own. */
export interface RunnerKernelOptions {
  readonly host: Host;
  /** Relative paths start here. */
  readonly cwd: string;
  readonly vng: Vng | string | undefined;
  /** Never use the network. */
  readonly offline: boolean;
  readonly signal: AbortSignal;
}

/**
 * The profile with the kernel that its runner's settings name, as a file; the same profile where there are none.
 * @throws HostError `kernel_unavailable` where there is no such kernel
 */
export async function withRunnerKernel(profile: Profile, options: RunnerKernelOptions): Promise<Profile> {
  const { virtme, firecracker } = profile;
  if (profile.kernel !== undefined) return profile;
  if (firecracker !== undefined) return await withFirecrackerKernel(profile, firecracker, options);
  if (virtme === undefined) return profile;
  const image = await imageOf(profile.id, virtme.run, options);
  const { top, ...rest } = profile;
  // What vng downloaded lies where vng keeps it.
  const inside = UPSTREAM_RELEASE.test(virtme.run) ? undefined : top;
  const kernel: KernelSource = { source: 'file', image, ...(await modulesOf(options.host, image, inside)) };
  return { ...rest, ...(inside !== undefined && { top: inside }), kernel, virtme: { ...virtme, run: image } };
}

/** Its files are those of this machine, and the same checks are made of the kernel as of any other. */
async function withFirecrackerKernel(
  profile: Profile,
  { kernel, initrd, rootfs, bootArgs }: FirecrackerSettings,
  { host, cwd }: RunnerKernelOptions,
): Promise<Profile> {
  const at = async (key: string, path: string): Promise<string> => {
    const found = resolve(cwd, path);
    if ((await host.files.stat(found))?.isFile) return found;
    throw new HostError(
      'kernel_unusable',
      `${profile.id}: firecracker.${key} is ${path}, and there is no such file; name one that is there`,
    );
  };
  const image = await at('kernel_image_path', kernel);
  if (initrd !== undefined) await at('initrd_path', initrd);
  if (rootfs !== undefined) await at('rootfs_path', rootfs);
  return {
    ...profile,
    kernel: { source: 'file', image, ...(await modulesOf(host, image, profile.top)) },
    firecracker: { bootArgs, kernel: image, ...(initrd && { initrd }), ...(rootfs && { rootfs }) },
  };
}

async function imageOf(id: string, run: string, options: RunnerKernelOptions): Promise<string> {
  const { host, cwd } = options;
  if (UPSTREAM_RELEASE.test(run)) return await downloaded(id, run, options);
  const path = resolve(cwd, run);
  const stat = await host.files.stat(path);
  if (stat?.isFile) return path;
  if (stat?.isDirectory) {
    for (const built of BUILT) if ((await host.files.stat(join(path, built)))?.isFile) return join(path, built);
  }
  throw new HostError(
    'kernel_unusable',
    `${id}: virtme_ng.run is ${run}, and there is no kernel; name a bzImage, a tree with one, or a release (v6.8)`,
  );
}

/** The image of a release that vng has, after it fetched it where it had not. */
async function downloaded(
  id: string,
  run: string,
  { host, vng, offline, signal }: RunnerKernelOptions,
): Promise<string> {
  if (typeof vng !== 'object')
    throw new HostError('vng_missing', `${id} needs virtme-ng: ${vng ?? 'this run has not looked for it'}`);
  // vng downloads what it does not have, and says only afterwards which of both it was.
  if (offline) {
    throw new HostError(
      'kernel_not_stored',
      phrase`virtme-ng may have to download the kernel ${run} of ${id}, and ${option('offline')} forbids that; name its image by a path in virtme_ng.run`,
    );
  }
  const options = { env: vngEnv(host, vng), cwd: '/', timeoutMs: DOWNLOAD_MS, signal };
  const { exitCode, stdout, stderr } = await host.run(
    vng.command,
    ['--dry-run', '--run', run, '--exec', 'true'],
    options,
  );
  const image = /--kimg '?([^\s']+)/.exec(stdout.toString())?.[1];
  if (exitCode === 0 && image !== undefined && (await host.files.stat(image))?.isFile) return image;
  const last = stderr.toString().trimEnd().split('\n').at(-1) ?? '';
  throw new HostError('kernel_unusable', `${id}: vng could not get the kernel ${run}: ${last.slice(0, 300)}`);
}

/** The modules beside a kernel, where a package or an installation has them. */
async function modulesOf(host: Host, image: string, top: string | undefined): Promise<{ modules?: string }> {
  const root = dirname(dirname(image));
  for (const path of ['lib/modules', 'usr/lib/modules']) {
    const dir = join(root, path);
    if (top !== undefined && !within(top, dir)) continue;
    if (root !== '/' && (await host.files.stat(dir))?.isDirectory) return { modules: dir };
  }
  return {};
}

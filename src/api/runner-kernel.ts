import { dirname, join, resolve } from 'node:path';
import { type Vng, vngEnv } from '../guests/virtme/find-vng.ts';
import type { Host } from '../host/host.ts';
import { HostError } from '../model/errors.ts';
import type { KernelSource, Profile } from '../model/kernel.ts';

/** vng may have to download the kernel. */
const DOWNLOAD_MS = 10 * 60_000;
/** An upstream release, as vng fetches them. */
const RELEASE = /^v\d+\.\d+(?:\.\d+)?(?:-rc\d+)?$/;
/** Where a tree has the image that it built. */
const BUILT = ['arch/x86/boot/bzImage', 'vmlinuz', 'bzImage'];

/** What a profile whose runner names the kernel by a path gets its kernel from: the same checks as a kernel of the user's own. */
export interface RunnerKernelOptions {
  readonly host: Host;
  /** Relative paths start here. */
  readonly cwd: string;
  readonly vng: Vng | string | undefined;
  readonly signal: AbortSignal;
}

/**
 * The profile with the kernel that its runner's settings name, as a file; the same profile where there are none.
 * @throws HostError `kernel_unavailable` where there is no such kernel
 */
export async function withRunnerKernel(profile: Profile, options: RunnerKernelOptions): Promise<Profile> {
  const { virtme } = profile;
  if (virtme === undefined || profile.kernel !== undefined) return profile;
  const image = await imageOf(profile.id, virtme.run, options);
  const kernel: KernelSource = { source: 'file', image, ...(await modulesOf(options.host, image)) };
  const { top: _inside, ...rest } = profile;
  return { ...rest, kernel, virtme: { ...virtme, run: image } };
}

async function imageOf(id: string, run: string, { host, cwd, vng, signal }: RunnerKernelOptions): Promise<string> {
  if (RELEASE.test(run)) return await downloaded(host, id, run, vng, signal);
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
  host: Host,
  id: string,
  run: string,
  vng: Vng | string | undefined,
  signal: AbortSignal,
): Promise<string> {
  if (typeof vng !== 'object')
    throw new HostError('vng_missing', `${id} needs virtme-ng: ${vng ?? 'this run has not looked for it'}`);
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
async function modulesOf(host: Host, image: string): Promise<{ modules?: string }> {
  const root = dirname(dirname(image));
  for (const path of ['lib/modules', 'usr/lib/modules']) {
    const dir = join(root, path);
    if (root !== '/' && (await host.files.stat(dir))?.isDirectory) return { modules: dir };
  }
  return {};
}

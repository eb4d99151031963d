import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import type { Host } from '../host/host.ts';
import { btfDirectoryProblem, btfFileFor } from '../kernels/btf-directory.ts';
import { readBtfFile } from '../kernels/btf-file.ts';
import type { Target } from '../model/cell.ts';
import { CancelledError, UsageError, wordingOf } from '../model/errors.ts';
import type { Arch, Profile } from '../model/kernel.ts';
import type { BtfByRelease, KernelBtf } from '../model/kernel-btf.ts';
import { option, phrase, type Wording } from '../model/wording.ts';
import { kernelBtfProblem } from '../object/kernel-btf.ts';
import { confineFlag, flagRoot, within } from '../run/confine.ts';
import type { ResolvedEnvironment } from './services.ts';

const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file; correct the path',
  EACCES: 'this user may not read it; correct its permissions',
};

async function readBtf(
  host: Host,
  path: string,
  arch: Arch,
  said: Wording,
  signal: AbortSignal | undefined,
): Promise<KernelBtf> {
  const reject = (why: Wording, cause?: unknown): UsageError =>
    new UsageError('btf_unusable', phrase`${said}: ${why}`, { cause });
  const bytes = await readBtfFile(host, path, signal).catch((error: unknown) => {
    if (error instanceof CancelledError) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (code === 'tool_missing') throw error;
    throw reject(UNREADABLE[code] ?? wordingOf(error), error);
  });
  const problem = kernelBtfProblem(bytes, arch);
  if (problem !== undefined) throw reject(problem);
  return { path, bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** A profile as far as BTF for its kernel depends on it. */
type BtfSubject = Pick<Profile, 'distro' | 'version' | 'arch'>;

/**
 * BTF of a file; of a directory that of each release when it is known.
 * @throws UsageError `btf_unusable` for a file that cannot be used, and for a directory that is not an archive of BTF
 */
async function openBtf(
  host: Host,
  path: string,
  profile: BtfSubject,
  said: Wording,
  signal: AbortSignal | undefined,
): Promise<KernelBtf | BtfByRelease> {
  const { arch } = profile;
  if (!(await host.files.stat(path).catch(() => undefined))?.isDirectory)
    return readBtf(host, path, arch, said, signal);
  const problem = await btfDirectoryProblem(host, path);
  if (problem !== undefined) throw new UsageError('btf_unusable', phrase`${said}: ${problem}`);
  return async (release) => {
    const found = await btfFileFor(host, path, { ...profile, release });
    if ('none' in found) return found;
    const [top, real] = [await host.files.realPath(path), await host.files.realPath(found.path)];
    const file = phrase`${said}: ${found.path}`;
    // Whoever made the directory chose its links; what lies elsewhere was named by no one.
    if (!within(top, real))
      throw new UsageError('btf_unusable', phrase`${file}: it is a link to ${real}, outside of ${top}; copy the file`);
    return readBtf(host, found.path, arch, file, signal);
  };
}

/**
 * BTF that a profile names.
 * @throws UsageError `btf_unusable` with where it was named and what to do; HostError `tool_missing`; CancelledError
 */
export function readProfileBtf(
  host: Host,
  profile: BtfSubject,
  { path, origin }: NonNullable<Profile['btf']>,
  signal: AbortSignal,
): Promise<KernelBtf | BtfByRelease> {
  return openBtf(host, path, profile, `${origin} ${path}`, signal);
}

/**
 * The same targets with the BTF of a flag, for those whose profile names none.
 * @param file file or directory, relative to `cwd`
 * @throws UsageError `btf_unusable` before anything boots
 */
export async function withFlagBtf(
  { host, cwd }: ResolvedEnvironment,
  targets: readonly Target[],
  file: string | undefined,
  signal: AbortSignal | undefined,
): Promise<readonly Target[]> {
  if (file === undefined) return targets;
  const said = phrase`${option('btf')} ${file}`;
  const path = resolve(cwd, file);
  await confineFlag(host, await flagRoot(host, cwd), said, path);
  const arches = new Map(targets.map(({ profile }) => [profile.arch, profile]));
  for (const profile of arches.values()) await openBtf(host, path, profile, said, signal);
  const btf = { path, origin: said.toString() };
  return targets.map((target) =>
    target.profile.btf === undefined ? { ...target, profile: { ...target.profile, btf } } : target,
  );
}

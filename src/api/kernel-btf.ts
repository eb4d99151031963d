import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import type { Host } from '../host/host.ts';
import { readBtfFile } from '../kernels/btf-file.ts';
import type { Target } from '../model/cell.ts';
import { CancelledError, UsageError, wordingOf } from '../model/errors.ts';
import type { Arch, Profile } from '../model/kernel.ts';
import type { KernelBtf } from '../model/kernel-btf.ts';
import { option, phrase, type Wording } from '../model/wording.ts';
import { kernelBtfProblem } from '../object/kernel-btf.ts';
import { confineFlag, flagRoot } from '../run/confine.ts';
import type { ResolvedEnvironment } from './services.ts';

const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file; correct the path',
  EISDIR: 'it is a directory; name a file with BTF',
  EACCES: 'this user may not read it; correct its permissions',
};

async function readBtf(
  host: Host,
  path: string,
  arch: Arch,
  said: Wording,
  signal: AbortSignal | undefined,
): Promise<KernelBtf> {
  const refuse = (why: Wording, cause?: unknown): UsageError =>
    new UsageError('btf_unusable', phrase`${said}: ${why}`, { cause });
  const bytes = await readBtfFile(host, path, signal).catch((error: unknown) => {
    if (error instanceof CancelledError) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (code === 'tool_missing') throw error;
    throw refuse(UNREADABLE[code] ?? wordingOf(error), error);
  });
  const problem = kernelBtfProblem(bytes, arch);
  if (problem !== undefined) throw refuse(problem);
  return { path, bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/**
 * BTF that a profile names.
 * @throws UsageError `btf_unusable` with where it was named and what to do; HostError `tool_missing`; CancelledError
 */
export function readProfileBtf(
  host: Host,
  { arch }: Pick<Profile, 'arch'>,
  { path, origin }: NonNullable<Profile['btf']>,
  signal: AbortSignal,
): Promise<KernelBtf> {
  return readBtf(host, path, arch, `${origin} ${path}`, signal);
}

/**
 * The same targets with the BTF of a flag, for those whose profile names none.
 * @param file relative to `cwd`
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
  for (const arch of new Set(targets.map(({ profile }) => profile.arch))) await readBtf(host, path, arch, said, signal);
  const btf = { path, origin: said.toString() };
  return targets.map((target) =>
    target.profile.btf === undefined ? { ...target, profile: { ...target.profile, btf } } : target,
  );
}

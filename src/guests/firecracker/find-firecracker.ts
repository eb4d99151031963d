import { isAbsolute, join } from 'node:path';
import type { Host } from '../../host/host.ts';
import { HostError } from '../../model/errors.ts';
import { relativeProgram } from '../named-program.ts';
import { toolEnv } from '../qemu/tool-env.ts';

/** Firecracker on this machine. */
export interface Firecracker {
  /** An absolute path. */
  readonly command: string;
  /** `1.12.0` */
  readonly version: string;
  /** The program that puts it into a root directory of its own; absent where there is none, or this user is not root. */
  readonly jailer?: string;
  /** Why there is no jailer around it. */
  readonly unjailed?: string;
}

const REMEDY =
  'install a release of it (docs/firecracker-backend.md), or name the program in BPFCOMPAT_FIRECRACKER_BIN';

/** The first program of a name in PATH, or the path that was named. */
async function located(host: Host, named: string): Promise<string | undefined> {
  if (named.includes('/')) return isAbsolute(named) ? named : undefined;
  for (const dir of (toolEnv(host)['PATH'] ?? '').split(':')) {
    const path = join(dir, named);
    const stat = isAbsolute(dir) ? await host.files.stat(path) : undefined;
    if (stat?.isFile && stat.executable) return path;
  }
  return undefined;
}

async function versionOf(host: Host, command: string, words: RegExp, signal: AbortSignal): Promise<string | undefined> {
  const options = { env: toolEnv(host), cwd: '/', timeoutMs: 10_000, signal };
  const result = await host.run(command, ['--version'], options).catch((cause: unknown) => {
    if (!(cause instanceof HostError)) throw cause;
    return undefined;
  });
  return result?.exitCode === 0 ? words.exec(result.stdout.toString())?.[1] : undefined;
}

/** @throws HostError `firecracker_missing` when there is none that can be run */
export async function findFirecracker(host: Host, signal: AbortSignal): Promise<Firecracker> {
  const named = host.env['BPFCOMPAT_FIRECRACKER_BIN'] || 'firecracker';
  const relative = relativeProgram('BPFCOMPAT_FIRECRACKER_BIN', named);
  if (relative !== undefined) throw new HostError('firecracker_missing', relative);
  const command = await located(host, named);
  if (command === undefined || !(await host.files.stat(command))?.isFile)
    throw new HostError('firecracker_missing', `${named} (Firecracker) is not installed; ${REMEDY}`);
  const version = await versionOf(host, command, /^Firecracker v(\d[\w.+-]{0,30})/m, signal);
  if (version === undefined)
    throw new HostError('firecracker_missing', `${command} --version does not say which Firecracker it is; ${REMEDY}`);
  return { command, version, ...(await jailerFor(host, signal)) };
}

async function jailerFor(host: Host, signal: AbortSignal): Promise<Pick<Firecracker, 'jailer' | 'unjailed'>> {
  const id = await host.run('id', ['-u'], { env: toolEnv(host), cwd: '/', timeoutMs: 10_000, signal });
  if (id.stdout.toString().trim() !== '0') return { unjailed: 'the jailer needs root' };
  const named = host.env['BPFCOMPAT_JAILER_BIN'] || 'jailer';
  const relative = relativeProgram('BPFCOMPAT_JAILER_BIN', named);
  if (relative !== undefined) return { unjailed: relative };
  const jailer = await located(host, named);
  const version = jailer && (await versionOf(host, jailer, /^Jailer v(\d[\w.+-]{0,30})/m, signal));
  return jailer === undefined || version === undefined
    ? {
        unjailed: `${named} (the jailer of Firecracker) is not installed; install it beside Firecracker, or name it in BPFCOMPAT_JAILER_BIN`,
      }
    : { jailer };
}

import { readFile } from 'node:fs/promises';
import { HostError } from '../model/errors.ts';
import { startChild } from './child.ts';
import { createNetwork } from './download.ts';
import { createFiles } from './files.ts';
import type { Host } from './host.ts';
import { runTool } from './run.ts';
import { sockets } from './sockets.ts';

function hostArch(): Host['arch'] {
  if (process.arch === 'x64') return 'x86_64';
  if (process.arch === 'arm64') return 'aarch64';
  throw new HostError('unsupported_arch', `this machine is ${process.arch}; x86_64 and arm64 hosts are supported`);
}

/** From the kernel's own estimate, which counts caches that it would give back. */
async function availableMemory(): Promise<number | undefined> {
  const text = await readFile('/proc/meminfo', 'utf8').catch(() => '');
  const kilobytes = /^MemAvailable:\s+(\d+) kB/m.exec(text)?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}

/** Environment of a tool that was given none: enough to find programs, nothing of the user's secrets. */
function plainEnv(env: Host['env']): Record<string, string> {
  return { PATH: env['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin', HOME: env['HOME'] ?? '/', LC_ALL: 'C' };
}

/** The real machine. `env` is what the face lets the core see. */
export function createHost(options: { readonly env: Host['env'] }): Host {
  return {
    arch: hostArch(),
    env: options.env,
    now: () => new Date(),
    monotonicMs: () => performance.now(),
    availableMemory,
    run: (command, args, runOptions) => runTool(command, args, { env: plainEnv(options.env), ...runOptions }),
    start: startChild,
    files: createFiles(),
    network: createNetwork(options.env),
    sockets,
  };
}

import { HostError } from '../model/errors.ts';
import { startChild } from './child.ts';
import { createFiles } from './files.ts';
import type { Host } from './host.ts';
import { runTool } from './run.ts';

function hostArch(): Host['arch'] {
  if (process.arch === 'x64') return 'x86_64';
  if (process.arch === 'arm64') return 'aarch64';
  throw new HostError('unsupported_arch', `this machine is ${process.arch}; x86_64 and arm64 hosts are supported`);
}

/** The real machine. `env` is what the face lets the core see. */
export function createHost(options: { readonly env: Host['env'] }): Host {
  return {
    arch: hostArch(),
    env: options.env,
    now: () => new Date(),
    monotonicMs: () => performance.now(),
    run: runTool,
    start: startChild,
    files: createFiles(),
  };
}

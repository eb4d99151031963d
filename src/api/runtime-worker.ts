import { join, resolve } from 'node:path';
import type { Host } from '../host/host.ts';
import { HostError } from '../model/errors.ts';
import { type ExecuteRequest, Execution } from '../runtime/execution.ts';
import type { LoadOptions } from './agent-apply-types.ts';

/** How the worker is started: the program and its first arguments. */
export type WorkerProgram = readonly [program: string, ...args: string[]];

const GRACE_MS = 15_000;
const MAX_OUTPUT = 4 * 1024 * 1024;
/** The last ones: the single-file program finds its files by them. */
const PASSED_ON = [
  ...['BPFCOMPAT_VALIDATOR_BIN', 'BPFCOMPAT_VALIDATOR_SHA256', 'BPFCOMPAT_MAX_OBJECT_BYTES'],
  ...['BPFCOMPAT_CACHE_DIR', 'XDG_CACHE_HOME', 'HOME'],
];

/** The program that alone may load on this host. @param root of the package */
export function workerProgram(root: string): WorkerProgram {
  return [process.execPath, join(root, 'build', 'agent.mjs'), 'worker-execute'];
}

/**
 * What the worker is to do: check the load of the file at `path` if it has this digest.
 * @param cwd for paths of options @param manifestSha256 of the manifest that was looked at; empty: none was
 */
export function executeRequest(
  options: LoadOptions & { readonly workdir: string },
  cwd: string,
  { path, sha256 }: { readonly path: string; readonly sha256: string },
  manifestSha256 = '',
): ExecuteRequest {
  const placeOf = (file: string): string => (file === '' ? '' : resolve(cwd, file));
  return {
    ArtifactPath: path,
    ManifestPath: placeOf(options.manifest),
    AttachMode: options.attachMode,
    ProbeFeatures: options.probeFeatures,
    AllowHostLoad: true,
    UseSudo: options.useSudo,
    SudoNonInteractive: options.sudoNonInteractive,
    ValidatorBinaryPath: placeOf(options.validator),
    WorkDir: resolve(cwd, options.workdir),
    Timeout: options.timeoutMs * 1e6,
    ExpectedSHA256: sha256,
    ManifestSHA256: manifestSha256,
  };
}

/**
 * Has the worker check a load on this host. Nothing stays loaded.
 * @throws HostError `worker_failed` with its words where it did not come to a result
 */
export async function runWorkerCheck(
  host: Host,
  [program, ...args]: WorkerProgram,
  execute: ExecuteRequest,
): Promise<Execution> {
  const own = PASSED_ON.flatMap((name) => (host.env[name] === undefined ? [] : [[name, host.env[name]] as const]));
  const ran = await host.run(program, args, {
    input: JSON.stringify({ execute }),
    env: { PATH: host.env['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', ...Object.fromEntries(own) },
    timeoutMs: Math.ceil(execute.Timeout / 1e6) + GRACE_MS,
    maxOutput: MAX_OUTPUT,
  });
  const words = ran.stderr.toString('utf8').trim();
  if (ran.exitCode !== 0)
    throw new HostError('worker_failed', words === '' ? `the worker ended with ${ran.exitCode ?? ran.signal}` : words);
  try {
    return Execution.parse((JSON.parse(ran.stdout.toString('utf8')) as { execution: unknown }).execution);
  } catch (cause) {
    throw new HostError('worker_failed', 'the worker printed no execution', { cause });
  }
}

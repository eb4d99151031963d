import { join, resolve } from 'node:path';
import * as z from 'zod';
import type { Host } from '../host/host.ts';
import { HostError, UsageError } from '../model/errors.ts';
import { WORK_DIRECTORY } from '../model/work-directory.ts';
import { sha256 } from '../runtime/canonical.ts';
import type { Execution } from '../runtime/execution.ts';
import { profileHint } from '../runtime/profile-hint.ts';
import { maxObjectBytes } from '../runtime/store.ts';
import { probeHost } from './runtime-probe.ts';
import { executeRequest, runWorkerCheck, type WorkerProgram, workerProgram } from './runtime-worker.ts';
import { type Environment, environmentOf } from './services.ts';

export interface HostLoadOptions extends Environment {
  /** Must be true: the object is loaded on this host for the time of the check. */
  readonly allowHostLoad: boolean;
  /** Default `disabled`: it is loaded and not attached. */
  readonly attachMode?: 'disabled' | 'best-effort' | 'required';
  /** Default false. */
  readonly probeFeatures?: boolean;
  /** Default `.bpfcompat`. */
  readonly workDir?: string;
  /** Validator to use. Default: the installed one. */
  readonly validator?: string;
  /** Default false: this process is root already. */
  readonly useSudo?: boolean;
  /** Default two minutes. */
  readonly timeoutMs?: number;
  /** Default: the program that comes along. */
  readonly worker?: WorkerProgram;
}

/** Whether an object loads on the kernel of this host, now. It was let go of again. */
export interface HostLoadResult {
  readonly loadable: boolean;
  /** What catalogs would call this host; empty: nothing. */
  readonly profile: string;
  readonly kernel: { readonly release: string; readonly arch: string; readonly btf: boolean };
  readonly load: { readonly status: string; readonly errno: number; readonly logTail: string };
  readonly attach: {
    readonly mode: string;
    readonly status: string;
    readonly attempted: number;
    readonly passed: number;
    readonly failed: number;
  };
  /** By name, where features were probed. */
  readonly capabilities: {
    readonly mapTypes: Readonly<Record<string, string>>;
    readonly programTypes: Readonly<Record<string, string>>;
    readonly btf: boolean;
  };
  /** Undefined for an object that loads. A cause is found by `validate`, in a VM. */
  readonly classification: { readonly code: string; readonly confidence: string; readonly reason: string } | undefined;
  /** What the worker said, with the document of the validator. */
  readonly raw: { readonly execution: Execution; readonly validator: unknown };
}

const MAX_RESULT = 16 * 1024 * 1024;
const LOG_TAIL = 4096;

const Statuses = z.record(z.string(), z.looseObject({ status: z.string() })).default({});
const Document = z.object({
  capabilities: z
    .object({ map_types: Statuses, program_types: Statuses })
    .default({ map_types: {}, program_types: {} }),
  logs: z.object({ libbpf: z.string().default('') }).default({ libbpf: '' }),
});

async function documentOf(host: Host, path: string): Promise<unknown> {
  if (path === '' || (await host.files.stat(path)) === undefined) return undefined;
  return JSON.parse((await host.files.read(path, MAX_RESULT)).toString('utf8'));
}

function statuses(of: z.infer<typeof Statuses>): Record<string, string> {
  return Object.fromEntries(Object.entries(of).map(([name, { status }]) => [name, status]));
}

function resultOf(execution: Execution, validator: unknown): Omit<HostLoadResult, 'profile' | 'kernel'> {
  const { capabilities, logs } = Document.parse(validator ?? {});
  const { validator: summary, status } = execution;
  const loadable = status === 'pass';
  const reason = summary?.load_error ?? execution.stderr ?? execution.notes.at(-1) ?? '';
  return {
    loadable,
    load: {
      status: summary?.load_status ?? 'error',
      errno: Math.abs(summary?.load_error_code ?? 0),
      logTail: logs.libbpf.slice(-LOG_TAIL),
    },
    attach: {
      mode: summary?.attach_mode ?? execution.attach_mode,
      status: summary?.attach_status ?? 'skipped',
      attempted: summary?.attach_attempted ?? 0,
      passed: summary?.attach_passed ?? 0,
      failed: summary?.attach_failed ?? 0,
    },
    capabilities: {
      mapTypes: statuses(capabilities.map_types),
      programTypes: statuses(capabilities.program_types),
      btf: summary?.kernel_btf_available ?? false,
    },
    classification: loadable ? undefined : { code: 'UNKNOWN', confidence: 'low', reason },
    raw: { execution, validator },
  };
}

/** @throws HostError: of a check that did not complete it is not known whether the object loads */
function throwIfIncomplete({ status, stderr = '', notes }: Execution): void {
  if (status !== 'error') return;
  const words = [stderr.trim().slice(-LOG_TAIL), notes.at(-1) ?? ''].filter((one) => one !== '');
  throw new HostError('worker_failed', `the load check did not complete: ${words.join('; ') || 'no reason was given'}`);
}

function reject(allowed: boolean): void {
  if (allowed) return;
  throw new UsageError(
    'host_load_not_allowed',
    'loading on this host is off: set allowHostLoad to true, or use validate, which loads the object in a VM',
  );
}

/**
 * Loads an object on the kernel of this host and lets go of it (experimental).
 * @throws UsageError `host_load_not_allowed` unless `allowHostLoad` is true, before the file is read; HostError
 *   `worker_failed` where there is no result, or the check did not complete
 */
export async function validateBeforeLoad(path: string, options: HostLoadOptions): Promise<HostLoadResult> {
  reject(options.allowHostLoad === true);
  const { host, cwd, root } = environmentOf(options);
  const file = resolve(cwd, path);
  const digest = sha256(await host.files.read(file, maxObjectBytes(host)));
  const probe = await probeHost(options);
  const load = {
    ...{ manifest: '', attachMode: options.attachMode ?? 'disabled', probeFeatures: options.probeFeatures ?? false },
    ...{ useSudo: options.useSudo ?? false, sudoNonInteractive: true, validator: options.validator ?? '' },
    ...{ timeoutMs: options.timeoutMs ?? 120_000, workdir: options.workDir ?? WORK_DIRECTORY },
  };
  const request = executeRequest(load, cwd, { path: file, sha256: digest });
  const execution = await runWorkerCheck(host, options.worker ?? workerProgram(root), request);
  throwIfIncomplete(execution);
  const { release, arch, btf_sha256: btf } = probe.identity;
  return {
    ...resultOf(execution, await documentOf(host, execution.validator_result_path)),
    profile: profileHint(probe),
    kernel: { release, arch, btf: typeof btf === 'string' },
  };
}

/** The same for bytes. @throws as `validateBeforeLoad` */
export async function validateBytes(bytes: Uint8Array, options: HostLoadOptions): Promise<HostLoadResult> {
  reject(options.allowHostLoad === true);
  const { host } = environmentOf(options);
  await using dir = await host.files.tempDir('bpfcompat-load-');
  const file = join(dir.path, 'object.bpf.o');
  await host.files.writeAtomic(file, bytes);
  return await validateBeforeLoad(file, options);
}

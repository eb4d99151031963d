import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import * as z from 'zod';
import type { Host } from '../host/host.ts';
import { HostError, UsageError } from '../model/errors.ts';
import { checkObjectHeader } from '../object/header.ts';
import { findValidator } from '../run/validator-binary.ts';
import { sha256 } from '../runtime/canonical.ts';
import { type ExecuteRequest, type Execution, MAX_MANIFEST_BYTES, ValidatorSummary } from '../runtime/execution.ts';
import { maxObjectBytes } from '../runtime/store.ts';

const MAX_RESULT = 16 * 1024 * 1024;
const MAX_STDERR = 8192;
/** What the validator needs to end by itself after its time. */
const GRACE_MS = 5000;

const Document = z.object({
  status: z.string(),
  load: z.object({ status: z.string(), error_code: z.number().default(0), error: z.string().default('') }),
  attach: z.object({
    mode: z.string().default(''),
    status: z.string().default(''),
    attempted: z.number().default(0),
    passed: z.number().default(0),
    failed: z.number().default(0),
  }),
  btf: z
    .object({
      kernel_btf_available: z.boolean().default(false),
      artifact_has_btf: z.boolean().default(false),
      artifact_has_btf_ext: z.boolean().default(false),
    })
    .default({ kernel_btf_available: false, artifact_has_btf: false, artifact_has_btf_ext: false }),
});

async function summaryAt(host: Host, path: string) {
  if ((await host.files.stat(path)) === undefined) return undefined;
  const read = Document.safeParse(JSON.parse((await host.files.read(path, MAX_RESULT)).toString('utf8')));
  if (!read.success) return undefined;
  const { status, load, attach, btf } = read.data;
  return ValidatorSummary.parse({
    status,
    load_status: load.status,
    load_error_code: load.error_code,
    ...(load.error !== '' && { load_error: load.error }),
    attach_mode: attach.mode,
    attach_status: attach.status,
    attach_attempted: attach.attempted,
    attach_passed: attach.passed,
    attach_failed: attach.failed,
    ...btf,
  });
}

/** The bytes that will be loaded, checked, in a directory that no one else writes: what is checked is what is loaded. */
async function ownCopy(host: Host, request: ExecuteRequest, dir: string) {
  const bytes = await host.files.read(request.ArtifactPath, maxObjectBytes(host));
  const digest = sha256(bytes);
  if (request.ExpectedSHA256 !== '' && digest !== request.ExpectedSHA256)
    throw new HostError(
      'wrong_digest',
      `${request.ArtifactPath} has the digest ${digest}, not ${request.ExpectedSHA256}`,
    );
  const problem = checkObjectHeader(bytes);
  if (problem) throw new HostError('object_invalid', `${request.ArtifactPath}: ${problem.message}`);
  await host.files.makeDir(dir, 0o700);
  const copy = join(dir, 'object.bpf.o');
  await host.files.writeAtomic(copy, bytes);
  return { copy, digest };
}

/** The manifest likewise; empty: there is none. */
async function ownManifest(host: Host, request: ExecuteRequest, dir: string): Promise<string> {
  if (request.ManifestPath === '') return '';
  const bytes = await host.files.read(request.ManifestPath, MAX_MANIFEST_BYTES);
  const digest = sha256(bytes);
  if (request.ManifestSHA256 !== '' && digest !== request.ManifestSHA256)
    throw new HostError(
      'wrong_digest',
      `${request.ManifestPath} was changed after it was looked at: its digest is ${digest}, not ${request.ManifestSHA256}`,
    );
  const copy = join(dir, 'manifest.yaml');
  await host.files.writeAtomic(copy, bytes);
  return copy;
}

function commandOf(request: ExecuteRequest, isRoot: boolean, validator: string, args: readonly string[]): string[] {
  if (isRoot || !request.UseSudo) return [validator, ...args];
  return ['sudo', ...(request.SudoNonInteractive ? ['-n'] : []), validator, ...args];
}

async function validatorOf(host: Host, root: string, { ValidatorBinaryPath: own }: ExecuteRequest): Promise<string> {
  const env = { ...host.env, ...(own !== '' && { BPFCOMPAT_VALIDATOR_BIN: own }) };
  return (await findValidator({ ...host, env }, root, host.arch)).path;
}

const STATUS: Readonly<Record<number, Execution['status']>> = { 0: 'pass', 2: 'fail' };

/**
 * Loads an object on this host and lets go of it: programs and links end with the validator. The only code of this project
 * that loads anything outside of a guest; a worker of its own runs it (main.ts).
 * @param root of the package @param isRoot whether this process may load without sudo
 * @throws UsageError `host_load_not_allowed` unless the request allows it, HostError for an object that is not the wanted one
 */
export async function checkLoad(
  host: Host,
  root: string,
  request: ExecuteRequest,
  isRoot: boolean,
): Promise<Execution> {
  if (!request.AllowHostLoad)
    throw new UsageError('host_load_not_allowed', 'AllowHostLoad is false: nothing is loaded on this host');
  const started = host.now();
  const id = `${started.toISOString().replace(/[-:]|\.\d+/g, '')}-${randomBytes(3).toString('hex')}`;
  const runs = join(request.WorkDir, 'runtime-runs');
  await host.files.rejectLink(runs);
  const dir = join(runs, id);
  const { copy, digest } = await ownCopy(host, request, dir);
  const manifest = await ownManifest(host, request, dir);
  const validator = await validatorOf(host, root, request);
  const result = join(dir, 'validator-result.json');
  const logs = join(dir, 'logs');
  const args = Object.entries({
    artifact: copy,
    out: result,
    'log-dir': logs,
    'attach-mode': request.AttachMode,
    'probe-features': String(request.ProbeFeatures),
    ...(manifest !== '' && { manifest }),
  }).flatMap(([name, value]) => [`--${name}`, value]);
  const [program = '', ...rest] = commandOf(request, isRoot, validator, args);
  const timeoutMs = Math.ceil(request.Timeout / 1e6) + GRACE_MS;
  const ran = await host.run(program, rest, { timeoutMs, maxOutput: MAX_STDERR });
  const status = ran.timedOut ? 'error' : (STATUS[ran.exitCode ?? -1] ?? 'error');
  const summary = await summaryAt(host, result).catch(() => undefined);
  const finished = host.now();
  const stderr = ran.stderr.toString('utf8');
  return {
    schema_version: 'runtime_execute.v0.1',
    started_at: started.toISOString(),
    finished_at: finished.toISOString(),
    duration_ms: Math.round(ran.durationMs),
    // A verdict needs the result that it was made of.
    status: summary === undefined ? 'error' : status,
    artifact_path: request.ArtifactPath,
    artifact_sha256: digest,
    ...(request.ManifestPath !== '' && { manifest_path: request.ManifestPath }),
    attach_mode: request.AttachMode,
    probe_features: request.ProbeFeatures,
    used_sudo: program === 'sudo',
    command: [program, ...rest],
    exit_code: ran.exitCode ?? -1,
    run_dir: dir,
    log_dir: logs,
    validator_result_path: result,
    ...(stderr !== '' && { stderr }),
    ...(summary && { validator: summary }),
    notes: [
      'load check: programs and links ended with the validator, nothing stays loaded',
      ...(ran.timedOut ? ['the validator did not end in time'] : []),
    ],
  };
}

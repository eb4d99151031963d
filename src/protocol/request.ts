import { createHash } from 'node:crypto';
import type { AttachMode, FunctionalTest } from '../model/cell.ts';
import { UsageError } from '../model/errors.ts';
import type { GuestEntry } from '../model/guest-entry.ts';
import type { GuestModule } from '../model/guest-module.ts';
import type { LoaderCommand } from '../model/loader-command.ts';
import { sanitizeText } from '../model/sanitize.ts';
import { BLOB_KINDS, frameParts, MAX_HOST_PAYLOAD } from './frames.ts';
import { functionalPlanText } from './functional-plan.ts';
import { entryLines, hasShell } from './guest-files.ts';
import { moduleLines } from './guest-modules.ts';

/** What a guest is to do with one artifact. */
export interface ValidationRequest {
  readonly artifact: Uint8Array;
  readonly artifactName: string;
  readonly attachMode: AttachMode;
  readonly probeFeatures: boolean;
  readonly functionalTests: readonly FunctionalTest[];
  /** Programs the manifest marks `attach.required`; opt-in programs among them are tried too. */
  readonly requiredPrograms: readonly string[];
  /** Request lines `key=value` of docs/guest-protocol.md: map sizes, program types, variants, values. */
  readonly tuning: readonly string[];
  /** What the guest gets besides the object; none: it stays as small as it is. */
  readonly files?: readonly GuestEntry[] | undefined;
  /** The guest has a shell from its boot, for the commands of this request. */
  readonly hasShell?: boolean | undefined;
  /** BTF that stands in for the kernel's in CO-RE relocations; absent: the kernel's own. */
  readonly btf?: Uint8Array | undefined;
  /** Kernel modules that are inserted before the object is opened, dependencies first; absent: none. */
  readonly modules?: readonly GuestModule[] | undefined;
  /** Given: this is run instead of our own load. The artifact may then be empty. */
  readonly command?: LoaderCommand | undefined;
  /** Milliseconds the validator may work inside the guest. */
  readonly workTimeoutMs: number;
}

/** What makes a guest a guest of its own, also when it is a copy of another. */
export interface Identity {
  /** 32 hex digits. */
  readonly nonce: string;
  /** 128 hex digits of fresh random bytes. */
  readonly entropy: string;
  /** Milliseconds since 1970. */
  readonly realtimeMs: number;
  /** 64 hex digits of fresh random bytes that only PID 1 of the guest is given: what it seals its result with. */
  readonly sealKey: string;
}

/** What the guest must repeat in `begin`. */
export interface Expectation {
  readonly nonce: string;
  readonly artifactSha256: string;
  /** 64 hex digits; the result ends with a seal made with it. */
  readonly sealKey: string;
  /** The user's own loader is run: nothing is opened, loaded or attached by us. */
  readonly command: boolean;
}

/** A request on the wire: its bytes in order, and what has to come back. */
export interface WireRequest {
  readonly expect: Expectation;
  readonly chunks: readonly Uint8Array[];
  /** Sequence number of the next frame in this direction. */
  readonly nextSeq: number;
}

/** Name of the one functional test of command mode. */
const COMMAND_TEST = 'command';
/** The guest takes no longer time-out; the whole request has one of its own. */
const MAX_COMMAND_SECONDS = 86_400;

/** MAILBOX_TEXT_MAX of the guest. */
const MAX_TEXT_BYTES = 1024 * 1024;

/** Where BTF of the user lies in the guest. */
const BTF_PATH = '/tmp/bpfcompat-vmlinux.btf';

/** All files of a request, in their order. */
function filesOf({ files = [], btf }: ValidationRequest): readonly GuestEntry[] {
  if (btf === undefined) return files;
  return [...files, { kind: 'file', path: BTF_PATH, executable: false, bytes: btf }];
}

const TUNING =
  /^(?:set_map_max_entries|set_map_inner_ringbuf|set_map_inner_map|set_prog_type|prog_variants|probe_companions|set_rodata|set_attach_target|set_autoload|strict_libbpf)=/;

function singleLine(what: string, value: string): string {
  if (!/[\u0000-\u001f\u007f]/.test(value)) return value;
  throw new UsageError('bad_request_value', `${what} ${JSON.stringify(value)} has a control character; remove it`);
}

function tuningLine(line: string): string {
  if (TUNING.test(line)) return singleLine('the validator option', line);
  throw new UsageError(
    'bad_request_value',
    `unknown validator option ${JSON.stringify(line)}; see docs/guest-protocol.md`,
  );
}

/** What the plan says of the user's own loader: a test like others, with the name that its result has. */
function loaderTest({ command, expectExitCode, timeoutSeconds }: LoaderCommand): FunctionalTest {
  return {
    name: COMMAND_TEST,
    command,
    required: true,
    timeoutSeconds: Math.min(MAX_COMMAND_SECONDS, Math.max(1, Math.ceil(timeoutSeconds))),
    expectExitCode,
    expectStdoutContains: '',
    expectStderrContains: '',
  };
}

/** File names may hold any byte but must not add lines to the request. */
function safeName(name: string): string {
  return (
    sanitizeText(name)
      .replace(/[\n\t]/g, ' ')
      .trim()
      .slice(0, 255) || 'artifact'
  );
}

/**
 * The text of a request, docs/guest-protocol.md "Request".
 * @throws UsageError `bad_request_value` for a value that would break the line format.
 */
function requestText(
  request: ValidationRequest,
  identity: Identity,
  artifactSha256: string,
  functionalPlanSize: number,
): string {
  const lines = [
    'request.v1',
    `nonce=${identity.nonce}`,
    `artifact_name=${safeName(request.artifactName)}`,
    `artifact_sha256=${artifactSha256}`,
    `artifact_size=${request.artifact.length}`,
    `functional_plan_size=${functionalPlanSize}`,
    `attach_mode=${request.attachMode}`,
    `probe_features=${request.probeFeatures}`,
    `work_timeout_ms=${Math.max(1, Math.round(request.workTimeoutMs))}`,
    `realtime_ms=${Math.round(identity.realtimeMs)}`,
    `entropy=${identity.entropy}`,
    ...request.requiredPrograms.map((name) => `required_program=${singleLine('required program', name)}`),
    ...request.tuning.map(tuningLine),
    ...entryLines(filesOf(request)),
    ...(request.btf ? [`btf=${BTF_PATH}`] : []),
    ...moduleLines(request.modules ?? []),
    ...(request.hasShell || hasShell(request.files ?? []) ? ['shell=true'] : []),
    ...(request.command
      ? [
          `mode=${request.command.isLoader ? 'loader' : 'command'}`,
          `bin=${singleLine('path of the loader', request.command.binPath)}`,
        ]
      : []),
  ];
  return `${lines.join('\n')}\n`;
}

/**
 * Request and blobs as frames, counted from `seq`.
 * @throws UsageError for an artifact the protocol cannot carry, or values that would break the line format.
 */
export function encodeRequest(request: ValidationRequest, identity: Identity, seq: number): WireRequest {
  if (request.artifact.length > MAX_HOST_PAYLOAD) {
    throw new UsageError(
      'artifact_too_large',
      `${request.artifactName}: ${request.artifact.length} bytes, at most ${MAX_HOST_PAYLOAD} can be checked`,
    );
  }
  const artifactSha256 = createHash('sha256').update(request.artifact).digest('hex');
  const plan = Buffer.from(
    functionalPlanText(request.command ? [loaderTest(request.command)] : request.functionalTests),
  );
  const text = Buffer.from(requestText(request, identity, artifactSha256, plan.length));
  if (text.length > MAX_TEXT_BYTES) {
    const words = `the request is ${text.length} bytes long, at most ${MAX_TEXT_BYTES}: ship fewer files, or shorter paths`;
    throw new UsageError('bad_request_value', words);
  }
  const sendsArtifact = request.artifact.length > 0 || request.command === undefined;
  const blobs = [
    ...(sendsArtifact ? [{ kind: BLOB_KINDS.artifact, payload: request.artifact }] : []),
    ...(plan.length > 0 ? [{ kind: BLOB_KINDS.functionalPlan, payload: plan }] : []),
    ...filesOf(request).flatMap((entry) =>
      entry.kind === 'file' ? [{ kind: BLOB_KINDS.file, payload: entry.bytes }] : [],
    ),
    ...(request.modules ?? []).map(({ bytes }) => ({ kind: BLOB_KINDS.module, payload: bytes })),
    { kind: BLOB_KINDS.key, payload: Buffer.from(identity.sealKey, 'hex') },
  ];
  const chunks = [
    ...frameParts({ name: 'request', seq, payload: text }),
    ...blobs.flatMap((blob, index) => frameParts({ name: 'blob', ...blob, seq: seq + 1 + index })),
  ];
  const { nonce, sealKey } = identity;
  const expect = { nonce, artifactSha256, sealKey, command: request.command !== undefined };
  return { expect, chunks, nextSeq: seq + 1 + blobs.length };
}

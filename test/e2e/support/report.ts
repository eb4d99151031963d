import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { KernelIdentity } from '../../../src/model/kernel-identity.ts';

/**
 * The report v0.1 as the interface description has it, written down here a second time on purpose: when the product
 * renames or retypes a field, this notices. Fields that were added later are listed below the others.
 */

/** A field that is left out when it is empty, false or zero. */
function some<T extends z.ZodType>(schema: T) {
  const notEmpty = (value: unknown): boolean =>
    value !== '' &&
    value !== 0 &&
    value !== false &&
    value !== null &&
    (typeof value !== 'object' || Object.keys(value as object).length > 0);
  return schema.refine(notEmpty, 'an empty value must be left out').optional();
}

const text = z.string();
const time = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const path = z.string().startsWith('/');
const whole = z.number().int();

const Environment = z.object({
  distro: some(text),
  version: some(text),
  kernel_family: some(text),
  kernel: some(text),
  arch: some(text),
});

const Assertion = z.object({
  kind: z.enum(['map', 'variable', 'event', 'run']),
  subject: text.min(1),
  status: z.enum(['pass', 'fail', 'skipped']),
  wanted: some(text),
  seen: some(text),
  error: some(text),
});

const FunctionalTest = z.object({
  name: some(text),
  required: z.boolean(),
  status: some(z.enum(['pass', 'fail', 'skipped'])),
  command: some(text),
  timeout_seconds: some(whole),
  expected_exit_code: some(whole),
  exit_code: some(whole),
  timed_out: some(z.boolean()),
  stdout_tail: some(text),
  stderr_tail: some(text),
  duration_ms: some(whole),
  error: some(text),
  assertions: some(z.array(Assertion)),
});

const Finding = z.object({
  code: text,
  phase: text,
  subject: some(text),
  confidence: z.enum(['low', 'medium', 'high']),
  title: text.min(1),
  explanation: text,
  remediation: some(text),
  args: some(z.record(text, text)),
  evidence: some(z.object({ text, origin: text })),
});

const Program = z.object({
  name: text,
  section: some(text),
  type: some(text),
  load_status: z.enum(['pass', 'fail', 'skipped']),
  errno: some(whole),
  attach_status: some(z.enum(['pass', 'fail', 'skipped'])),
  attach_errno: some(whole),
  attach_method: some(text),
  attach_target: some(text),
  attach_reason: some(text),
  log_tail: some(text),
});

const TargetReport = z.object({
  profile_id: text,
  required: z.boolean(),
  status: z.enum(['pass', 'fail', 'infra_error', 'inferred', 'skipped']),
  profile: some(Environment),
  host: some(Environment),
  validation: some(
    z.object({
      load_status: some(z.enum(['pass', 'fail', 'skipped'])),
      load_error_code: some(whole.negative()),
      load_error: some(text),
      attach_mode: some(z.enum(['disabled', 'best-effort', 'required'])),
      attach_status: some(z.enum(['pass', 'warn', 'fail', 'skipped'])),
      attach_attempted: some(whole),
      attach_passed: some(whole),
      attach_failed: some(whole),
    }),
  ),
  functional: some(
    z.object({ status: some(z.enum(['pass', 'warn', 'fail', 'skipped'])), tests: some(z.array(FunctionalTest)) }),
  ),
  failed_stage: some(z.enum(['load', 'attach', 'functional', 'validation', 'transport', 'infra', 'command'])),
  btf: some(
    z.object({
      kernel_btf_available: z.boolean(),
      artifact_has_btf: z.boolean(),
      artifact_has_btf_ext: z.boolean(),
      supplied: z
        .object({
          path: text,
          sha256: text,
          size_bytes: z.number(),
          used: z.boolean(),
          reason: z.enum(['kernel_has_btf', 'no_core_relocations', 'no_answer']).optional(),
          without: z.object({ status: text, failed_stage: text.optional(), code: text.optional() }).optional(),
        })
        .optional(),
    }),
  ),
  classification_code: some(text),
  classification_confidence: some(z.enum(['low', 'medium', 'high'])),
  classification_reason: some(text),
  started_at: some(time),
  finished_at: some(time),
  duration_ms: some(whole),
  vm_run_dir: some(path),
  qemu_command: some(text),
  serial_log: some(path),
  validator_result: some(path),
  validator_exit: some(whole),
  infra_error: some(text),
  notes: some(z.array(text)),
  // Added:
  infra_cause: some(text),
  inference: some(z.object({ from: text, verdict: z.enum(['pass', 'fail']), accepted: z.boolean() })),
  retried_after: some(text),
  kernel_package: some(
    z.object({
      name: text,
      version: text,
      archive: text,
      suite: some(text),
      sha256,
      signer: some(text),
      signer_owner: some(text),
      url: some(text),
      build_id: some(text),
      btf_sha256: sha256.optional(),
      vmlinuz_sha256: sha256.optional(),
      config_sha256: sha256.optional(),
      locked: z.boolean().optional(),
      vouched_by: text,
    }),
  ),
  kernel_identity: some(KernelIdentity),
  guest: some(
    z.object({
      lane: text,
      isolation: z.enum(['cell', 'boot']),
      accel: z.enum(['kvm', 'tcg']),
      accel_reason: text.min(1),
      machine: text,
      channel: text,
      cpu_model: text,
      memory_mb: whole,
      // None of a guest that something else runs.
      qemu_version: z.string().regex(/^(?:\d+\.\d+|$)/),
      sandbox_layers: z.array(text),
    }),
  ),
  timings: some(z.object({ prepare_ms: whole, boot_ms: whole, ask_ms: whole, total_ms: whole })),
  findings: some(z.array(Finding)),
  programs: some(z.array(Program)),
  maps: some(z.array(z.object({ name: text, type: text }))),
  loaders: some(
    z.array(
      z.object({
        name: text,
        version: some(text),
        sha256: sha256.optional(),
        size_bytes: some(whole),
        decides: some(z.boolean()),
        status: z.enum(['pass', 'fail', 'infra_error', 'inferred', 'skipped']),
        verdict: some(text),
        failed_stage: some(text),
        code: some(text),
        reason: some(text),
        subject: some(text),
        evidence: some(z.object({ text, origin: text })),
        infra_error: some(text),
        attach_attempted: some(whole),
        attach_passed: some(whole),
        duration_ms: some(whole),
      }),
    ),
  ),
  loader_disagreements: some(
    z.array(
      z.object({
        rejecting: text,
        accepting: text,
        code: text,
        reason: some(text),
        title: text,
        maps: some(z.array(text)),
        fixups: some(z.array(text)),
      }),
    ),
  ),
  shims: some(z.array(z.object({ kind: text, subject: text, detail: text, errno: some(text) }))),
});
export type TargetReport = z.infer<typeof TargetReport>;

const Report = z.object({
  schema_version: z.literal('v0.1'),
  run: z.object({ id: z.string().regex(/^\d{8}T\d{6}Z-[0-9a-f]{6}$/), started_at: time, finished_at: time }),
  artifact: z.object({
    path: z.string().regex(/^(?:\/|command:\/\/)/),
    basename: text,
    sha256,
    size_bytes: whole.nonnegative(),
    altering_programs: some(z.array(z.object({ name: text, section: text, uses: z.array(text).min(1) }))),
  }),
  command: some(
    z.object({
      text: some(text),
      invocation_sha256: sha256,
      expected_exit_code: whole,
      binary: some(z.object({ basename: text, sha256, size_bytes: whole.positive() })),
    }),
  ),
  validator: some(z.object({ basename: text, sha256, size_bytes: whole.positive() })),
  matrix: z.object({ path: text, name: some(text), profiles: z.array(text).min(1) }),
  targets: some(z.array(TargetReport)),
  summary: z.object({ status: z.enum(['pass', 'fail', 'error']), notes: some(z.array(text)) }),
  versions: some(
    z.object({
      baseline: text,
      between: some(z.array(text)),
      current: text,
      targets: z.array(
        z.object({
          profile_id: text,
          baseline: some(text),
          between: some(z.array(text.nullable())),
          current: text,
          change: text,
        }),
      ),
    }),
  ),
  paths: z.object({ run_dir: path, json: path, markdown: some(path) }),
});
export type Report = z.infer<typeof Report>;

/** Reads a report as a consumer of version v0.1 would. @throws an error that names the field that is not as described */
export function readReport(file: string): Report {
  const raw = readFileSync(file, 'utf8');
  const value: unknown = JSON.parse(raw);
  if (raw !== `${JSON.stringify(value, null, 2)}\n`) throw new Error(`${file} is not indented as described`);
  return Report.parse(value);
}

/** The part of a report about one kernel. */
export function targetOf(report: Report, kernel: string): TargetReport {
  const target = report.targets?.find(({ profile_id }) => profile_id === kernel);
  if (target === undefined) throw new Error(`the report says nothing about ${kernel}`);
  return target;
}

/** What a report says about one program on one kernel. */
export function programOf(target: TargetReport, name: string): z.infer<typeof Program> {
  const program = target.programs?.find((candidate) => candidate.name === name);
  if (program === undefined) throw new Error(`${target.profile_id}: the report does not know program ${name}`);
  return program;
}

import * as z from 'zod';
import { FAIL_ON, MET } from '../model/gate.ts';
import { onceEach } from '../model/once-each.ts';
import { isDecisive } from './decisive.ts';
import { fixupCount } from './fixups.ts';

/**
 * A report as it is read back from its file (docs/report.md): the fields that someone looks at, all optional that an
 * older writer may not know. The file may come from anywhere: texts are only ever shown through escape.ts.
 */
const text = z.string();
const optional = text.default('');
const count = z.number().nonnegative().default(0);
const status = z.enum(['pass', 'fail', 'skipped', 'inferred', 'infra_error']);

const Location = z.object({
  file: text,
  line: z.number().int().nonnegative(),
  column: z.number().int().nonnegative().default(0),
  text: optional,
  function: optional,
  insn: z.number().int().optional(),
  certainty: optional,
  repository: z
    .object({ path: text, line: z.number().int().nonnegative(), match: z.enum(['exact', 'shifted', 'stale']) })
    .optional(),
});

const Finding = z.object({
  code: text,
  reason: optional,
  group: optional,
  phase: optional,
  subject: optional,
  confidence: optional,
  decisive: z.boolean().optional(),
  title: optional,
  explanation: optional,
  remediation: optional,
  location: Location.optional(),
  also: z.array(text).default([]),
  first_upstream_kernel: optional,
  args: z.record(text, text).default({}),
  evidence: z.object({ text, origin: optional }).optional(),
});
export type SavedFinding = z.infer<typeof Finding> & { readonly decisive: boolean };

/** The cause of a failure about which a report says nothing more than this. */
export function bareFinding(said: Pick<SavedFinding, 'code' | 'phase' | 'confidence' | 'title'>): SavedFinding {
  return { ...Finding.parse(said), decisive: true, location: undefined, evidence: undefined };
}

const Program = z.object({
  name: text,
  section: optional,
  type: optional,
  load_status: optional,
  errno: z.number().default(0),
  verified_insns: count,
  insn_limit: z.number().positive().optional(),
  total_states: count,
  peak_states: count,
  stack_bytes: count,
  load_us: count,
  attach_status: optional,
  attach_errno: z.number().default(0),
  attach_method: optional,
  attach_target: optional,
  attach_reason: optional,
  log_tail: optional,
});
export type SavedProgram = z.infer<typeof Program>;

const Environment = z.object({
  distro: optional,
  version: optional,
  kernel_family: optional,
  kernel: optional,
  arch: optional,
});

const FunctionalTest = z.object({
  name: optional,
  status: optional,
  required: z.boolean().default(false),
  expected_exit_code: count,
  exit_code: z.number().default(0),
  timed_out: z.boolean().default(false),
  stdout_tail: optional,
  stderr_tail: optional,
  error: optional,
});

const PlainTarget = z.object({
  profile_id: text,
  required: z.boolean().default(true),
  status,
  profile: Environment.optional(),
  host: Environment.optional(),
  validation: z
    .object({
      load_status: optional,
      load_error_code: z.number().default(0),
      load_error: optional,
      attach_mode: optional,
      attach_status: optional,
      attach_attempted: count,
      attach_passed: count,
    })
    .optional(),
  functional: z.object({ status: optional, tests: z.array(FunctionalTest).default([]) }).optional(),
  failed_stage: optional,
  btf: z.object({ kernel_btf_available: z.boolean(), artifact_has_btf: z.boolean() }).partial().optional(),
  classification_code: optional,
  classification_confidence: optional,
  classification_reason: optional,
  started_at: optional,
  duration_ms: count,
  /** 0: the default. */
  timeout_ms: count,
  serial_log: optional,
  validator_result: optional,
  infra_error: optional,
  skipped_reason: optional,
  inference: z
    .object({ from: text, verdict: z.enum(['pass', 'fail']), accepted: z.boolean().default(false) })
    .optional(),
  retried_after: optional,
  notes: z.array(text).default([]),
  kernel_package: z.object({ name: text, version: optional, archive: optional, suite: optional }).optional(),
  guest: z
    .object({
      lane: optional,
      isolation: optional,
      accel: optional,
      accel_reason: optional,
      machine: optional,
      /** Empty: something else ran it, and the machine says what. */
      qemu_version: optional,
      sandbox_layers: z.array(text).default([]),
    })
    .optional(),
  timings: z.object({ prepare_ms: count, boot_ms: count, ask_ms: count, total_ms: count }).optional(),
  prediction: z
    .object({
      verdict: z.enum(['loads', 'refused', 'unknown']),
      floor: text.optional(),
      why: optional,
      agreement: optional,
    })
    .optional(),
  automatic_fixups: count,
  shims: z.array(z.object({ kind: text, subject: optional, detail: optional, errno: optional })).default([]),
  findings: z.array(Finding).default([]),
  programs: z.array(Program).default([]),
  maps: z.array(z.object({ name: text })).default([]),
});

/** Reports of older versions only list the changes. */
function savedFixups({ status: word, automatic_fixups: said, shims }: z.infer<typeof PlainTarget>): number {
  return word !== 'pass' ? 0 : said || fixupCount(shims);
}

/** A target whose findings all say whether they decide, whoever wrote it. */
const Target = PlainTarget.transform((target) => ({
  ...target,
  automatic_fixups: savedFixups(target),
  findings: target.findings.map((finding) => ({ ...finding, decisive: isDecisive(finding, target) })),
}));
export type SavedTarget = z.infer<typeof Target>;

/** What a report says about the older one that it was held against. */
const Baseline = z.object({
  path: optional,
  summary: z
    .object({
      new_failures: count,
      known_failures: count,
      fixed_failures: count,
      changed_causes: count,
      inconclusive_profiles: count,
      grown_programs: count,
    })
    .partial()
    .default({}),
  profiles: z.array(z.object({ profile_id: text, failure: optional })).default([]),
});

const Support = z.object({ text: optional });

const MetBy = z.object({ code: text, reason: optional, origin: optional });

const Misfit = z.object({
  what: z.enum(['subject', 'program', 'words']),
  declared: text,
  found: optional,
  origin: optional,
});

/** What decided, where it is not that required kernels pass. */
const Gate = z.object({
  /** An unknown word is the default policy. */
  fail_on: z.enum(FAIL_ON).catch('required'),
  expectations: z
    .array(
      z.object({
        profile_id: optional,
        code: optional,
        reason: optional,
        met: z.enum(MET).optional().catch(undefined),
        causes: z
          .array(
            z
              .object({
                code: text,
                subject: optional,
                program: optional,
                met_by: MetBy.optional(),
                misfit: Misfit.optional(),
              })
              .transform(({ met_by: by, ...cause }) => ({ ...cause, by })),
          )
          .default([]),
      }),
    )
    .default([]),
});

/** What was declared about a kernel, and what became of it; undefined where nothing was. */
export function savedExpected(gate: z.infer<typeof Gate> | undefined, profileId: string) {
  return gate?.expectations.find(({ profile_id: id }) => id === profileId);
}
export type SavedExpected = NonNullable<ReturnType<typeof savedExpected>>;

/** Which machine of several ran; what it hands over for the merge is read elsewhere. */
const Shard = z.object({ index: z.number().int().positive(), total: z.number().int().positive() });

/** `schema_version` v0.1: one object on every kernel of a run. */
export const SavedReport = z.object({
  schema_version: z.literal('v0.1'),
  run: z.object({ id: text, started_at: optional, finished_at: optional, flags: z.array(text).default([]) }),
  artifact: z.object({ path: text, basename: text, sha256: optional, size_bytes: count }),
  command: z.object({ text: optional, expected_exit_code: count }).optional(),
  matrix: z.object({ path: optional, name: optional }).optional(),
  targets: onceEach(Target).default([]),
  support: Support.optional(),
  gate: Gate.optional(),
  shard: Shard.optional(),
  baseline: Baseline.optional(),
  summary: z.object({ status: optional, notes: z.array(text).default([]) }).optional(),
});
export type SavedReport = z.infer<typeof SavedReport>;

const Cause = z.object({
  code: text,
  reason: optional,
  subject: optional,
  program: text.optional(),
  detail: text.optional(),
  decisive: z.boolean().optional(),
  file: optional,
  line: count,
  title: optional,
});

const Case = z.object({
  name: optional,
  artifact: optional,
  manifest: optional,
  matrix: optional,
  /** `file:line:column` of the suite file; empty when it is not of a suite. */
  origin: optional,
  status: optional,
  error: optional,
  optional: z.boolean().default(false),
  run_id: text.optional(),
  exit_code: z.number().optional(),
  report_json_path: optional,
  report_markdown_path: optional,
  reasons: z.array(text).default([]),
  gate: Gate.optional(),
  baseline: Baseline.optional(),
  support: Support.optional(),
  targets: onceEach(
    z.object({
      profile_id: text,
      status,
      required: z.boolean().default(true),
      classification_code: optional,
      classification_confidence: optional,
      automatic_fixups: count,
      causes: z.array(Cause).default([]),
      program_costs: z.array(z.object({ name: text, insns: count })).default([]),
      timings: z.object({ prepare_ms: count, boot_ms: count, ask_ms: count, total_ms: count }).optional(),
    }),
  ).default([]),
});
export type SavedGate = z.infer<typeof Gate>;
export type SavedBaseline = z.infer<typeof Baseline>;
export type SavedCase = z.infer<typeof Case>;

/** `bpfcompat_suite.v0.1`: several objects, each with a report of its own. */
export const SavedCollection = z.object({
  schema_version: z.literal('bpfcompat_suite.v0.1'),
  name: optional,
  started_at: optional,
  finished_at: optional,
  duration_ms: count,
  status: optional,
  exit_code: z.number().optional(),
  cases: z.array(Case),
  not_run: z.array(text).default([]),
  shard: Shard.optional(),
});
export type SavedCollection = z.infer<typeof SavedCollection>;

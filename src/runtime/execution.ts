import * as z from 'zod';

/** Largest manifest of a load check. */
export const MAX_MANIFEST_BYTES = 1024 * 1024;

const path = z.string().max(4096);
const digestOrEmpty = z.union([z.literal(''), z.string().regex(/^[0-9a-f]{64}$/)]).default('');

/** What the worker reads on standard input; the names are those of the earlier tool. `Timeout` in nanoseconds. */
export const ExecuteRequest = z.strictObject({
  execute: z.strictObject({
    ArtifactPath: path.min(1),
    ManifestPath: path.default(''),
    AttachMode: z.enum(['disabled', 'best-effort', 'required']).default('best-effort'),
    ProbeFeatures: z.boolean().default(true),
    AllowHostLoad: z.boolean(),
    UseSudo: z.boolean().default(false),
    SudoNonInteractive: z.boolean().default(true),
    ValidatorBinaryPath: path.default(''),
    WorkDir: path.min(1),
    Timeout: z.number().int().positive().max(3_600_000_000_000).default(120_000_000_000),
    /** The object must have this digest; empty: any. */
    ExpectedSHA256: digestOrEmpty,
    /** The same of the manifest. */
    ManifestSHA256: digestOrEmpty,
  }),
});
export type ExecuteRequest = z.infer<typeof ExecuteRequest>['execute'];

const count = z.number().int().default(0);
const text = z.string().default('');

/** What outputs keep of the validator's own result. */
export const ValidatorSummary = z.object({
  status: text,
  load_status: text,
  load_error_code: count,
  load_error: z.string().optional(),
  attach_mode: text,
  attach_status: text,
  attach_attempted: count,
  attach_passed: count,
  attach_failed: count,
  kernel_btf_available: z.boolean().default(false),
  artifact_has_btf: z.boolean().default(false),
  artifact_has_btf_ext: z.boolean().default(false),
});

/** `runtime_execute.v0.1`: a load check on this host. Nothing stays loaded. */
export const Execution = z.object({
  schema_version: z.literal('runtime_execute.v0.1'),
  started_at: z.string(),
  finished_at: z.string(),
  duration_ms: z.number(),
  status: z.enum(['pass', 'fail', 'error']),
  artifact_path: z.string(),
  artifact_sha256: z.string(),
  manifest_path: z.string().optional(),
  attach_mode: z.string(),
  probe_features: z.boolean(),
  used_sudo: z.boolean(),
  command: z.array(z.string()),
  exit_code: z.number(),
  run_dir: z.string(),
  log_dir: z.string(),
  validator_result_path: z.string(),
  stderr: z.string().optional(),
  validator: ValidatorSummary.optional(),
  notes: z.array(z.string()),
});
export type Execution = z.infer<typeof Execution>;

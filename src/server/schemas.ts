import * as z from 'zod';
import { HistoryRecord } from '../history/record.ts';
import { VALIDATION_MODES } from '../model/cell.ts';
import { ID_PATTERN } from '../model/kernel.ts';
import { Probe } from '../runtime/probe.ts';

/** What the API takes and gives, as zod: requests are read with these, and the OpenAPI document is made of them. */

const text = z.string();
const count = z.number().int().nonnegative();

/** A document of ours that docs/report.md describes. */
const Document = z.record(text, z.unknown());

export const Problem = z.object({
  error: text,
  type: text,
  title: text,
  status: z.number().int(),
  detail: text,
  code: text,
  request_id: text,
});

export const Health = z.object({ status: z.literal('ok') });

export const Readiness = z.object({
  status: z.enum(['ok', 'failing', 'stopping']),
  version: text,
  checks: z.array(z.object({ name: text, ok: z.boolean(), message: text.optional() })),
});

export const Config = z.object({
  write_api_key_configured: z.boolean(),
  write_identity_verifier_enabled: z.boolean(),
  write_require_identity: z.boolean(),
  allow_anonymous_validate: z.boolean(),
  allow_anonymous_read: z.boolean(),
  allow_anonymous_write: z.boolean(),
  allow_anonymous_runtime_delivery: z.boolean(),
  registry_require_identity: z.boolean(),
  registry_enabled: z.boolean(),
  runtime_execute_enabled: z.boolean(),
  runtime_execute_kill_switch: z.boolean(),
  runtime_execute_approval_configured: z.boolean(),
  fetch_internal_hosts: z.boolean(),
  public_demo: z.boolean(),
  offline: z.boolean(),
  metrics: z.boolean(),
});

export const Profiles = z.object({
  profiles: z.array(
    z.object({
      id: text,
      distro: text,
      version: text,
      kernel_family: text,
      arch: text,
      required_default: z.boolean(),
      image_local_path: text,
      image_cached: z.boolean(),
      source_mode: z.enum(['url', 'manual-local']),
      transport: text,
      transport_supported: z.boolean(),
      transport_note: text.optional(),
    }),
  ),
});

export const JOB_STATES = ['queued', 'running', 'completed', 'failed'] as const;
export const PROFILE_STATES = ['pending', 'running', 'pass', 'fail', 'skipped', 'infra_error'] as const;

export const Validated = z.object({
  exit_code: z.number().int(),
  run_id: text,
  /** File names without directories. */
  report_json_path: text,
  report_markdown_path: text,
  report: Document,
});

export const JobStatus = z.object({
  job_id: text,
  state: z.enum(JOB_STATES),
  stage: text,
  message: text.optional(),
  percent: z.number().int().min(0).max(100),
  total_profiles: count,
  completed_profiles: count,
  profile_statuses: z.record(text, z.enum(PROFILE_STATES)),
  /** Of a suite: each case on each kernel that it began on. */
  cells: z.array(z.object({ name: text, profile: text, status: z.enum(PROFILE_STATES) })).optional(),
  created_at: text,
  started_at: text.optional(),
  updated_at: text,
  finished_at: text.optional(),
  run_id: text.optional(),
  result: Validated.optional(),
  error: text.optional(),
  /** Why a job failed that no kernel failed: canceled, restart, stopping, limit, input, host. */
  cause: text.optional(),
});
export type JobStatus = z.infer<typeof JobStatus>;

export const Started = z.object({ job_id: text, status_url: text, events_url: text });

export const JOB_ID = /^job-[0-9a-f]{32}$/;
const jobId = text.regex(JOB_ID, 'must be the job_id that validate/start gave');
export const JobQuery = z.strictObject({ job_id: jobId });
export const JobParams = z.strictObject({ id: jobId });

const limit = z.coerce.number().int().min(1).max(200).default(200);
const name = text.min(1).max(256);
const cursor = text.regex(/^\d{1,12}$/, 'must be the next_cursor of an earlier response').optional();
export const RunsQuery = z.strictObject({ limit, cursor });
export const ArtifactsQuery = z.strictObject({ artifact_name: name.optional(), limit, cursor });
export const RunQuery = z.strictObject({ run_id: text.regex(/^[A-Za-z0-9._-]{1,128}$/, 'must be the id of a run') });
export const ProfileParams = z.strictObject({ profile: text });
/** Of what GitHub sends only this is looked at. */
export const MarketplaceEvent = z.looseObject({ action: text.max(64).optional() });
export const BadgeParams = z.strictObject({
  file: text.regex(/^[A-Za-z0-9._-]{1,128}\.svg$/, 'must be the id of a run with .svg'),
});

/** `next_cursor` is there where older records follow. */
export const HistoryRecords = z.object({ records: z.array(HistoryRecord), next_cursor: text.optional() });

/** A line of the list of runs (docs/evidence.md). */
export const RunRecord = z.object({
  schema_version: text,
  run_id: text,
  started_at: text,
  artifact_name: text,
  artifact_version: text,
  artifact_variant: text.optional(),
  artifact_path: text,
  artifact_uri: text.optional(),
  artifact_sha256: text.optional(),
  matrix_path: text,
  matrix_name: text.optional(),
  summary_status: text,
  json_report_path: text.default(''),
  markdown_path: text.optional(),
});
export type RunRecord = z.infer<typeof RunRecord>;
export const RunRecords = z.object({ records: z.array(RunRecord), next_cursor: text.optional() });
export const RunReport = z.object({ run_id: text, report: Document });

const path = text.min(1).max(4096);
const word = text.max(256).default('');
const codes = z.array(text.max(128)).max(256);

/** The `--policy-*` limits: they only narrow. */
const PolicyLimits = z
  .strictObject({
    require_summary_pass: z.boolean(),
    min_required_passed: count,
    max_required_failed: count,
    require_kernel_btf: z.boolean(),
    require_attach_support: z.boolean(),
    require_ringbuf_support: z.boolean(),
    require_perf_event_array_support: z.boolean(),
    deny_classification_codes: codes,
    allow_classification_codes: codes,
  })
  .partial()
  .default({});

/** As in earlier versions; only the work directory of the server itself is one. */
export const DecisionsQuery = z.strictObject({ limit, workdir: path.optional() });

const selecting = {
  artifact_name: name,
  version: word,
  variant: word,
  target_profile: word,
  policy: PolicyLimits,
  /** What `bpfcompat runtime probe` prints on the host to decide for. */
  host_probe: Probe,
  /** As in earlier versions; only the work directory of the server itself is one. */
  workdir: path.optional(),
};
/** Earlier versions could leave the verification out. */
const verified = z.literal(true).default(true);
const resultLimit = count.max(1000).default(5);
export const SelectBody = z.strictObject({ ...selecting, limit: resultLimit });
export const FetchBody = z.strictObject({ ...selecting, out_dir: path.optional(), require_verified_history: verified });
/** `tenant` and `project` are labels; a token of the registry has to be for them. */
export const AgentDecisionBody = z.strictObject({
  ...selecting,
  ...{ agent_id: word, tenant: word, project: word },
  limit: resultLimit,
  require_verified_history: verified,
});
export const ExecuteBody = z.strictObject({
  artifact_name: name,
  tenant: text.min(1).max(256),
  project: text.min(1).max(256),
  version: word,
  target_profile: word,
  policy: PolicyLimits,
  /** Nothing is loaded without it. */
  allow_host_load: z.literal(true),
  attach_mode: z.enum(['disabled', 'best-effort', 'required']).default('best-effort'),
  probe_features: z.boolean().default(true),
});
export const Executed = z.looseObject({ correlation_id: text, fetch: Document, execution: Document });
export const Executing = z.object({ correlation_id: text, state: text, decision_id: text });
const Audited = { audit: z.object({ decision_id: text }).optional(), audit_error: text.optional() };
export const Selected = z.object({ selection: Document, ...Audited });
export const Fetched = z.object({ fetch: Document, selection: Document, host_probe: Document, ...Audited });
export const AgentDecided = z.object({ decision: Document, ...Audited });
export const NoneSelected = Problem.extend({ selection: Document });
export const Probed = z.object({ probe: Document });
export const Decisions = z.object({ records: z.array(Document) });

export const CompareBody = z.union(
  [
    z.strictObject({ base_report: path, head_report: path }),
    z.strictObject({ artifact_name: name, base_version: name, head_version: name }),
    z.strictObject({ base_run: RunQuery.shape.run_id, head_run: RunQuery.shape.run_id }),
  ],
  'send base_run and head_run, or base_report and head_report, or artifact_name, base_version and head_version',
);
export const Compared = z.object({ diff: Document });

const label = text.regex(
  ID_PATTERN,
  'must have at most 64 letters, digits and "._-", and begin with a letter or digit',
);
const ids = z.array(label).max(256).default([]);

/** The fields of a form besides its files. */
export const ValidateForm = z.strictObject({
  profiles: ids,
  required_profiles: ids,
  optional_profiles: ids,
  validation_mode: z.enum(VALIDATION_MODES).optional(),
  timeout: text.max(64).optional(),
  concurrency: z.coerce.number().int().min(1).max(64).optional(),
  artifact_name: label.optional(),
  artifact_version: name.optional(),
  artifact_variant: name.optional(),
  artifact_uri: text.max(2048).optional(),
  manifest_text: text.max(256 * 1024).optional(),
});
export type ValidateForm = z.infer<typeof ValidateForm>;

/** The same with its files, for the document. */
export const ValidateRequest = z.object({
  ...ValidateForm.partial().shape,
  profiles: text.describe('ids of kernels, separated by commas; the field may be repeated').optional(),
  required_profiles: text.describe('those of them that decide; default: all').optional(),
  optional_profiles: text.describe('of the profiles those that may fail, whatever else is said of them').optional(),
  suite_file: text
    .describe('a suite in YAML (docs/suites.md) instead of an object')
    .meta({ contentMediaType: 'application/yaml' })
    .optional(),
  suite_files: text
    .describe('the objects and manifests that the suite names; the field is repeated')
    .meta({ contentMediaType: 'application/octet-stream' })
    .optional(),
  artifact_file: text
    .describe('the compiled object (.bpf.o)')
    .meta({ contentMediaType: 'application/octet-stream' })
    .optional(),
  manifest_file: text
    .describe('manifest in YAML (docs/manifest.md)')
    .meta({ contentMediaType: 'application/yaml' })
    .optional(),
});

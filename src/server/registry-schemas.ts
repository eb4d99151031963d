import * as z from 'zod';
import { HistoryRecord } from '../history/record.ts';
import { ID_PATTERN } from '../model/kernel.ts';
import { AuditEvent } from '../registry/audit.ts';
import { RegistryProject, VISIBILITIES } from '../registry/projects.ts';

/** What the routes of the registry take and give. */

const text = z.string();
const count = z.coerce.number().int().min(0).max(100_000);
const label = text.regex(
  ID_PATTERN,
  'must have at most 64 letters, digits and "._-", and begin with a letter or digit',
);
const limit = z.coerce.number().int().min(1).max(200).default(200);
const project = { tenant: label, project: label };

export const ProjectsQuery = z.strictObject({ tenant: label, project: label.optional() });
export const ProjectBody = z.strictObject({
  ...project,
  visibility: z.enum(VISIBILITIES).optional(),
  default_matrix_path: text.min(1).max(1024).optional(),
});
export const Projects = z.object({ projects: z.array(RegistryProject) });
export const Project = z.object({ project: RegistryProject });

export const ArtifactsQuery = z.strictObject({ ...project, artifact_name: label.optional(), limit });
export const DownloadQuery = z.strictObject({ ...project, artifact_name: label, version: label });
export const ProjectQuery = z.strictObject(project);
export const AuditQuery = z.strictObject({ tenant: label, project: label.optional(), limit });

export const Artifacts = z.object({ records: z.array(HistoryRecord) });
export const Verified = z.object({
  verification: z.array(z.record(text, z.unknown())),
  summary: z.object({ total: z.number().int(), failed: z.number().int() }),
});
export const AuditEvents = z.object({ records: z.array(AuditEvent) });

/** The fields of an upload besides its files. */
export const UploadForm = z.strictObject({
  ...project,
  artifact_name: label,
  artifact_version: label,
  artifact_variant: label.optional(),
  artifact_uri: text.max(2048).optional(),
  /** A label: no file is read. */
  manifest_path: text.max(1024).optional(),
  artifact_sha256: text.regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in hex').optional(),
  source_run_id: text.regex(/^[A-Za-z0-9._-]{1,128}$/, 'must be the id of a run').optional(),
  report_json: text.max(256 * 1024).optional(),
  summary_status: z.enum(['pass', 'fail', 'error', 'unknown']).optional(),
  required_passed: count.optional(),
  required_failed: count.optional(),
  total_profiles: count.optional(),
  matrix_path: text.max(1024).optional(),
  matrix_name: text.max(256).optional(),
  markdown_path: text.max(1024).optional(),
  supported_profiles: z.array(label).max(1000).default([]),
  failed_profiles: z.array(label).max(1000).default([]),
  classification_codes: z.array(label).max(1000).default([]),
});
export type UploadForm = z.infer<typeof UploadForm>;

const list = text.describe('separated by commas; the field may be repeated').optional();
/** The same with its files, for the document. */
export const UploadRequest = z.object({
  ...UploadForm.shape,
  supported_profiles: list,
  failed_profiles: list,
  classification_codes: list,
  artifact_file: text.describe('the compiled object (.bpf.o)').meta({ contentMediaType: 'application/octet-stream' }),
  report_file: text
    .describe('the JSON report about this object; its facts win over the fields')
    .meta({ contentMediaType: 'application/json' })
    .optional(),
});
export const Uploaded = z.object({
  result: z.object({
    project: RegistryProject,
    record: HistoryRecord,
    /** In the directory of the project. */
    stored_artifact_path: text,
    stored_artifact_uri: text,
    artifact_size_bytes: z.number().int(),
  }),
  download_uri: text,
});

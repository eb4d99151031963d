import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyRequest } from 'fastify';
import type { ServerEnv } from '../config/server-env.ts';
import type { HistoryRecord } from '../history/record.ts';
import type { NewArtifact, Quotas } from '../registry/artifacts.ts';
import { factsOfReport, namesOf, type UploadFacts } from '../registry/upload-facts.ts';
import { ApiError } from './problem.ts';
import { UploadForm } from './registry-schemas.ts';
import type { Services } from './services.ts';
import { fieldsOf, isObject, receiveForm } from './upload.ts';

const MAX_REPORT_BYTES = 32 * 1024 * 1024;
const LISTS = ['supported_profiles', 'failed_profiles', 'classification_codes'];
/** Fields that say what a report would say. */
const CLAIMS = ['summary_status', 'required_passed', 'required_failed', 'total_profiles'] as const;

/** What the sender says, where no report does. */
function factsOfForm(form: UploadForm, now: string): Omit<UploadFacts, 'sha256'> {
  return {
    runId: form.source_run_id ?? `upload-${randomBytes(8).toString('hex')}`,
    startedAt: now,
    matrix_path: form.matrix_path ?? '',
    matrix_name: form.matrix_name,
    summary_status: form.summary_status ?? 'unknown',
    required_passed: form.required_passed ?? 0,
    required_failed: form.required_failed ?? 0,
    total_profiles: form.total_profiles ?? 0,
    supported_profiles: namesOf(form.supported_profiles),
    failed_profiles: namesOf(form.failed_profiles),
    classification_codes: namesOf(form.classification_codes),
  };
}

type Named = Pick<HistoryRecord, 'artifact_name' | 'artifact_version' | 'artifact_variant' | 'artifact_uri'> &
  Partial<Pick<HistoryRecord, 'manifest_path' | 'markdown_path'>>;

/** What the history of a project keeps of a version. */
export function newRecord(named: Named, facts: UploadFacts, now: string): NewArtifact['record'] {
  const { runId, startedAt, sha256: _, ...own } = facts;
  return {
    ...{ schema_version: 'artifact_history.v0.1', run_id: runId, run_started_at: startedAt, created_at: now },
    artifact_name: named.artifact_name,
    artifact_version: named.artifact_version,
    artifact_variant: named.artifact_variant,
    artifact_uri: named.artifact_uri,
    manifest_path: named.manifest_path,
    markdown_path: named.markdown_path,
    ...own,
  };
}

export function quotasOf({ registryVersions: versions, registryProjectBytes: bytes }: ServerEnv): Quotas {
  return { versionsOfName: versions || undefined, projectBytes: bytes || undefined };
}

/** @throws ApiError 400 for a report that is none, or about another object */
function reportedFacts(report: Buffer, form: UploadForm, sha256: string): UploadFacts {
  const bad = (words: string): ApiError => new ApiError(400, 'bad_report', `report: ${words}`);
  const facts = factsOfReport(report);
  if (facts === undefined) throw bad('this is not a JSON report about one object');
  if (facts.sha256 !== sha256) throw bad('it is about another object: the digests differ');
  if (form.source_run_id !== undefined && form.source_run_id !== facts.runId)
    throw bad('it is of another run than source_run_id');
  const claim = CLAIMS.find((name) => form[name] !== undefined && form[name] !== facts[name]);
  if (claim !== undefined) throw bad(`${claim} says something else than it does`);
  return facts;
}

/**
 * Receives the form of an upload.
 * @param dir a directory of its own, which the caller removes
 * @throws ApiError 400, 413, 415
 */
export async function receiveArtifact(
  request: FastifyRequest,
  dir: string,
  { settings, host }: Services,
): Promise<{ readonly form: UploadForm; readonly artifact: NewArtifact }> {
  const { objectBytes, registryObjectBytes: quota } = settings.env;
  const most = quota === 0 ? objectBytes : Math.min(quota, objectBytes);
  const { fields, files } = await receiveForm(request, dir, most, {
    artifact_file: ['object', undefined],
    report_file: ['report.json', MAX_REPORT_BYTES],
  });
  const form = fieldsOf(UploadForm, fields, LISTS);
  const object = files.get('artifact_file');
  const reportFile = files.get('report_file');
  if (object === undefined)
    throw new ApiError(400, 'artifact_missing', 'artifact_file is missing: the compiled object');
  if (!isObject(object.head))
    throw new ApiError(400, 'not_an_object', 'artifact_file is not a compiled BPF object (ELF)');
  if (form.artifact_sha256 !== undefined && form.artifact_sha256 !== object.sha256)
    throw new ApiError(400, 'digest_mismatch', `artifact_file has the SHA-256 ${object.sha256}, not artifact_sha256`);
  if (reportFile && form.report_json !== undefined)
    throw new ApiError(400, 'bad_form', 'report_file and report_json are both given; send one');
  const now = host.now().toISOString();
  const report = reportFile ? await readFile(reportFile.path) : form.report_json && Buffer.from(form.report_json);
  const facts = report ? reportedFacts(report, form, object.sha256) : { ...factsOfForm(form, now), sha256: '' };
  const { runId, startedAt: _, sha256: __, ...own } = facts;
  const summary = { schema_version: 'cloud_registry_upload_summary.v0.1', run_id: runId, uploaded_at: now, ...own };
  return {
    form,
    artifact: {
      file: join(dir, 'object'),
      bytes: object.bytes,
      sha256: object.sha256,
      report: report ? report.toString('utf8') : `${JSON.stringify(summary, null, 2)}\n`,
      record: newRecord(form, facts, now),
    },
  };
}

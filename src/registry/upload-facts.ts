import * as z from 'zod';
import type { HistoryRecord } from '../history/record.ts';

/** What an uploaded report says about its object, as far as the history keeps it. */
const Report = z.object({
  run: z.object({ id: z.string().min(1).max(128), started_at: z.string().max(64) }),
  artifact: z.object({ sha256: z.string() }),
  matrix: z.object({ path: z.string().default(''), name: z.string().default('') }),
  targets: z
    .array(
      z.object({
        profile_id: z.string().max(128),
        required: z.boolean(),
        status: z.string(),
        classification_code: z.string().max(128).default(''),
      }),
    )
    .max(10_000)
    .default([]),
  summary: z.object({ status: z.enum(['pass', 'fail', 'error']) }),
});

export type UploadFacts = Pick<
  HistoryRecord,
  | 'summary_status'
  | 'required_passed'
  | 'required_failed'
  | 'total_profiles'
  | 'supported_profiles'
  | 'failed_profiles'
  | 'classification_codes'
  | 'matrix_path'
  | 'matrix_name'
> & { readonly runId: string; readonly startedAt: string; readonly sha256: string };

/** Sorted, each once; undefined when there is none. */
export function namesOf(names: readonly string[]): string[] | undefined {
  return names.length === 0 ? undefined : [...new Set(names)].sort();
}

/** @returns undefined for what is no report of one object */
export function factsOfReport(bytes: Buffer): UploadFacts | undefined {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
  const { data: report } = Report.safeParse(value);
  if (report === undefined) return undefined;
  const { targets } = report;
  const passed = targets.filter(({ status }) => status === 'pass');
  const failed = targets.filter(({ status }) => status !== 'pass' && status !== 'inferred');
  const required = (list: typeof targets): number => list.filter((one) => one.required).length;
  return {
    runId: report.run.id,
    startedAt: report.run.started_at,
    sha256: report.artifact.sha256,
    // A name: where it lay on the machine of the sender is nobody's business here.
    matrix_path: report.matrix.path.split('/').at(-1) ?? '',
    matrix_name: report.matrix.name || undefined,
    summary_status: report.summary.status,
    required_passed: required(passed),
    required_failed: required(failed),
    total_profiles: targets.length,
    supported_profiles: namesOf(passed.map((one) => one.profile_id)),
    failed_profiles: namesOf(failed.map((one) => one.profile_id)),
    classification_codes: namesOf(targets.map((one) => one.classification_code).filter((code) => code !== '')),
  };
}

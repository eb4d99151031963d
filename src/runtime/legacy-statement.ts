import type { HistoryRecord } from '../history/record.ts';
import { STATEMENT_TYPE, Statement, TEST_RESULT } from './statement.ts';

/**
 * A row of the history as far as it says what a statement says. It does not say what was attached, so it counts as a load.
 * @returns undefined for a row without a digest or a time
 */
export function legacyStatement(
  record: HistoryRecord,
  result: 'PASSED' | 'FAILED',
  profileId: string,
): Statement | undefined {
  const { artifact_name: name, artifact_version: version, artifact_variant: variant, classification_codes } = record;
  const made = Statement.safeParse({
    _type: STATEMENT_TYPE,
    subject: [{ name, digest: { sha256: record.artifact_sha256 } }],
    predicateType: TEST_RESULT,
    predicate: {
      result,
      configuration: [{ name: 'record', digest: { sha256: record.record_sha256 } }],
      passedTests: result === 'PASSED' ? ['load'] : [],
      warnedTests: [],
      failedTests: result === 'FAILED' ? ['load'] : [],
      bpfcompat: {
        runId: record.run_id,
        nonce: record.record_sha256,
        name,
        ...(version !== '' && { version }),
        ...(variant !== undefined && variant !== '' && { variant }),
        profileId: profileId || 'unknown',
        mode: 'load_only',
        accel: 'tcg',
        machine: '',
        backend: 'qemu',
        sharedBoot: false,
        sandboxLayers: [],
        startedOn: record.run_started_at,
        finishedOn: record.run_started_at,
        toolVersion: '',
        needs: { btf: false, mapTypes: [], programTypes: [] },
        guest: { lockdown: '', lsm: '' },
        summary: {
          status: record.summary_status,
          requiredPassed: record.required_passed,
          requiredFailed: record.required_failed,
          codes: classification_codes ?? [],
        },
      },
    },
  });
  return made.data;
}

import type { PublicKey } from './keys.ts';
import { canonicalBytes, type HistoryRecord, recordHash } from './record.ts';
import { isSignature } from './signer.ts';

/** What stands in one line of the history file; `record` is undefined for a line that is none. */
export interface HistoryLine {
  readonly record: HistoryRecord | undefined;
}

/** What was there when somebody last wrote: how many records, and the hash of the last. */
export interface HistoryHead {
  readonly records: number;
  readonly last_record_sha256: string;
}

/** A row of `history verify --json` (docs/gate.md, History). */
export interface VerificationRow {
  readonly index: number;
  readonly run_id: string;
  readonly artifact_name: string;
  readonly artifact_version: string;
  readonly record_sha256?: string | undefined;
  readonly computed_sha256: string;
  readonly prev_record_sha256?: string | undefined;
  readonly expected_prev_sha256?: string | undefined;
  readonly signature_alg?: string | undefined;
  readonly signature_key_id?: string | undefined;
  readonly signature_valid: boolean;
  readonly verified: boolean;
  readonly issues?: readonly string[];
}

function signatureIssue(record: HistoryRecord, trusted: ReadonlyMap<string, PublicKey>): string | undefined {
  const { signature_alg: alg, signature_key_id: id, signature_public_key: base64, signature } = record;
  if (!signature || !base64) return 'it is not signed';
  if (alg !== 'ed25519') return 'its signature is of a kind that is not known';
  if (!isSignature(canonicalBytes(record), base64, signature)) return 'its signature does not fit the record';
  const key = trusted.get(base64);
  if (!key) return 'its signature is by a key that is not trusted';
  return key.id === id ? undefined : 'its key id is not that of its key';
}

function emptyRow(index: number, issue: string): VerificationRow {
  return {
    index,
    run_id: '',
    artifact_name: '',
    artifact_version: '',
    computed_sha256: '',
    signature_valid: false,
    verified: false,
    issues: [issue],
  };
}

/**
 * Checks every line: its hash, its link to the line before, its signature. Rows behind the last line are of records
 * that are gone.
 * @param head what was there at the last writing; undefined where no one noted it
 */
export function verifyHistory(
  lines: readonly HistoryLine[],
  trusted: ReadonlyMap<string, PublicKey>,
  head: HistoryHead | undefined,
): VerificationRow[] {
  let previous: string | undefined;
  const rows = lines.map(({ record }, index): VerificationRow => {
    if (!record) {
      previous = undefined;
      return emptyRow(index, 'the line is not a record; it was cut or changed');
    }
    const computed = recordHash(record);
    const signature = signatureIssue(record, trusted);
    const issues = [
      record.record_sha256 ? undefined : 'it has no hash',
      record.record_sha256 && record.record_sha256 !== computed ? 'its hash is not that of the record' : undefined,
      (record.prev_record_sha256 ?? '') === (previous ?? '') ? undefined : 'it does not follow the line before it',
      signature,
    ].filter((issue) => issue !== undefined);
    const row: VerificationRow = {
      index,
      run_id: record.run_id,
      artifact_name: record.artifact_name,
      artifact_version: record.artifact_version,
      record_sha256: record.record_sha256 || undefined,
      computed_sha256: computed,
      prev_record_sha256: record.prev_record_sha256 || undefined,
      expected_prev_sha256: previous,
      signature_alg: record.signature_alg || undefined,
      signature_key_id: record.signature_key_id || undefined,
      signature_valid: signature === undefined,
      verified: issues.length === 0,
      ...(issues.length > 0 && { issues }),
    };
    previous = computed;
    return row;
  });
  return [...rows, ...missingRows(rows, head)];
}

function missingRows(rows: readonly VerificationRow[], head: HistoryHead | undefined): VerificationRow[] {
  if (!head || head.records === 0) return [];
  if (rows.length < head.records) {
    return [
      emptyRow(rows.length, `the history was cut: ${head.records} records were written, ${rows.length} are left`),
    ];
  }
  const last = rows[head.records - 1];
  if (last?.computed_sha256 === head.last_record_sha256) return [];
  return [emptyRow(rows.length, `record ${head.records - 1} is not the one that was written last`)];
}

import { createHash } from 'node:crypto';
import * as z from 'zod';

const text = z.string();
const optional = text.optional();
const count = z.number().int().nonnegative();
const texts = z.array(text).optional();

/** A line of the history, `artifact_history.v0.1` (docs/gate.md, History). The order of the keys is that of the canonical bytes. */
export const HistoryRecord = z.object({
  schema_version: text,
  run_id: text,
  run_started_at: text,
  created_at: text,
  artifact_name: text,
  artifact_version: text,
  artifact_variant: optional,
  artifact_path: text,
  artifact_uri: optional,
  artifact_sha256: text,
  record_sha256: optional,
  prev_record_sha256: optional,
  signature_alg: optional,
  signature_key_id: optional,
  signature_public_key: optional,
  signature: optional,
  manifest_path: optional,
  matrix_path: text,
  matrix_name: optional,
  summary_status: text,
  required_passed: count,
  required_failed: count,
  total_profiles: count,
  supported_profiles: texts,
  failed_profiles: texts,
  classification_codes: texts,
  json_report_path: text,
  markdown_path: optional,
  /** Of the supported ones, those that needed automatic fixups. */
  fixup_profiles: texts,
});
export type HistoryRecord = z.infer<typeof HistoryRecord>;

const KEYS = Object.keys(HistoryRecord.shape) as (keyof HistoryRecord)[];
const UNSIGNED = new Set<string>([
  'record_sha256',
  'signature_alg',
  'signature_key_id',
  'signature_public_key',
  'signature',
]);

/** Keys that are left out when they are empty; the others always stand. */
const OPTIONAL = new Set(KEYS.filter((key) => HistoryRecord.shape[key].safeParse(undefined).success));

const ESCAPES: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

function encode(record: HistoryRecord, keys: readonly (keyof HistoryRecord)[]): string {
  const kept = keys.filter((key) => !OPTIONAL.has(key) || (record[key]?.toString() ?? '') !== '');
  const json = JSON.stringify(Object.fromEntries(kept.map((key) => [key, record[key]])));
  return json.replace(/[<>&\u2028\u2029]/g, (character) => ESCAPES[character] ?? character);
}

/** The bytes that are hashed and signed. */
export function canonicalBytes(record: HistoryRecord): Buffer {
  return Buffer.from(
    encode(
      record,
      KEYS.filter((key) => !UNSIGNED.has(key)),
    ),
  );
}

/** The record as its line of the file, without the line feed. */
export function recordLine(record: HistoryRecord): string {
  return encode(record, KEYS);
}

/** SHA-256 in hex of the canonical bytes. */
export function recordHash(record: HistoryRecord): string {
  return createHash('sha256').update(canonicalBytes(record)).digest('hex');
}

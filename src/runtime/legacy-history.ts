import { dirname, resolve } from 'node:path';
import { keysIn, type PublicKey } from '../history/keys.ts';
import type { HistoryRecord } from '../history/record.ts';
import { readHead, readHistory } from '../history/store.ts';
import { type HistoryHead, type HistoryLine, verifyHistory } from '../history/verify.ts';
import type { Host } from '../host/host.ts';
import { messageOf, UsageError } from '../model/errors.ts';
import { legacyStatement } from './legacy-statement.ts';
import { archName } from './match-tier.ts';
import type { Probe } from './probe.ts';
import { profileHint } from './profile-hint.ts';
import type { Examined } from './select.ts';
import type { Trust } from './trust.ts';
import type { VerifyProblem } from './verify.ts';
import { type EvidenceContext, usableProblem } from './verify-evidence.ts';

const MAX_KEYRING = 1024 * 1024;

/** Rows of a history and what is wrong with the chain as a whole; empty: nothing. */
export interface LegacyRows {
  readonly records: readonly HistoryRecord[];
  readonly problem: string;
}

function chainProblem(
  lines: readonly HistoryLine[],
  keys: ReadonlyMap<string, PublicKey>,
  head: HistoryHead | undefined,
): string {
  const bad = verifyHistory(lines, keys, head).find(({ verified }) => !verified);
  return bad ? `row ${bad.index}: ${bad.issues?.join('; ')}` : '';
}

async function keyring(host: Host, path: string): Promise<ReadonlyMap<string, PublicKey>> {
  if ((await host.files.stat(path)) === undefined)
    throw new UsageError(
      'trust_invalid',
      `${path}: there is no such keyring; legacyHistory of the trust file names it`,
    );
  const keys = keysIn((await host.files.read(path, MAX_KEYRING)).toString('utf8'));
  return new Map(keys.map((key) => [key.base64, key]));
}

/**
 * The history of a work directory, with its chain checked against the keyring of the trust alone.
 * @param trustFile absolute; the keyring is relative to its directory
 * @throws UsageError for a keyring that is not there
 */
export async function readLegacyRows(
  host: Host,
  workdir: string,
  trust: Trust,
  trustFile: string,
): Promise<LegacyRows> {
  const lines = await readHistory(host, workdir);
  const records = lines.flatMap(({ record }) => record ?? []);
  if (trust.legacy === undefined || lines.length === 0) return { records, problem: '' };
  const keys = await keyring(host, resolve(dirname(trustFile), trust.legacy.keyring));
  try {
    return { records, problem: chainProblem(lines, keys, await readHead(host, workdir, keys)) };
  } catch (error) {
    return { records, problem: messageOf(error) };
  }
}

/** A row says a profile and no kernel: all that can be compared is what this host would be called. */
function resultHere(record: HistoryRecord, probe: Probe): 'PASSED' | 'FAILED' | undefined {
  // The name has no architecture, and rows of others than x86_64 are called otherwise.
  const hint = archName(probe.identity.arch) === 'x86_64' ? profileHint(probe) : '';
  if (hint === '') return undefined;
  if (record.failed_profiles?.includes(hint)) return 'FAILED';
  return record.supported_profiles?.includes(hint) ? 'PASSED' : undefined;
}

function examineRow(record: HistoryRecord, problem: string, probe: Probe, context: EvidenceContext): Examined {
  const bundleSha256 = record.record_sha256 ?? '';
  const not = (code: VerifyProblem['code'], detail: string): Examined => ({
    bundleSha256,
    document: undefined,
    problem: { code, detail },
  });
  const { legacy } = context.trust;
  if (legacy === undefined) return not('legacy_not_trusted', 'a row of the history; the trust has no legacyHistory');
  if (problem !== '') return not('legacy_chain_invalid', problem);
  const result = resultHere(record, probe);
  const statement = legacyStatement(record, result ?? 'FAILED', profileHint(probe));
  if (statement === undefined) return not('statement_invalid', 'the row lacks a digest or a time');
  const document = { value: statement, bundleSha256, signer: 'history', keyId: record.signature_key_id ?? '' };
  const rules = { ...context.trust.rules, maxAgeMs: legacy.maxAgeMs };
  const trust = { ...context.trust, rules };
  const found = usableProblem(document, { ...context, trust });
  const strict = rules.accel === undefined ? undefined : ({ code: 'policy_accel', detail: NO_ACCEL } as const);
  return {
    bundleSha256,
    document,
    problem: strict ?? found,
    legacy: result === undefined ? 'elsewhere' : 'here',
  };
}

const NO_ACCEL = 'a row of the history does not say how its guest was run';

/** Rows of one artifact as candidates: the weakest evidence there is. */
export function examineLegacy(
  { records, problem }: LegacyRows,
  { probe, name, context }: { readonly probe: Probe; readonly name: string; readonly context: EvidenceContext },
): Examined[] {
  const own = records.filter(({ artifact_name }) => artifact_name === name);
  return own.map((record) => examineRow(record, problem, probe, context));
}

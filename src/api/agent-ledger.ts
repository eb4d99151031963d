import { resolve } from 'node:path';
import * as z from 'zod';
import { HostError, UsageError } from '../model/errors.ts';
import { MAX_BUNDLE_BYTES, signBundle } from '../runtime/envelope.ts';
import { chosenSigner } from '../runtime/key-file.ts';
import { headOf, type LedgerRow, ledgerPath, readLedger } from '../runtime/ledger.ts';
import type { Trust } from '../runtime/trust.ts';
import { verifySigned } from '../runtime/verify.ts';
import { loadBelief } from './runtime-select.ts';
import { type Environment, environmentOf } from './services.ts';

const CHECKPOINT_TYPE = 'application/vnd.bpfcompat.ledger-checkpoint.v0.1+json';

const Checkpoint = z.strictObject({
  schema_version: z.literal('agent_ledger_checkpoint.v0.1'),
  created_at: z.iso.datetime(),
  rows: z.number().int().positive(),
  last_entry_sha256: z.string(),
});

export interface LedgerOptions extends Environment {
  readonly workdir: string;
  /** Empty: all. */
  readonly artifactName: string;
  /** Newest rows; 0 = all. */
  readonly limit: number;
  /** File with a signed checkpoint; empty: none. */
  readonly checkpoint: string;
  /** Signs a new checkpoint; empty: the file is checked. */
  readonly key: string;
  readonly trust: string;
}

export interface LedgerResult {
  readonly schema_version: 'agent_ledger.v0.1';
  readonly path: string;
  readonly rows: number;
  readonly chain: 'ok' | 'broken';
  readonly problem?: string;
  readonly checkpoint?: Readonly<Record<string, unknown>>;
  /** Newest first. */
  readonly records: readonly LedgerRow[];
}

function checkpointProblem(bytes: Uint8Array, trust: Trust, now: Date, rows: readonly LedgerRow[]): string {
  const expected = { role: 'approver', payloadType: CHECKPOINT_TYPE, schema: Checkpoint, now } as const;
  const read = verifySigned(bytes, trust, expected);
  if (!read.ok) return `the checkpoint: ${read.code}, ${read.detail}`;
  const { rows: count, last_entry_sha256: digest } = read.document.value;
  if (rows.length < count)
    return `the ledger was cut: a checkpoint was signed over ${count} rows, ${rows.length} are left`;
  return rows[count - 1]?.['entry_sha256'] === digest
    ? ''
    : `row ${count - 1} is not the one that the checkpoint was signed over`;
}

async function sealed(options: LedgerOptions, rows: readonly LedgerRow[]) {
  const { host, cwd } = environmentOf(options);
  if (rows.length === 0) throw new UsageError('ledger_empty', 'the ledger has no row: there is nothing to sign');
  const document = {
    schema_version: 'agent_ledger_checkpoint.v0.1' as const,
    created_at: host.now().toISOString(),
    rows: rows.length,
    last_entry_sha256: headOf(rows),
  };
  const sign = await chosenSigner(host, resolve(cwd, options.key), resolve(cwd, options.workdir));
  const { text, keyId } = await signBundle(document, CHECKPOINT_TYPE, sign);
  await host.files.writeDurably(resolve(cwd, options.checkpoint), text);
  return { ...document, key_id: keyId };
}

async function checkpointOf(options: LedgerOptions, rows: readonly LedgerRow[], chain: string) {
  const { host, cwd } = environmentOf(options);
  if (options.checkpoint === '') return { problem: '', checkpoint: undefined };
  if (options.key !== '') {
    if (chain !== '') throw new HostError('ledger_invalid', `${chain}: a broken ledger is not signed`);
    return { problem: '', checkpoint: await sealed(options, rows) };
  }
  const { trust } = await loadBelief({ ...options, index: '', evidence: [] });
  const bytes = await host.files.readHead(resolve(cwd, options.checkpoint), MAX_BUNDLE_BYTES + 1);
  const problem = checkpointProblem(bytes, trust, host.now(), rows);
  return { problem, checkpoint: { verified: problem === '' } };
}

/** Reads the ledger and checks its chain, and its end where a checkpoint was signed over it. */
export async function agentLedger(options: LedgerOptions): Promise<LedgerResult> {
  const { host, cwd } = environmentOf(options);
  const workdir = resolve(cwd, options.workdir);
  const { rows, problem: chain, torn } = await readLedger(host, workdir);
  const { problem: signed, checkpoint } = await checkpointOf(options, rows, chain);
  const problem = chain || signed || (torn === '' ? '' : 'its last row is torn; the next apply cuts it off');
  const own = rows.filter((row) => options.artifactName === '' || row['artifact_name'] === options.artifactName);
  const newest = own.toReversed();
  return {
    schema_version: 'agent_ledger.v0.1',
    path: ledgerPath(workdir),
    rows: rows.length,
    chain: chain === '' && signed === '' ? 'ok' : 'broken',
    ...(problem !== '' && { problem }),
    ...(checkpoint && { checkpoint }),
    records: options.limit === 0 ? newest : newest.slice(0, options.limit),
  };
}

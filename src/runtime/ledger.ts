import { join } from 'node:path';
import type { Host } from '../host/host.ts';
import { HostError } from '../model/errors.ts';
import { type Canonical, canonicalJson, sha256 } from './canonical.ts';

const FILE = 'agent-load-ledger.jsonl';
const SCHEMA = 'agent_load_ledger.v0.1';
const MAX_BYTES = 256 * 1024 * 1024;
/** Clocks are set now and then; further back than this, times mean nothing any more. */
const SKEW_MS = 5 * 60_000;

/** What a row says; names are those of docs/production-runtime-agent-alpha.md. */
export type LedgerFacts = Readonly<Record<string, Canonical | undefined>> & {
  readonly operation: string;
  readonly status: string;
};
export type LedgerRow = Readonly<Record<string, Canonical>>;

/** A ledger as it lies there. */
export interface ReadLedger {
  readonly rows: readonly LedgerRow[];
  /** What stands behind the last line feed: a write that power ended. */
  readonly torn: string;
  /** Why the chain does not hold; empty: it does. */
  readonly problem: string;
}

export function ledgerPath(workdir: string): string {
  return join(workdir, FILE);
}

function hashOf(row: LedgerRow): string {
  const { entry_sha256: _own, ...rest } = row;
  return sha256(canonicalJson(rest));
}

/** The digest of the last row; empty for none. */
export function headOf(rows: readonly LedgerRow[]): string {
  return String(rows.at(-1)?.['entry_sha256'] ?? '');
}

function chainProblem(rows: readonly LedgerRow[]): string {
  let before = '';
  for (const [index, row] of rows.entries()) {
    if (row['entry_sha256'] !== hashOf(row)) return `row ${index} was changed`;
    if ((row['prev_entry_sha256'] ?? '') !== before) return `row ${index} does not follow the one before it`;
    before = headOf([row]);
  }
  return '';
}

function parseLines(lines: readonly string[]): { rows: LedgerRow[]; problem: string } {
  const rows: LedgerRow[] = [];
  for (const [index, line] of lines.entries()) {
    try {
      const row = JSON.parse(line) as LedgerRow;
      if (row === null || typeof row !== 'object' || Array.isArray(row)) throw new TypeError('no object');
      rows.push(row);
    } catch {
      return { rows, problem: `row ${index} is no JSON` };
    }
  }
  try {
    return { rows, problem: chainProblem(rows) };
  } catch {
    return { rows, problem: 'a row has a number that is not whole' };
  }
}

/** Reads the ledger of a work directory; without one it is empty. @throws UsageError for a link: another ledger says nothing here */
export async function readLedger(host: Host, workdir: string): Promise<ReadLedger> {
  const path = ledgerPath(workdir);
  await host.files.rejectLink(path);
  if ((await host.files.stat(path)) === undefined) return { rows: [], torn: '', problem: '' };
  const text = (await host.files.read(path, MAX_BYTES)).toString('utf8');
  const end = text.lastIndexOf('\n') + 1;
  const { rows, problem } = parseLines(text.slice(0, end).split('\n').slice(0, -1));
  return { rows, torn: text.slice(end), problem };
}

/** A ledger that no one else writes meanwhile. */
export interface OpenLedger {
  readonly rows: readonly LedgerRow[];
  /** Writes a row and returns when it is on the disk. */
  append(facts: LedgerFacts): Promise<LedgerRow>;
}

/** In milliseconds since 1970. Of all rows: a clock that is set back a little each time must not get far. */
function newestOf(rows: readonly LedgerRow[]): number {
  const times = rows.map((row) => Date.parse(String(row['created_at']))).filter((time) => !Number.isNaN(time));
  return times.reduce((newest, time) => Math.max(newest, time), Number.NEGATIVE_INFINITY);
}

/** Cuts off what a write left that power ended: what it was to say had not begun yet. */
async function mend(host: Host, path: string, { torn }: ReadLedger): Promise<void> {
  if (torn === '') return;
  const text = (await host.files.read(path, MAX_BYTES)).toString('utf8');
  await host.files.writeDurably(path, text.slice(0, text.lastIndexOf('\n') + 1));
}

/**
 * Runs `work` with the ledger in hand.
 * @throws HostError `ledger_invalid` for a chain that does not hold, `clock_went_back` where a row is of the future
 */
export async function withLedger<T>(host: Host, workdir: string, work: (ledger: OpenLedger) => Promise<T>): Promise<T> {
  const path = ledgerPath(workdir);
  await host.files.makeDir(workdir);
  await host.files.rejectLink(`${path}.lock`);
  await using _lock = await host.files.lock(`${path}.lock`);
  const read = await readLedger(host, workdir);
  if (read.problem !== '')
    throw new HostError(
      'ledger_invalid',
      `${path}: ${read.problem}; which approvals were used is not known, so nothing is loaded: compare it with a copy, or move it away and revoke the approvals that are left`,
    );
  const newest = newestOf(read.rows);
  if (host.now().getTime() < newest - SKEW_MS)
    throw new HostError(
      'clock_went_back',
      `${path}: it has a row of ${new Date(newest).toISOString()}, and the clock of this host is behind that; set the clock, since approvals end by it. Where that row is of a clock that was ahead, see "The ledger" in docs/production-runtime-agent-alpha.md`,
    );
  await mend(host, path, read);
  const rows = [...read.rows];
  const append = async (facts: LedgerFacts): Promise<LedgerRow> => {
    const known = Object.entries(facts).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]));
    const previous = headOf(rows);
    const base: LedgerRow = {
      schema_version: SCHEMA,
      created_at: host.now().toISOString(),
      ...Object.fromEntries(known),
      ...(previous !== '' && { prev_entry_sha256: previous }),
    };
    const withId = { entry_id: `led_${sha256(canonicalJson(base)).slice(0, 24)}`, ...base };
    const row = { ...withId, entry_sha256: hashOf(withId) };
    await host.files.appendDurably(path, `${JSON.stringify(row)}\n`);
    rows.push(row);
    return row;
  };
  if (read.torn !== '')
    await append({ operation: 'mend', status: 'pass', notes: `a torn row was cut off: ${sha256(read.torn)}` });
  // Without the await the lock would be gone before the work is done.
  return await work({ rows, append });
}

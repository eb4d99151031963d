import { trustedKeys } from '../history/keys.ts';
import { historyState, readHead, readHistory } from '../history/store.ts';
import { type HistoryLine, type VerificationRow, verifyHistory } from '../history/verify.ts';
import type { Host } from '../host/host.ts';

/** The history of a project as it was read, and whether its records are good. */
interface Known {
  readonly stamp: string;
  readonly bytes: number;
  readonly lines: Promise<readonly HistoryLine[]>;
  verified?: { readonly by: string; readonly rows: readonly VerificationRow[] };
}

/** Of the files whose histories are kept: a public one is read by everybody, as often as they like. */
const MAX_BYTES = 64 * 1024 * 1024;
const kept = new WeakMap<Host, Map<string, Known>>();

async function knownAt(host: Host, dir: string): Promise<Known> {
  const all = kept.get(host) ?? new Map<string, Known>();
  kept.set(host, all);
  // Before it is read: what is written meanwhile has another one.
  const { bytes, stamp } = await historyState(host, dir);
  const before = all.get(dir);
  const own = before?.stamp === stamp ? before : { stamp, bytes, lines: readHistory(host, dir) };
  all.delete(dir);
  all.set(dir, own);
  own.lines.catch(() => all.delete(dir));
  let sum = [...all.values()].reduce((total, one) => total + one.bytes, 0);
  // The oldest goes first, and the one that is wanted stays however large it is.
  for (const [place, one] of all) {
    if (sum <= MAX_BYTES || one === own) break;
    all.delete(place);
    sum -= one.bytes;
  }
  return own;
}

/** Every line of the history of a project, the oldest first. @param dir of the project */
export async function linesOf(host: Host, dir: string): Promise<readonly HistoryLine[]> {
  return (await knownAt(host, dir)).lines;
}

/** The same, each checked. What was checked once is not checked again until the file, its head or the trusted keys change. */
export async function checkedLinesOf(
  host: Host,
  dir: string,
): Promise<{ readonly lines: readonly HistoryLine[]; readonly rows: readonly VerificationRow[] }> {
  const trusted = await trustedKeys(host, dir);
  const head = await readHead(host, dir, trusted);
  const known = await knownAt(host, dir);
  const lines = await known.lines;
  const by = JSON.stringify([[...trusted.keys()].sort(), head?.records, head?.last_record_sha256]);
  if (known.verified?.by !== by) known.verified = { by, rows: verifyHistory(lines, trusted, head) };
  return { lines, rows: known.verified.rows };
}

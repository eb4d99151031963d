import { join } from 'node:path';
import * as z from 'zod';
import type { Host } from '../host/host.ts';
import { HostError, messageOf, UsageError } from '../model/errors.ts';
import type { TakeLock } from './keys.ts';
import { canonicalBytes, HistoryRecord, recordHash, recordLine } from './record.ts';
import { isSignature, type Signer } from './signer.ts';
import type { HistoryHead, HistoryLine } from './verify.ts';

const FILE = 'artifact_versions.jsonl';
const HEAD = 'artifact_versions.head.json';
const LOCK = 'artifact_versions.lock';
const MAX_BYTES = 1024 * 1024 * 1024;

const Head = z.object({
  schema_version: z.literal('artifact_history_head.v0.1'),
  records: z.number().int().nonnegative(),
  last_record_sha256: z.string(),
  signature_public_key: z.string(),
  signature: z.string(),
});

function registryDir(workdir: string): string {
  return join(workdir, 'registry');
}

/** Where the records of a work directory are, one on each line. */
export const historyFile = (workdir: string): string => join(registryDir(workdir), FILE);

/** Place of a file of the history. @throws UsageError `link_in_workdir` */
async function ownPlace(host: Host, workdir: string, name: string): Promise<string> {
  const dir = registryDir(workdir);
  await host.files.rejectLink(dir);
  await host.files.rejectLink(join(dir, name));
  return join(dir, name);
}

async function readText(host: Host, path: string): Promise<string> {
  if ((await host.files.stat(path)) === undefined) return '';
  try {
    return (await host.files.read(path, MAX_BYTES)).toString('utf8');
  } catch (cause) {
    throw new UsageError('history_unreadable', `${path}: ${messageOf(cause)}; check its permissions`, { cause });
  }
}

/** What one line of the history says. */
export function lineOf(text: string): HistoryLine {
  try {
    return { record: HistoryRecord.parse(JSON.parse(text)) };
  } catch {
    return { record: undefined };
  }
}

/** Every line of the history, the oldest first; empty without a history. */
export async function readHistory(host: Host, workdir: string): Promise<HistoryLine[]> {
  const text = await readText(host, await ownPlace(host, workdir, FILE));
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map(lineOf);
}

/** How large the history file is, and a text that is another one for each state of it. */
export async function historyState(host: Host, workdir: string): Promise<{ bytes: number; stamp: string }> {
  const stat = await host.files.stat(await ownPlace(host, workdir, FILE));
  if (stat === undefined) return { bytes: 0, stamp: '' };
  return { bytes: stat.size, stamp: [stat.dev, stat.ino, stat.size, stat.mtimeMs, stat.ctimeMs].join(' ') };
}

function headBytes({ records, last_record_sha256: last }: HistoryHead): Buffer {
  return Buffer.from(
    JSON.stringify({ schema_version: 'artifact_history_head.v0.1', records, last_record_sha256: last }),
  );
}

/**
 * What was there at the last writing; undefined where no one noted it.
 * @throws UsageError when the note was changed: nothing can be said then
 */
export async function readHead(
  host: Host,
  workdir: string,
  trusted: ReadonlyMap<string, unknown>,
): Promise<HistoryHead | undefined> {
  const path = await ownPlace(host, workdir, HEAD);
  const text = await readText(host, path);
  if (text === '') return undefined;
  const result = Head.safeParse(parseOrUndefined(text));
  const head = result.data;
  if (head && trusted.has(head.signature_public_key)) {
    if (isSignature(headBytes(head), head.signature_public_key, head.signature)) return head;
  }
  throw new UsageError(
    'history_head_invalid',
    `${path}: it was changed, or signed with a key that is not trusted; compare the history with a copy, then run "bpfcompat history sign"`,
  );
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function seal(record: HistoryRecord, previous: string, sign: Signer): Promise<HistoryRecord> {
  const linked = { ...record, prev_record_sha256: previous || undefined };
  return { ...linked, record_sha256: recordHash(linked), ...(await sign(canonicalBytes(linked))) };
}

async function writeHead(host: Host, workdir: string, head: HistoryHead, sign: Signer): Promise<void> {
  const { signature_public_key: key, signature } = await sign(headBytes(head));
  const { records, last_record_sha256: last } = head;
  const document = {
    schema_version: 'artifact_history_head.v0.1',
    records,
    last_record_sha256: last,
    signature_public_key: key,
    signature,
  };
  await host.files.writeAtomic(join(registryDir(workdir), HEAD), `${JSON.stringify(document, null, 2)}\n`);
}

/** Runs `work` while no other process writes the history. */
async function locked<T>(host: Host, workdir: string, take: TakeLock, work: () => Promise<T>): Promise<T> {
  const dir = registryDir(workdir);
  try {
    const lock = await ownPlace(host, workdir, LOCK);
    await host.files.makeDir(dir);
    await using _lock = await take(lock);
    return await work();
  } catch (cause) {
    if (cause instanceof UsageError || cause instanceof HostError) throw cause;
    throw new HostError(
      'history_unwritable',
      `cannot write the history in ${dir}: ${messageOf(cause)}; check its permissions and the space`,
      { cause },
    );
  }
}

/**
 * Adds records to the end of the chain, all or none, and notes the new end. Where records are gone the old note stays,
 * so that `history verify` goes on to report it.
 * @returns false when records are gone or a line is none
 */
export async function appendHistory(
  host: Host,
  workdir: string,
  records: readonly HistoryRecord[],
  sign: Signer,
  take: TakeLock = (path) => host.files.lock(path),
): Promise<boolean> {
  return locked(host, workdir, take, async () => {
    const path = await ownPlace(host, workdir, FILE);
    const text = await readText(host, path);
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    const last = lineOf(lines.at(-1) ?? '').record;
    let previous = last ? recordHash(last) : '';
    const intact = (lines.length === 0 || last !== undefined) && (await fitsHead(host, workdir, lines));
    let added = '';
    for (const record of records) {
      const sealed = await seal(record, previous, sign);
      previous = recordHash(sealed);
      added += `${recordLine(sealed)}\n`;
    }
    const start = text === '' || text.endsWith('\n') ? '' : '\n';
    await host.files.writeAtomic(path, `${text}${start}${added}`);
    const head = { records: lines.length + records.length, last_record_sha256: previous };
    if (intact) await writeHead(host, workdir, head, sign);
    return intact;
  });
}

/** Whether nothing is gone of what was there at the last writing. A note that was changed is left for `verify`. */
async function fitsHead(host: Host, workdir: string, lines: readonly string[]): Promise<boolean> {
  const text = await readText(host, await ownPlace(host, workdir, HEAD));
  if (text === '') return true;
  const head = Head.safeParse(parseOrUndefined(text)).data;
  if (!head) return false;
  const record = lineOf(lines[head.records - 1] ?? '').record;
  return head.records === 0 || (record !== undefined && recordHash(record) === head.last_record_sha256);
}

/**
 * Links and signs all records again.
 * @returns how many there are
 * @throws UsageError for a line that is not a record: signing would make it vanish
 */
export async function signHistory(host: Host, workdir: string, sign: Signer, take: TakeLock): Promise<number> {
  return locked(host, workdir, take, async () => {
    const lines = await readHistory(host, workdir);
    const path = join(registryDir(workdir), FILE);
    let previous = '';
    let text = '';
    for (const [index, { record }] of lines.entries()) {
      if (!record) {
        throw new UsageError(
          'history_invalid',
          `${path}: record ${index} was cut or changed; take the line out of the file, then sign again`,
        );
      }
      const sealed = await seal(record, previous, sign);
      previous = recordHash(sealed);
      text += `${recordLine(sealed)}\n`;
    }
    if (lines.length === 0) return 0;
    await host.files.writeAtomic(path, text);
    await writeHead(host, workdir, { records: lines.length, last_record_sha256: previous }, sign);
    return lines.length;
  });
}

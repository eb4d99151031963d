import { basename, dirname, join } from 'node:path';
import type { Host } from '../host/host.ts';

/** A stream of so many bytes (0 = never) becomes an older file, of which so many are kept. */
interface StreamLimits {
  readonly maxBytes: number;
  readonly maxFiles: number;
}

const DEFAULT: StreamLimits = { maxBytes: 64 * 1024 * 1024, maxFiles: 10 };
/** What is read of one file. A stream that was let grow larger says nothing of its traces. */
const MAX_READ = 256 * 1024 * 1024;
const TRACE = /^dec_[0-9a-f]{64}-[a-z]+\.json$/;
const MARK = '"trace_path":"';
const LINE_FEED = 10;

type Env = Readonly<Record<string, string | undefined>>;

const VARIABLES = {
  maxBytes: { name: 'BPFCOMPAT_RUNTIME_DECISIONS_MAX_BYTES', most: MAX_READ / 2 },
  maxFiles: { name: 'BPFCOMPAT_RUNTIME_DECISIONS_MAX_FILES', most: 1000 },
} as const;
const isCount = (word: string): boolean => /^\d{1,15}$/.test(word);

function limitsOf(env: Env): StreamLimits {
  const count = (limit: keyof StreamLimits): number => {
    const { name, most } = VARIABLES[limit];
    const word = env[name] ?? '';
    return isCount(word) ? Math.min(Number(word), most) : DEFAULT[limit];
  };
  return { maxBytes: count('maxBytes'), maxFiles: count('maxFiles') };
}

/** What to tell whoever set a limit that cannot be read: the default holds. */
export function streamLimitNotes(env: Env): string[] {
  return (['maxBytes', 'maxFiles'] as const)
    .filter((limit) => !isCount(env[VARIABLES[limit].name] || '0'))
    .map((limit) => `${VARIABLES[limit].name} cannot be read and counts as ${DEFAULT[limit]}; give a whole number`);
}

/** The file that decisions are added to. */
export function streamOf(workdir: string): string {
  return join(workdir, 'registry', 'runtime_decisions.jsonl');
}

/** Where the traces of decisions are. */
export function tracesDir(workdir: string): string {
  return join(workdir, 'runtime-audit', 'decisions');
}

/** The older files; 1 is the newest of them, 0 the stream itself. */
export function olderStream(workdir: string, nth: number): string {
  return streamOf(workdir).replace(/\.jsonl$/, nth === 0 ? '.jsonl' : `.${nth}.jsonl`);
}

/** Names of the traces that a stream speaks of; undefined for one that is too large to look at. */
async function tracesOf(host: Host, stream: string): Promise<Set<string> | undefined> {
  const names = new Set<string>();
  const size = (await host.files.stat(stream))?.size ?? 0;
  if (size > MAX_READ) return undefined;
  // A string of all of it would be several times as large.
  const bytes = size === 0 ? Buffer.alloc(0) : await host.files.read(stream, MAX_READ);
  for (let at = bytes.indexOf(MARK); at !== -1; at = bytes.indexOf(MARK, at + 1)) {
    const from = at + MARK.length;
    const end = bytes.indexOf('"', from);
    if (end !== -1) names.add(basename(bytes.toString('utf8', from, end)));
  }
  return names;
}

/** Removes the traces that only files speak of which go as well. A decision that was made again has lines in several. */
async function removeTraces(host: Host, workdir: string, going: readonly string[], kept: readonly string[]) {
  const names = new Set<string>();
  for (const stream of going) for (const name of (await tracesOf(host, stream)) ?? []) names.add(name);
  for (const stream of kept) {
    const own = await tracesOf(host, stream);
    if (own === undefined) return;
    for (const name of own) names.delete(name);
  }
  for (const name of names) if (TRACE.test(name)) await host.files.remove(join(tracesDir(workdir), name));
}

/** Starts a new stream where this one is long. For who has the lock of the stream. */
export async function rotateStream(host: Host, workdir: string): Promise<void> {
  const { maxBytes, maxFiles } = limitsOf(host.env);
  const nth = (n: number): string => olderStream(workdir, n);
  const size = (await host.files.stat(nth(0)))?.size ?? 0;
  if (maxBytes === 0 || size < maxBytes) return;
  const found = (await host.files.list(dirname(nth(0)))).flatMap((name) => {
    const match = /^runtime_decisions(?:\.([1-9]\d{0,3}))?\.jsonl$/.exec(name);
    return match === null ? [] : [Number(match[1] ?? 0)];
  });
  const going = found.filter((n) => n >= maxFiles).map(nth);
  const kept = found.filter((n) => n < maxFiles).sort((a, b) => b - a);
  await removeTraces(host, workdir, going, kept.map(nth));
  for (const file of going) await host.files.remove(file);
  for (const n of kept) await host.files.rename(nth(n), nth(n + 1));
}

/** Adds a line to a stream. For who has its lock. */
export async function addEvent(host: Host, stream: string, event: Readonly<Record<string, unknown>>): Promise<void> {
  const size = (await host.files.stat(stream))?.size ?? 0;
  const [last = LINE_FEED] = size === 0 ? [] : await host.files.readHead(stream, 1, size - 1);
  // Half a line, which power ended or a full disk, would take this one with it.
  const start = last === LINE_FEED ? '' : '\n';
  await host.files.append(stream, `${start}${JSON.stringify(event)}\n`);
}

import type { Host } from '../host/host.ts';
import { HostError, throwIfCancelled, UsageError } from '../model/errors.ts';
import { readGit } from '../run/git.ts';

/** One content that the repository has, now or in its history. */
export interface Blob {
  readonly id: string;
  readonly path: string;
  /** Absent from what is tracked now: only a commit of some branch or tag has it. */
  readonly history: boolean;
  readonly bytes: number;
}

const LIST = { timeoutMs: 120_000, maxOutput: 256 * 1024 * 1024 };

async function needGit(
  host: Host,
  root: string,
  args: readonly string[],
  signal: AbortSignal,
  input?: string,
): Promise<Buffer> {
  const out = await readGit(host, root, args, { ...LIST, signal, ...(input === undefined ? {} : { input }) });
  if (out !== undefined) return out;
  throwIfCancelled(signal);
  throw new HostError('tool_failed', `git ${args[0]} failed in ${root}; check the repository with git fsck`);
}

/** `MODE ID STAGE\tPATH`, as ls-files prints them. Submodules are other repositories; of a link the content is where it leads. */
function tracked(listing: string): [id: string, path: string][] {
  return listing.split('\0').flatMap((entry) => {
    const [, id, path] = /^1[02]0\d{3} ([0-9a-f]+) \d\t(.+)$/s.exec(entry) ?? [];
    return id === undefined || path === undefined ? [] : [[id, path] as [string, string]];
  });
}

/** A clone that lacks a part of its history cannot pass: what is not here was not looked at. */
function incomplete(root: string, what: string, todo: string): UsageError {
  return new UsageError('history_incomplete', `${root} is a ${what}: a part of its history is not here; ${todo}`);
}

async function throwIfShallow(host: Host, root: string, signal: AbortSignal): Promise<void> {
  const result = await needGit(host, root, ['rev-parse', '--is-shallow-repository'], signal);
  if (result.toString('utf8').trim() !== 'true') return;
  throw incomplete(root, 'shallow clone', 'run git fetch --unshallow (in a workflow: fetch-depth: 0)');
}

/**
 * All blobs of the index and of the history of all branches and tags, each content once.
 * @throws UsageError `history_incomplete` for a shallow or partial clone, HostError `tool_failed`
 */
export async function listBlobs(host: Host, root: string, signal: AbortSignal): Promise<Blob[]> {
  await throwIfShallow(host, root, signal);
  const index = await needGit(host, root, ['ls-files', '--stage', '-z'], signal);
  const now = new Map(tracked(index.toString('utf8')));
  const objects = await needGit(host, root, ['rev-list', '--objects', '--missing=print', '--all'], signal);
  const paths = new Map(now);
  const partial = incomplete(root, 'partial clone', 'clone it without --filter');
  for (const line of objects.toString('utf8').split('\n')) {
    if (line.startsWith('?')) throw partial;
    const space = line.indexOf(' ');
    if (space > 0 && !paths.has(line.slice(0, space))) paths.set(line.slice(0, space), line.slice(space + 1));
  }
  const check = ['cat-file', '--batch-check=%(objecttype) %(objectsize)'];
  const facts = (await needGit(host, root, check, signal, [...paths.keys()].map((id) => `${id}\n`).join('')))
    .toString('utf8')
    .split('\n');
  if (facts.some((line) => line.endsWith(' missing'))) throw partial;
  return [...paths].flatMap(([id, path], at) => {
    const [type, bytes] = (facts[at] ?? '').split(' ');
    return type === 'blob' && path !== '' ? [{ id, path, history: !now.has(id), bytes: Number(bytes) }] : [];
  });
}

/** Contents of these blobs, in their order. Together they must be bounded by the caller. */
export async function readBlobs(
  host: Host,
  root: string,
  blobs: readonly Blob[],
  signal: AbortSignal,
): Promise<Buffer[]> {
  const out = await needGit(host, root, ['cat-file', '--batch'], signal, blobs.map(({ id }) => `${id}\n`).join(''));
  let at = 0;
  return blobs.map(({ bytes }) => {
    const start = out.indexOf(0x0a, at) + 1;
    at = start + bytes + 1;
    return out.subarray(start, start + bytes);
  });
}

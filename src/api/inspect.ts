import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import type { Host } from '../host/host.ts';
import type { ArtifactSource } from '../model/cell.ts';
import { throwIfCancelled, UsageError } from '../model/errors.ts';
import { imagePath, plainImagePath } from '../model/image-path.ts';
import type { Inspection } from '../model/inspection.ts';
import { MAX_OBJECT_BYTES } from '../object/header.ts';
import { readObject } from '../object/read-object.ts';
import { confineFlag, flagRoot } from '../run/confine.ts';
import { addressWords, containerOf } from '../run/find-artifacts.ts';
import { directoryWords } from '../run/load-artifact.ts';
import { INSPECT_OPTIONS } from './call-options.ts';
import { checkOptions } from './check-options.ts';
import { inspectionOf } from './inspection.ts';
import { openNamed } from './named-objects.ts';
import { type Environment, environmentOf } from './services.ts';

const PATTERN = /[*?[{]/;
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file; build the object first or correct the path',
  EACCES: 'this user may not read it; correct its permissions',
};

export interface InspectOptions extends Environment {
  /** Compiled objects: paths or patterns (`build/*.bpf.o`) relative to `cwd`. */
  readonly files: readonly string[];
  /** Ends the search and the opening of files that hold objects. */
  readonly signal?: AbortSignal;
}

/** One file: what is in it, or why it is not an object. */
export type InspectResult =
  | { readonly ok: true; readonly object: Inspection }
  | { readonly ok: false; readonly path: string; readonly error: UsageError };

/**
 * Reads objects without loading them and without a kernel: what they hold and what they need. Each file gets its own
 * result; a file that is not an object does not stop the others.
 * @throws UsageError when no file is named or a pattern matches nothing; CancelledError after an abort
 */
export async function inspect(options: InspectOptions): Promise<InspectResult[]> {
  checkOptions('inspect', options, INSPECT_OPTIONS, ['files']);
  const { host, cwd } = environmentOf(options);
  if (options.files.length === 0) {
    throw new UsageError('missing_argument', 'no object is named; write bpfcompat inspect my.bpf.o');
  }
  const context = { host, cwd, signal: options.signal };
  const results: InspectResult[] = [];
  for (const word of options.files) {
    for (const path of await expand(context, word)) results.push(...(await inspectFile(context, path)));
  }
  return results;
}

interface InspectContext {
  readonly host: Host;
  readonly cwd: string;
  readonly signal: AbortSignal | undefined;
}

async function expand({ host, cwd, signal }: InspectContext, word: string): Promise<readonly string[]> {
  const isInside = imagePath(word) !== undefined || (await containerOf(host, resolve(cwd, word))) !== undefined;
  if (!PATTERN.test(word) || isInside) return [word];
  // A file that is called like a pattern takes the place of none that match it.
  const own = (await host.files.stat(resolve(cwd, word)).catch(() => undefined)) ? [resolve(cwd, word)] : [];
  const matches = [...new Set([...own, ...(await host.files.glob(word, cwd, signal))])];
  throwIfCancelled(signal);
  if (matches.length > 0) return matches;
  throw new UsageError('artifact_no_match', `${word}: no file matches this pattern; build the objects or correct it`);
}

async function isThere(host: Host, path: string): Promise<boolean> {
  return (await host.files.stat(path).catch(() => undefined)) !== undefined;
}

/** Whether a word is of a file, or of an object in one, whatever image is called so. */
async function isOnDisk(host: Host, shown: string, file: string): Promise<boolean> {
  if (await isThere(host, file)) return true;
  return plainImagePath(shown) === undefined && (await containerOf(host, file)) !== undefined;
}

/** One result for an object and for what is none, and one for each object in another file. */
async function inspectFile({ host, cwd, signal }: InspectContext, shown: string): Promise<InspectResult[]> {
  try {
    const file = resolve(cwd, shown);
    const path = (await isOnDisk(host, shown, file)) ? file : (imagePath(shown) ?? file);
    if (path.startsWith('/')) await confineFlag(host, await flagRoot(host, cwd), shown, path);
    const [first, ...others] = await openNamed(host, { cwd, paths: [path], signal });
    if (first?.problem) throw first.problem;
    if (first?.object === undefined) return [await inspectPlain(host, cwd, shown)];
    return [first, ...others].flatMap(({ object }) => {
      if (object === undefined) return [];
      const { inside } = object.source;
      return [inspectionAt(shown.endsWith(inside) ? shown : `${shown}${inside}`, object.bytes, object.source)];
    });
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return [{ ok: false, path: shown, error }];
  }
}

async function inspectPlain(host: Host, cwd: string, path: string): Promise<InspectResult> {
  const bytes = await readBytes(host, cwd, path);
  return bytes instanceof UsageError ? { ok: false, path, error: bytes } : inspectionAt(path, bytes, undefined);
}

function inspectionAt(path: string, bytes: Uint8Array, source: ArtifactSource | undefined): InspectResult {
  const facts = readObject(bytes);
  if (!facts.ok) {
    const { reason, message } = facts.problem;
    return { ok: false, path, error: new UsageError(`artifact_${reason}`, `${path}: ${message}`) };
  }
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const from = source && { source: source.place, source_digest: source.digest, inside: source.inside };
  return { ok: true, object: { path, ...from, size_bytes: bytes.length, sha256, ...inspectionOf(facts) } };
}

async function readBytes(host: Host, cwd: string, shown: string): Promise<Uint8Array | UsageError> {
  const absolute = resolve(cwd, shown);
  const wrong = (words: string, cause?: unknown): UsageError =>
    new UsageError('artifact_unreadable', `${shown}: ${words}`, { cause });
  try {
    await confineFlag(host, await flagRoot(host, cwd), shown, absolute);
    const stat = await host.files.stat(absolute);
    if (stat?.isDirectory) return wrong(await directoryWords(host, absolute));
    if (stat && !stat.isFile) return wrong('it is a pipe or a device; write it to a file first');
    if (stat?.isFile && stat.size > MAX_OBJECT_BYTES) {
      return wrong(
        `the file has ${stat.size} bytes, at most 64 MiB are read; strip its debug sections (llvm-strip -g)`,
      );
    }
    return await host.files.read(absolute, MAX_OBJECT_BYTES);
  } catch (error) {
    if (error instanceof UsageError) return error;
    const code = (error as NodeJS.ErrnoException).code ?? '';
    return wrong(
      (code === 'ENOENT' && addressWords(shown)) || REASONS[code] || `cannot be read (${code || String(error)})`,
      error,
    );
  }
}

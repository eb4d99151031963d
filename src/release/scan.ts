import ignore from 'ignore';
import type { Host } from '../host/host.ts';
import { throwIfCancelled } from '../model/errors.ts';
import { type Blob, listBlobs, readBlobs } from './blobs.ts';
import { privatePaths } from './private-paths.ts';
import { secretsIn } from './secrets.ts';

/** A file of gitignore patterns, by its name as secretlint has it: what they match is not looked at. */
const IGNORE_FILE = '.secretlintignore';
/** A larger file is no source; it is counted instead of read. */
const MAX_BLOB = 8 * 1024 * 1024;
/** Contents that are in memory at once. */
const BATCH = 8 * 1024 * 1024;

interface ReleaseFinding {
  readonly path: string;
  /** Counted from 1. */
  readonly line: number;
  readonly kind: 'secret' | 'private_path';
  /** One line; a secret is masked. */
  readonly what: string;
  /** Only commits have it: deleting the file did not take it away. */
  readonly history: boolean;
  /** Object id of the content, for `git log --all --find-object=ID`. */
  readonly blob: string;
}

/** What in tree and history must not be published. */
export interface ReleaseScan {
  readonly findings: readonly ReleaseFinding[];
  /** Contents that were read. */
  readonly scanned: number;
  /** Contents over 8 MiB, by path. */
  readonly tooLarge: readonly string[];
}

function batches(blobs: readonly Blob[]): Blob[][] {
  const all: Blob[][] = [];
  let room = 0;
  for (const blob of blobs) {
    if (blob.bytes > room || all.length === 0) {
      all.push([]);
      room = BATCH;
    }
    all.at(-1)?.push(blob);
    room -= blob.bytes;
  }
  return all;
}

interface Content {
  readonly blob: Blob;
  readonly binary: boolean;
  readonly text: string;
}

function contentOf(blob: Blob, bytes: Buffer): Content {
  const binary = bytes.includes(0);
  return { blob, binary, text: bytes.toString(binary ? 'latin1' : 'utf8') };
}

const place = ({ path, history, id }: Blob) => ({ path, history, blob: id });

function pathsIn({ blob, binary, text }: Content): ReleaseFinding[] {
  return privatePaths(text).map(({ line, path }) => ({
    ...place(blob),
    line: binary ? 1 : line,
    kind: 'private_path',
    what: `${path} is the home of a user`,
  }));
}

async function look(contents: readonly Content[]): Promise<ReleaseFinding[]> {
  const texts = contents.filter(({ binary }) => !binary);
  const secrets = await secretsIn(texts.map(({ text }) => text));
  const found = secrets.flatMap(({ text, line, what }): ReleaseFinding[] => {
    const content = texts[text];
    return content === undefined ? [] : [{ ...place(content.blob), line, kind: 'secret', what }];
  });
  return [...found, ...contents.flatMap(pathsIn)];
}

/**
 * Looks for secrets and for private paths in everything that a git repository would publish: what is tracked (as it was
 * added) and the whole history of its branches and tags.
 * @param root top of the work tree
 * @throws HostError `tool_failed` when git cannot list it
 */
export async function scanForRelease(host: Host, root: string, signal: AbortSignal): Promise<ReleaseScan> {
  const rules = await host.files.read(`${root}/${IGNORE_FILE}`, MAX_BLOB).catch(() => undefined);
  const ignored = ignore({ allowRelativePaths: true }).add(rules?.toString('utf8') ?? '');
  const blobs = (await listBlobs(host, root, signal)).filter(({ path }) => !ignored.ignores(path));
  const small = blobs.filter(({ bytes }) => bytes <= MAX_BLOB);
  const findings: ReleaseFinding[] = [];
  for (const batch of batches(small)) {
    const contents = await readBlobs(host, root, batch, signal);
    throwIfCancelled(signal);
    findings.push(...(await look(batch.map((blob, at) => contentOf(blob, contents[at] ?? Buffer.alloc(0))))));
  }
  const order = (one: ReleaseFinding): string =>
    `${one.history ? 1 : 0}${one.path}\0${String(one.line).padStart(9, '0')}`;
  return {
    findings: findings.sort((a, b) => (order(a) < order(b) ? -1 : 1)),
    scanned: small.length,
    tooLarge: blobs.filter(({ bytes }) => bytes > MAX_BLOB).map(({ path }) => path),
  };
}

import { dirname, join } from 'node:path';
import { repositoryPath, type SourceFile, type Sources } from '../classify/source-paths.ts';
import type { Host } from '../host/host.ts';
import type { ObjectFacts } from '../object/facts.ts';
import { gitTop, isInGit, strangeFile, within } from './confine.ts';
import { readGit } from './git.ts';

const MAX_FILES = 64;
const MAX_SOURCE_BYTES = 4 * 1024 * 1024;
const GIT_MS = 10_000;
interface Repository {
  readonly root: string;
  /** Paths from its top. */
  readonly files: readonly string[];
}

async function trackedFiles(host: Host, root: string): Promise<string[] | undefined> {
  const names = await readGit(host, root, ['ls-files', '-z'], { timeoutMs: GIT_MS, maxOutput: 64 * 1024 * 1024 });
  return names
    ?.toString('utf8')
    .split('\0')
    .filter((name) => name !== '');
}

async function openRepository(host: Host, dir: string): Promise<Repository | undefined> {
  const root = await gitTop(host, await host.files.realPath(dir).catch(() => dir));
  const files = root === undefined ? undefined : await trackedFiles(host, root);
  return root === undefined || files === undefined ? undefined : { root, files };
}

const opened = new WeakMap<Host, Map<string, Promise<Repository | undefined>>>();

function repositoryOf(host: Host, dir: string): Promise<Repository | undefined> {
  const known = opened.get(host) ?? new Map<string, Promise<Repository | undefined>>();
  opened.set(host, known);
  const repository = known.get(dir) ?? openRepository(host, dir);
  known.set(dir, repository);
  return repository;
}

/** Paths of source files in an object's line tables, as the compiler wrote them. */
function namedFiles(facts: ObjectFacts): string[] {
  const names = new Set<string>();
  for (const { files } of facts.lines.values()) {
    for (const offset of new Set(files)) {
      const name = facts.btf?.string(offset) ?? '';
      if (name !== '' && names.size < MAX_FILES) names.add(name);
    }
  }
  return [...names];
}

/** A file of the work tree. A link out of it, which anyone may have committed, is not a source: reports quote lines. */
async function readBelow(host: Host, root: string, path: string): Promise<Buffer | undefined> {
  try {
    const [top, real] = [await host.files.realPath(root), await host.files.realPath(join(root, path))];
    const isSource = within(top, real) && !isInGit(top, real) && (await strangeFile(host, real)) === undefined;
    return isSource ? await host.files.read(real, MAX_SOURCE_BYTES) : undefined;
  } catch {
    return undefined;
  }
}

/** The source files of an object, where it lies in a git work tree that has them; empty elsewhere. */
export async function readSources(host: Host, objectPath: string, facts: ObjectFacts): Promise<Sources> {
  // An image has no files of a repository beside it.
  const named = objectPath.startsWith('/') ? namedFiles(facts) : [];
  const found = new Map<string, SourceFile>();
  const repository = named.length === 0 ? undefined : await repositoryOf(host, dirname(objectPath));
  if (!repository) return found;
  for (const name of named) {
    const path = repositoryPath(name, repository.root, repository.files);
    if (path === undefined) continue;
    const text = await readBelow(host, repository.root, path);
    if (text) found.set(name, { path, lines: text.toString('utf8').split('\n') });
  }
  return found;
}

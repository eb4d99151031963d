import { createHash } from 'node:crypto';
import type { Host } from '../host/host.ts';
import type { Artifact } from '../model/cell.ts';
import { UsageError } from '../model/errors.ts';
import { MAX_OBJECT_BYTES } from '../object/header.ts';
import { readObject } from '../object/read-object.ts';
import { readSources } from './read-sources.ts';
import type { Subject } from './subject.ts';

/** What an object holds. It can be as large as its file and its sources: no one keeps it beyond what is being done. */
export type ObjectContent = Pick<Subject, 'bytes' | 'facts' | 'sources'>;

type Shelved = ObjectContent & Pick<Subject, 'file'>;

/** An object of a run. As small as its names, however large the object is. */
export interface ShelvedSubject extends Pick<Subject, 'artifact' | 'unusable'> {
  /**
   * @param copy path of a file with the same bytes, if the object was copied since it was read
   * @throws UsageError `artifact_unreadable` when the object is not the one any more that was read first
   */
  content(copy?: string): Promise<ObjectContent>;
}

/** Bytes of objects and sources that stay in memory: all that most runs have. */
const SHELF_BYTES = 64 * 1024 * 1024;

const NOTHING: Promise<ObjectContent> = Promise.resolve({
  bytes: new Uint8Array(),
  facts: undefined,
  sources: new Map(),
});

function weightOf({ bytes, facts, sources }: ObjectContent): number {
  const lines = [...sources.values()].reduce(
    (sum, file) => sum + file.lines.reduce((chars, line) => chars + line.length + 1, 0),
    0,
  );
  // What is known of an object holds on to parts of it, and to tables about as large.
  return (facts === undefined ? 1 : 2) * bytes.length + lines;
}

async function readAgain(host: Host, path: string, artifact: Artifact, isObject: boolean): Promise<ObjectContent> {
  const bytes = await host.files.read(path, MAX_OBJECT_BYTES).catch((cause: unknown) => {
    throw new UsageError('artifact_unreadable', `${path}: it cannot be read any more; run again`, { cause });
  });
  if (createHash('sha256').update(bytes).digest('hex') !== artifact.sha256) {
    throw new UsageError('artifact_unreadable', `${path}: it was changed while the run was under way; run again`);
  }
  const facts = isObject ? readObject(bytes) : undefined;
  if (!facts?.ok) return { bytes, facts: undefined, sources: new Map() };
  return { bytes, facts, sources: await readSources(host, artifact.path, facts) };
}

/**
 * Where the objects of a run are put once they were read. Those that were used last stay in memory, up to `limit` bytes;
 * others are read again when they are needed, and have to be what they were.
 */
export function createShelf(host: Host, limit = SHELF_BYTES): (subject: Subject) => ShelvedSubject {
  /** What was used last comes last. */
  const held = new Map<string, { readonly content: ObjectContent; readonly weight: number }>();
  let weight = 0;

  function put(key: string, content: ObjectContent): void {
    const own = held.get(key)?.weight ?? weightOf(content);
    if (!held.delete(key)) weight += own;
    held.set(key, { content, weight: own });
    for (const [oldest, { weight: freed }] of held) {
      if (weight <= limit) break;
      held.delete(oldest);
      weight -= freed;
    }
  }

  function contentOf(artifact: Artifact, { bytes, facts, sources, file }: Shelved): ShelvedSubject['content'] {
    // A command without an object, and an object that could not be read: there is nothing to read again.
    if (bytes.length === 0) return () => NOTHING;
    const isObject = facts !== undefined;
    const key = `${isObject} ${artifact.sha256} ${artifact.path}`;
    put(key, { bytes, facts, sources });
    return reader(key, artifact, isObject, file ?? artifact.path);
  }

  /** In a function of its own: what it returns must not hold on to what was read first. */
  function reader(key: string, artifact: Artifact, isObject: boolean, file: string): ShelvedSubject['content'] {
    return async (copy) => {
      const content = held.get(key)?.content ?? (await readAgain(host, copy ?? file, artifact, isObject));
      put(key, content);
      return content;
    };
  }

  return ({ artifact, unusable, ...content }) => ({
    artifact,
    ...(unusable && { unusable }),
    content: contentOf(artifact, content),
  });
}

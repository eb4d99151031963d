import type { Sources } from '../classify/source-paths.ts';
import type { Host } from '../host/host.ts';
import type { Artifact } from '../model/cell.ts';
import { distinctNames } from '../model/object-names.ts';
import type { ObjectFacts } from '../object/facts.ts';
import { readObject } from '../object/read-object.ts';
import { loadArtifact } from './load-artifact.ts';
import { readSources } from './read-sources.ts';
import type { ArtifactInput } from './run-config.ts';
import { type PreparedCommand, syntheticDigest } from './shipment.ts';

/** An object that was read, once, for everything that is asked about it. */
export interface Subject {
  readonly artifact: Artifact;
  readonly bytes: Uint8Array;
  /** undefined for a file that is no object. */
  readonly facts: ObjectFacts | undefined;
  /** Files of the repository it lies in that it was compiled from. */
  readonly sources: Sources;
}

/** Reads an object and what its bytes say. `origin` says in messages where it was named. @throws UsageError when it cannot be read */
export async function loadSubject(host: Host, input: ArtifactInput, origin?: string): Promise<Subject> {
  const file = await loadArtifact(host, input.path, input.name, origin);
  const facts = readObject(file.bytes);
  if (!facts.ok) return { ...file, facts: undefined, sources: new Map() };
  return { ...file, facts, sources: await readSources(host, file.artifact.path, facts) };
}

/**
 * What stands for the object where only a command is run: named after the program, or the first word of the command.
 * @param name empty: none was given
 */
export function commandSubject(command: PreparedCommand, name: string): Subject {
  const [word = ''] = command.command.split(/\s+/);
  const own =
    name || command.binary?.basename || word.replace(/^.*\//, '').replace(/[^A-Za-z0-9._-]/g, '') || 'command';
  return {
    artifact: {
      path: `command://${own}`,
      basename: own,
      name: own,
      sha256: syntheticDigest(command),
      sizeBytes: 0,
    },
    bytes: new Uint8Array(),
    facts: undefined,
    sources: new Map(),
  };
}

/** An object for a command: it is handed over as it is, and nothing is expected of it. */
export async function loadForCommand(host: Host, input: ArtifactInput, origin?: string): Promise<Subject> {
  return { ...(await loadArtifact(host, input.path, input.name, origin)), facts: undefined, sources: new Map() };
}

/** Objects of one name in several directories are called by as much of their paths as tells them apart. */
export function withDistinctNames(subjects: readonly Subject[]): Subject[] {
  const names = distinctNames(subjects.map(({ artifact }) => artifact));
  return subjects.map((subject, index) => {
    const name = names[index] ?? subject.artifact.name;
    return name === subject.artifact.name ? subject : { ...subject, artifact: { ...subject.artifact, name } };
  });
}

import { createHash } from 'node:crypto';
import { basename, resolve } from 'node:path';
import { makeFinding } from '../classify/make-finding.ts';
import type { Sources } from '../classify/source-paths.ts';
import { hasElfMagic } from '../elf/elf-file.ts';
import type { Host } from '../host/host.ts';
import type { Artifact, ArtifactSource, Outcome } from '../model/cell.ts';
import { messageOf, UsageError } from '../model/errors.ts';
import { artifactName, distinctNames } from '../model/object-names.ts';
import { MAX_PROGRAMS } from '../model/run-defaults.ts';
import { option, phrase, type Wording } from '../model/wording.ts';
import { alteringPrograms } from '../object/alters.ts';
import type { ObjectFacts } from '../object/facts.ts';
import { readObject } from '../object/read-object.ts';
import { loadArtifact } from './load-artifact.ts';
import { type PreparedCommand, syntheticDigest } from './payload.ts';
import { readSources } from './read-sources.ts';

/** An object to be checked, as the user named it. */
export interface ArtifactInput {
  /** Path, absolute or relative to the current directory. */
  readonly path: string;
  /** Name of its history family; default from the file name. */
  readonly name?: string | undefined;
  /** Where its bytes are, for an object that was taken out of another file. */
  readonly taken?: { readonly file: string; readonly sha256: string; readonly source: ArtifactSource } | undefined;
  /** Why it is not there: there is nothing in the file that was named. */
  readonly problem?: UsageError | undefined;
}

/** An object that was read, once, for everything that is run on it. */
export interface Subject {
  readonly artifact: Artifact;
  readonly bytes: Uint8Array;
  /** Where the bytes are, if not at the path of the artifact. */
  readonly file?: string | undefined;
  /** undefined for a file that is not an object. */
  readonly facts: ObjectFacts | undefined;
  /** Files of the repository it lies in that it was compiled from. */
  readonly sources: Sources;
  /** Why it cannot be tested, as what becomes of its cells. */
  readonly unusable?: Outcome;
}

/**
 * Reads an object and what its bytes say. What is left of a broken one (cut off, overwritten with text) fails on every
 * kernel; what never was one, such as an archive or a program, gets no verdict.
 * @param origin where it was named, for messages
 * @throws UsageError when it cannot be read, for a file of another kind, and for one with more programs than can be tested
 */
export async function loadSubject(
  host: Host,
  input: ArtifactInput,
  origin: Wording = option('artifact'),
): Promise<Subject> {
  const file = await loadArtifact(host, input, origin);
  const facts = readObject(file.bytes);
  if (!facts.ok && facts.problem.foreign) {
    throw new UsageError('artifact_foreign', phrase`${origin} ${input.path}: ${facts.problem.message}`);
  }
  if (!facts.ok) return { ...file, facts: undefined, sources: new Map() };
  if (facts.programs.length > MAX_PROGRAMS) {
    throw new UsageError(
      'too_many_programs',
      phrase`${origin} ${input.path}: it has ${String(facts.programs.length)} programs, and at most ${String(MAX_PROGRAMS)} of one object can be tested; split it`,
    );
  }
  const altering = alteringPrograms(facts);
  const artifact = altering.length === 0 ? file.artifact : { ...file.artifact, altering };
  return { ...file, artifact, facts, sources: await readSources(host, file.artifact.path, facts) };
}

/** What becomes of an object that cannot be read: an empty one is not an object, any other was not seen at all. */
function unreadable(error: UsageError): Outcome {
  const message = messageOf(error);
  if (error.code !== 'artifact_empty') return { status: 'infra_error', cause: 'artifact_unreadable', message };
  const evidence = { text: message, origin: 'this machine' };
  const finding = makeFinding({
    code: 'INVALID_OBJECT',
    confidence: 'high',
    phase: 'open',
    args: { reason: 'not_elf' },
    evidence,
  });
  return { status: 'fail', failedStage: 'load', findings: [finding] };
}

/** Like `loadSubject`, for one object of several: one that cannot be read does not stop the others. */
export async function loadAmongOthers(host: Host, input: ArtifactInput): Promise<Subject> {
  try {
    return await loadSubject(host, input);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const path = input.problem ? input.path : resolve(input.path);
    const artifact = {
      path,
      basename: basename(path),
      name: input.name || artifactName(path),
      // Nobody read the others: they have no digest, and that of nothing would be the digest of another object.
      sha256: error.code === 'artifact_empty' ? createHash('sha256').digest('hex') : '',
      sizeBytes: 0,
    };
    return { artifact, bytes: new Uint8Array(), facts: undefined, sources: new Map(), unusable: unreadable(error) };
  }
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

/**
 * An object for a command: it is handed over as it is, and nothing is expected of it but to be an ELF file. A link in a
 * repository may lead to any other file in the work tree, and a command can print what it gets.
 * @throws UsageError when it cannot be read, and for a file of another kind
 */
export async function loadForCommand(
  host: Host,
  input: ArtifactInput,
  origin: Wording = option('artifact'),
): Promise<Subject> {
  const file = await loadArtifact(host, input, origin);
  if (!hasElfMagic(file.bytes)) {
    const remedy = 'name the compiled object; other files are copied as assets of a manifest';
    throw new UsageError('artifact_foreign', phrase`${origin} ${input.path}: it is not an ELF object; ${remedy}`);
  }
  return { ...file, facts: undefined, sources: new Map() };
}

/** Objects of one name in several directories are called by as much of their paths as distinguishes them. */
export function withDistinctNames<S extends Pick<Subject, 'artifact'>>(subjects: readonly S[]): S[] {
  const names = distinctNames(subjects.map(({ artifact }) => artifact));
  return subjects.map((subject, index) => {
    const name = names[index] ?? subject.artifact.name;
    return name === subject.artifact.name ? subject : { ...subject, artifact: { ...subject.artifact, name } };
  });
}

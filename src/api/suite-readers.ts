import { relative, resolve } from 'node:path';
import { enumerate } from '../config/similar.ts';
import type { Suite, SuiteCase } from '../config/suite.ts';
import type { Host } from '../host/host.ts';
import { UsageError } from '../model/errors.ts';
import { plainImagePath, saysImage } from '../model/image-path.ts';
import type { Wording } from '../model/wording.ts';
import { confine } from '../run/confine.ts';
import { workDirectories } from '../run/directories.ts';
import { addressWords, containerOf } from '../run/find-artifacts.ts';
import { createShelf, type ShelvedSubject } from '../run/object-shelf.ts';
import type { PreparedCommand } from '../run/payload.ts';
import { type ArtifactInput, commandSubject, loadForCommand, loadSubject, type Subject } from '../run/subject.ts';
import type { RunBaseline } from './check.ts';
import { type LoadedCase, type LoadedRun, loadRun, matchCases } from './load-run.ts';
import { keepNamed, openNamed } from './named-objects.ts';
import type { SuiteContext } from './suite-cases.ts';

/** What a case is about; a command without an object has a name in place of a path. */
export function artifactPath(dir: string, { artifact, name }: SuiteCase): string {
  if (artifact === '') return `command://${name}`;
  return plainImagePath(artifact) ?? resolve(dir, artifact);
}

/** @throws UsageError for a word that is neither a path nor an image, and for one that is both */
async function rejectUnclear({ host, dir }: SuiteContext, { artifact, origin }: SuiteCase): Promise<void> {
  const isThere = (await host.files.stat(resolve(dir, artifact)).catch(() => undefined)) !== undefined;
  if (plainImagePath(artifact) !== undefined) {
    if (!isThere || saysImage(artifact)) return;
    const both = 'there is a file of that name, and it is the name of an image, too';
    throw new UsageError(
      'artifact_ambiguous',
      `${origin}: artifact ${artifact}: ${both}; write ./${artifact} for the file, or oci://${artifact} for the image`,
    );
  }
  const address = isThere ? undefined : addressWords(artifact);
  if (address !== undefined) throw new UsageError('artifact_unreadable', `${origin}: artifact ${artifact}: ${address}`);
}

/** Reads each object once, however many cases have it. */
function subjectReader(
  host: Host,
  shelve: (subject: Subject) => ShelvedSubject,
  load: typeof loadSubject,
): (input: ArtifactInput, name: string, origin: Wording) => Promise<ShelvedSubject> {
  const known = new Map<string, Promise<ShelvedSubject>>();
  return async (input, name, origin) => {
    const { path } = input;
    const reading = known.get(path) ?? load(host, input, origin).then(shelve);
    known.set(path, reading);
    const subject = await reading;
    return name === '' ? subject : { ...subject, artifact: { ...subject.artifact, name } };
  };
}

/** Reads each older run once, however many cases name it. */
function baselineReader({ host, cwd, dir }: SuiteContext): (file: string, origin: string) => Promise<LoadedRun> {
  const known = new Map<string, Promise<LoadedRun>>();
  return (file, origin) => {
    const path = resolve(dir, file);
    const reading = known.get(path) ?? loadRun(host, cwd, relative(cwd, path) || path, `${origin}: baseline`);
    known.set(path, reading);
    return reading;
  };
}

/** The one object that a case names, which may lie in another file. @throws UsageError where that has several */
async function inputOf(
  { host, dir, root, offline, onNote, signal }: SuiteContext,
  { artifact, origin }: SuiteCase,
  path: string,
  asIs: boolean,
  workdir: string,
): Promise<ArtifactInput> {
  const isFile = plainImagePath(artifact) === undefined;
  const isThere = isFile && (await host.files.stat(path)) !== undefined;
  const container = !isFile || isThere ? undefined : await containerOf(host, path);
  if (container !== undefined) await confine(host, root, { key: 'artifact', path: container, use: 'read', origin });
  const flag = `${origin}: artifact`;
  const named = await openNamed(host, { cwd: dir, paths: [path], asIs, flag, offline, onNote, signal });
  const [only = { path }] = await keepNamed(host, workdir, named.slice(0, 1));
  if (named.length === 1) return only;
  const names = named.slice(0, 8).map(({ object }) => `${artifact}${object?.source.inside ?? ''}`);
  throw new UsageError(
    'artifact_ambiguous',
    `${origin}: artifact ${artifact} has ${named.length} objects and a case is about one; write ${enumerate(names, 'or')}`,
  );
}

/** What the cases of a suite share: whatever several name is read or made once. */
export interface CaseReaders {
  /** @param path absolute. @throws UsageError with the line of the case */
  subjectOf(
    source: SuiteCase,
    path: string,
    command: PreparedCommand | undefined,
    workdir: string,
  ): Promise<ShelvedSubject>;
  /** The older run of a case; undefined without one. @throws UsageError with the line of the case */
  baselineOf(source: SuiteCase): Promise<RunBaseline | undefined>;
  /** Makes a work directory. @throws UsageError or HostError */
  ensureWork(workdir: string): Promise<void>;
}

/** @param older run of the whole suite; wins over those of the file */
export function caseReaders(context: SuiteContext, suite: Suite, older: LoadedRun | undefined): CaseReaders {
  const { host, dir } = context;
  const shelve = createShelf(host);
  const readSubject = subjectReader(host, shelve, loadSubject);
  // Nothing is expected of an object that only a command opens.
  const readForCommand = subjectReader(host, shelve, loadForCommand);
  const readBaseline = baselineReader(context);
  /** An older run is divided among all cases once. */
  const shared = new Map<LoadedRun, readonly (LoadedCase | undefined)[]>();

  return {
    ensureWork: workDirectories(host),

    async subjectOf(source, path, command, workdir) {
      const { artifact, artifactName, name, origin } = source;
      if (command !== undefined && artifact === '') return shelve(commandSubject(command, artifactName || name));
      await rejectUnclear(context, source);
      const read = command === undefined ? readSubject : readForCommand;
      const input = await inputOf(context, source, path, command !== undefined, workdir);
      return await read(input, artifactName, `${origin}: artifact`);
    },

    async baselineOf(source) {
      const { gate, origin } = source;
      const alone = suite.cases.length === 1 || (!older && gate.baseline?.own === true);
      const run = older ?? (gate.baseline && (await readBaseline(gate.baseline.path, origin)));
      if (run === undefined) return undefined;
      const named = (alone ? [source] : suite.cases).map((one) => ({ name: one.name, path: artifactPath(dir, one) }));
      const matches = (alone ? undefined : shared.get(run)) ?? matchCases(run, named);
      if (!alone) shared.set(run, matches);
      return { run, alone, before: [matches[alone ? 0 : suite.cases.indexOf(source)]] };
    },
  };
}

import { ensureKernel } from '../kernels/supply.ts';
import { CancelledError, UsageError } from '../model/errors.ts';
import { artifactName } from '../model/object-names.ts';
import { DEFAULT_TIMEOUT_MS } from '../model/run-defaults.ts';
import { option, phrase } from '../model/wording.ts';
import type { ObjectFacts } from '../object/facts.ts';
import { readObject } from '../object/read-object.ts';
import type { Need } from '../plan/classes/needs.ts';
import { claimPaths, placeOf } from '../run/claims.ts';
import { findArtifacts } from '../run/find-artifacts.ts';
import { confineMatrix, createCatalog, resolveKernels, targetsOf } from '../run/resolve.ts';
import { loadSubject } from '../run/subject.ts';
import { writeReport } from '../run/write-reports.ts';
import { GROUP_OPTIONS } from './call-options.ts';
import { checkOptions } from './check-options.ts';
import { kernelClasses } from './kernel-classes.ts';
import { factsDirectory } from './kernel-facts.ts';
import type { KernelOptions } from './kernel-options.ts';
import { kernelChoiceOf } from './kernel-options.ts';
import { localEntries, localInputs } from './local-kernels.ts';
import { type NamedInput, openNamed } from './named-objects.ts';
import { type Environment, environmentOf, type ResolvedEnvironment } from './services.ts';
import { useStore } from './store-use.ts';

export interface GroupOptions extends Environment, KernelOptions {
  /** Paths or patterns relative to `cwd`. */
  readonly artifacts: readonly string[];
  /** Directory with facts of kernels, relative to `cwd`: read where they are there, else written. */
  readonly facts?: string;
  /** Never use the network. */
  readonly offline?: boolean;
  /** File for the JSON, relative to `cwd`. */
  readonly out?: string;
  readonly signal?: AbortSignal;
  /** What the user should know although nothing failed. */
  readonly onNote?: (message: string) => void;
}

/** Kernels that have the same of everything that matters to an object, by their ids. */
export interface KernelGroup {
  /** The one to be tested for all. */
  readonly sample: string;
  readonly kernels: readonly string[];
  /** Whether anything is known of it; else it is a group of one. */
  readonly known: boolean;
  /** In what it differs from the group before it, where something is known of both. */
  readonly differs: readonly Need[];
}

/** The classes of kernels for each object (docs/sampling.md). */
export interface GroupResult {
  readonly objects: readonly {
    readonly name: string;
    readonly path: string;
    readonly classes: readonly KernelGroup[];
  }[];
  /** Kernels that are the sample of some class of some object, in the order of the matrix. */
  readonly samples: readonly string[];
  readonly kernels: number;
  /** The same as a document (`kernel_classes.v0.1`). */
  readonly json: string;
}

/** Kernels and objects, before anything is fetched. */
async function inputsOf(environment: ResolvedEnvironment, options: GroupOptions) {
  const { host, cwd } = environment;
  const choice = kernelChoiceOf(options);
  await confineMatrix(host, cwd, choice);
  const { matrix, entries } = await resolveKernels(createCatalog(environment), choice);
  const ids = entries.map(({ id }) => id);
  const own = await localEntries(environment, options.localKernels, ids);
  const targets = targetsOf(matrix, [...entries, ...own], undefined, DEFAULT_TIMEOUT_MS);
  const { offline, signal } = options;
  const paths = await findArtifacts(host, cwd, options.artifacts, undefined, signal);
  const named = await openNamed(host, { cwd, paths, flag: option('artifact'), offline, signal });
  return { targets, named, matrixFile: choice.kind === 'matrix' ? placeOf(cwd, choice.value) : '' };
}

/** @throws UsageError for what is no object */
async function factsOf(environment: ResolvedEnvironment, named: NamedInput): Promise<ObjectFacts | undefined> {
  if (named.problem) throw named.problem;
  if (named.object === undefined) return (await loadSubject(environment.host, named)).facts;
  const facts = readObject(named.object.bytes);
  return facts.ok ? facts : undefined;
}

function documentOf(result: Omit<GroupResult, 'json'>): string {
  return `${JSON.stringify({ schema_version: 'kernel_classes.v0.1', ...result }, null, 2)}\n`;
}

async function claimOutput(
  { host, cwd }: ResolvedEnvironment,
  { out, localKernels, artifacts }: GroupOptions,
  matrix: string,
): Promise<string> {
  const file = placeOf(cwd, out);
  await claimPaths(
    host,
    cwd,
    [{ path: file, said: phrase`${option('out')} ${out ?? ''}`, by: 'flag', kind: 'plan' }],
    [
      { path: matrix, said: option('matrix'), by: 'flag' },
      ...artifacts.map((path) => ({ path: placeOf(cwd, path), said: option('artifact'), by: 'flag' as const })),
      ...localInputs(cwd, localKernels),
    ],
  );
  return file;
}

/**
 * Puts kernels into classes by what matters to objects: helpers, kernel functions, types and fields with their layout,
 * what programs are attached to, types of maps and programs, options of the build, and marks of the verifier. Nothing is
 * booted; a kernel that is not stored is fetched, unless there is a file with its facts.
 * @throws UsageError for what the user can correct; CancelledError after an abort
 */
export async function groupKernels(options: GroupOptions): Promise<GroupResult> {
  checkOptions('groupKernels', options, GROUP_OPTIONS, ['artifacts']);
  const environment = environmentOf(options);
  const { host, cwd } = environment;
  if (options.artifacts.length === 0) {
    throw new UsageError(
      'missing_option',
      phrase`no object is named, and classes are about one; add ${option('artifact')}`,
    );
  }
  const { targets, named, matrixFile } = await inputsOf(environment, options);
  const out = await claimOutput(environment, options, matrixFile);
  const { signal = new AbortController().signal, onNote = () => {}, offline = false } = options;
  const objects: (ObjectFacts | undefined)[] = [];
  for (const one of named) objects.push(await factsOf(environment, one));
  await using _store = await useStore(host, signal);
  const [classes = []] = await kernelClasses([{ targets, objects, further: [] }], {
    host,
    ensureKernel: (profile, how) => ensureKernel(profile, { ...how, host, offline }),
    dir: await factsDirectory(host, cwd, options.facts),
    signal,
    onNote,
  });
  if (signal.aborted) throw new CancelledError('cancelled');
  const idOf = (position: number): string => targets[position]?.profile.id ?? '';
  const samples = new Set(classes.flat().map(({ sample }) => sample));
  const result = {
    kernels: targets.length,
    samples: [...samples].sort((a, b) => a - b).map(idOf),
    objects: named.map(({ path, name }, index) => ({
      name: name ?? artifactName(path),
      path,
      classes: (classes[index] ?? []).map((own) => ({
        sample: idOf(own.sample),
        kernels: own.kernels.map(idOf),
        known: own.known,
        differs: own.differs,
      })),
    })),
  };
  const json = documentOf(result);
  await writeReport(host, out, json);
  return { ...result, json };
}

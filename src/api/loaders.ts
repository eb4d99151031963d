import { readLoader } from '../config/loader-choice.ts';
import type { LoaderSettings } from '../config/loader-settings.ts';
import type { Manifest } from '../config/manifest.ts';
import type { NamedLoaders } from '../config/named-loaders.ts';
import { testsOf, tuningLines } from '../config/tuning.ts';
import { quoted } from '../config/words.ts';
import type { Target, ValidationMode } from '../model/cell.ts';
import { UsageError } from '../model/errors.ts';
import type { GuestLoader, LoaderChoice, RunLoaders } from '../model/guest-loader.ts';
import { option, phrase, setting, type Wording } from '../model/wording.ts';
import { findLoader } from '../run/find-loaders.ts';
import type { ResolvedEnvironment } from './services.ts';
import type { ValidateOptions } from './validate-options.ts';

const isSame = (one: GuestLoader | undefined, other: GuestLoader | undefined): boolean => one?.sha256 === other?.sha256;

/** Finds a library that was named, whose name was read before. */
export type FindLoader = (choice: LoaderChoice) => Promise<GuestLoader | undefined>;

/** Each library is read once, however many runs have it. */
export function loaderFinder(place: ResolvedEnvironment): FindLoader {
  const known = new Map<string, Promise<GuestLoader | undefined>>();
  return (choice) => {
    const key = `${choice.name}@${choice.version}`;
    const found = known.get(key) ?? findLoader(place, choice);
    known.set(key, found);
    return found;
  };
}

/** @throws UsageError `flag_value` where the caller of the library names one that is not known */
function choiceOf(name: string, named: Wording): LoaderChoice {
  const choice = readLoader(name);
  if (typeof choice === 'string') throw new UsageError('flag_value', phrase`${named}${choice}`);
  return choice;
}

/**
 * The loaders of a run, found and verified; undefined for the validator's libbpf alone.
 * @throws UsageError for one that is not built, that guests cannot run, or beside a command
 */
export async function loadersOf(
  find: FindLoader,
  { gate: decides, beside: others }: NamedLoaders,
  command: boolean,
  targets: readonly Target[],
): Promise<RunLoaders | undefined> {
  const origin = decides?.origin ?? others?.origin;
  if (origin === undefined) return undefined;
  if (command) {
    const why = phrase`${option('command')} runs your own loader instead of ours; remove one of them`;
    throw new UsageError('flag_conflict', phrase`${origin} has no effect: ${why}`);
  }
  const gate = decides && (await find(choiceOf(decides.name, decides.origin)));
  const named = await Promise.all(
    (others?.names ?? []).map((name) => find(choiceOf(name, phrase`${origin} ${quoted(name)}`))),
  );
  const beside = named.filter(
    (one, index) => !isSame(one, gate) && named.findIndex((other) => isSame(one, other)) === index,
  );
  const other = targets.find(({ profile }) => profile.arch !== 'x86_64');
  if (other !== undefined && [gate, ...beside].some((one) => one !== undefined)) {
    const words = phrase`loaders are built for x86_64, and ${other.profile.id} is ${other.profile.arch}`;
    throw new UsageError('loader_wrong_arch', phrase`${origin}: ${words}; leave that kernel out`);
  }
  return gate === undefined && beside.length === 0 ? undefined : { gate, beside };
}

/** What a manifest wants that a library other than the validator's does not do. */
function lostOf(mode: ValidationMode | undefined, manifest: Manifest | undefined): readonly string[] {
  if (manifest === undefined) return [];
  const settings = manifest.strictLibbpf ? [] : tuningLines(manifest);
  return [
    ...(settings.length > 0 ? ['settings for the load'] : []),
    ...(manifest.maxInsns === undefined ? [] : ['max_insns']),
    ...(testsOf(mode, manifest).some(({ required }) => required) ? ['required functional tests'] : []),
  ];
}

/** What flags want that a library other than the validator's does not do. */
function lostFlag({ mode, maxInsns, loader }: Claims): Wording | undefined {
  if (maxInsns !== undefined) return option('max-insns');
  if (mode === 'behavior') return setting('validation-mode', mode);
  if ((loader?.rodata.size ?? 0) > 0) return option('set-rodata');
  if ((loader?.attachTargets.size ?? 0) > 0) return option('set-attach-target');
  if (loader?.btf) return option('btf');
  return loader?.strictLibbpf ? option('strict-libbpf') : undefined;
}

/** What else is said of a run. */
interface Claims extends Pick<ValidateOptions, 'mode' | 'maxInsns'> {
  readonly loader?: LoaderSettings | undefined;
}

/**
 * Only the validator's libbpf counts instructions, runs tests and changes an object before the load: a check that another
 * library decides would be green without them.
 * @throws UsageError that names the flag, or the manifest and what of it
 */
export function checkLoaderClaims(
  loaders: RunLoaders | undefined,
  { gate }: NamedLoaders,
  claims: Claims,
  manifest: Manifest | undefined,
): void {
  if (loaders?.gate === undefined || gate === undefined) return;
  const decides = gate.origin;
  const lost = lostFlag(claims);
  if (lost !== undefined) {
    throw new UsageError(
      'flag_conflict',
      phrase`${lost} has no effect with ${decides}, which loads and attaches the object as it is and nothing more; remove one of them`,
    );
  }
  const [first] = lostOf(claims.mode, manifest);
  if (first === undefined || manifest === undefined) return;
  const instead = phrase`remove them from it, or run this library beside libbpf with ${option('loaders')}`;
  throw new UsageError(
    'flag_conflict',
    phrase`${manifest.file}: ${first} have no effect with ${decides}, which loads and attaches the object as it is and nothing more; ${instead}`,
  );
}

/** What the user should know: only libbpf does what the manifest says beyond the object. */
export function loaderNotes(
  loaders: RunLoaders | undefined,
  mode: ValidationMode | undefined,
  manifest: Manifest | undefined,
): string[] {
  if (loaders === undefined || manifest === undefined) return [];
  const others = [loaders.gate, ...loaders.beside].flatMap((one) => (one ? [`${one.name}@${one.version}`] : []));
  const tests = testsOf(mode, manifest).length > 0 ? ['functional tests'] : [];
  const lost = [...new Set([...lostOf(mode, manifest).filter((one) => !one.endsWith('tests')), ...tests])];
  if (others.length === 0 || lost.length === 0) return [];
  const load = others.length > 1 ? 'load' : 'loads';
  return [
    `${lost.join(' and ')} of ${manifest.file} apply to the validator's own libbpf alone; ${others.join(', ')} ${load} the object as it is`,
  ];
}

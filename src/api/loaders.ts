import { parseLoader, parseLoaders } from '../config/loader-choice.ts';
import type { Manifest } from '../config/manifest.ts';
import { testsOf, tuningLines } from '../config/tuning.ts';
import type { Target, ValidationMode } from '../model/cell.ts';
import { UsageError } from '../model/errors.ts';
import { type GuestLoader, OWN_LOADER, type RunLoaders } from '../model/guest-loader.ts';
import { option, phrase, setting } from '../model/wording.ts';
import { findLoader } from '../run/find-loaders.ts';
import type { ResolvedEnvironment } from './services.ts';
import type { ValidateOptions } from './validate-options.ts';

const isSame = (one: GuestLoader | undefined, other: GuestLoader | undefined): boolean => one?.sha256 === other?.sha256;

/**
 * The loaders of a run, found and verified; undefined for the validator's libbpf alone.
 * @throws UsageError for one that is not built, that guests cannot run, or beside a command
 */
export async function loadersOf(
  place: ResolvedEnvironment,
  { loader, command }: Pick<ValidateOptions, 'loader' | 'command'>,
  targets: readonly Target[],
): Promise<RunLoaders | undefined> {
  const gateWord = loader?.loader ?? '';
  const words = loader?.loaders ?? [];
  if (gateWord === '' && words.length === 0) return undefined;
  const flag = option(gateWord === '' ? 'loaders' : 'loader');
  if (command !== undefined) {
    const why = phrase`${option('command')} runs your own loader instead of ours; remove one of them`;
    throw new UsageError('flag_conflict', phrase`${flag} has no effect: ${why}`);
  }
  const gate = await findLoader(place, parseLoader(gateWord === '' ? OWN_LOADER : gateWord, 'loader'));
  const named = await Promise.all(parseLoaders(words).map((choice) => findLoader(place, choice)));
  const beside = named.filter(
    (one, index) => !isSame(one, gate) && named.findIndex((other) => isSame(one, other)) === index,
  );
  const other = targets.find(({ profile }) => profile.arch !== 'x86_64');
  if (other !== undefined && [gate, ...beside].some((one) => one !== undefined)) {
    const words = phrase`loaders are built for x86_64, and ${other.profile.id} is ${other.profile.arch}`;
    throw new UsageError('loader_wrong_arch', phrase`${flag}: ${words}; leave that kernel out`);
  }
  return { gate, beside };
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

/**
 * Only the validator's libbpf counts instructions, runs tests and changes an object before the load: a check that another
 * library decides would be green without them.
 * @throws UsageError that names the flag, or the manifest and what of it
 */
export function checkLoaderClaims(
  loaders: RunLoaders | undefined,
  { loader, mode, maxInsns }: Pick<ValidateOptions, 'loader' | 'mode' | 'maxInsns'>,
  manifest: Manifest | undefined,
): void {
  if (loaders?.gate === undefined) return;
  const decides = setting('loader', loader?.loader ?? '');
  const flagged = maxInsns === undefined ? undefined : option('max-insns');
  const lost = flagged ?? (mode === 'behavior' ? setting('validation-mode', mode) : undefined);
  if (lost !== undefined) {
    throw new UsageError(
      'flag_conflict',
      phrase`${lost} has no effect with ${decides}, which loads and attaches the object as it is and nothing more; remove one of them`,
    );
  }
  const [first] = lostOf(mode, manifest);
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

import type { LoaderSettings } from '../config/loader-settings.ts';
import type { Manifest } from '../config/manifest.ts';
import type { NamedLoaders } from '../config/named-loaders.ts';
import { testsOf, tuningLines } from '../config/tuning.ts';
import type { ValidationMode } from '../model/cell.ts';
import { UsageError } from '../model/errors.ts';
import type { RunLoaders } from '../model/guest-loader.ts';
import { option, phrase, setting, type Wording } from '../model/wording.ts';
import type { ValidateOptions } from './validate-options.ts';

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
function lostFlag({ mode, maxInsns, loader, keys }: Claims): Wording | undefined {
  if (maxInsns !== undefined) return keys?.maxInsns ?? option('max-insns');
  if (mode === 'behavior') return keys?.mode ?? setting('validation-mode', mode);
  if ((loader?.rodata.size ?? 0) > 0) return option('set-rodata');
  if ((loader?.attachTargets.size ?? 0) > 0) return option('set-attach-target');
  if (loader?.btf) return option('btf');
  return loader?.strictLibbpf ? option('strict-libbpf') : undefined;
}

/** What else is said of a run. */
interface Claims extends Pick<ValidateOptions, 'mode' | 'maxInsns'> {
  readonly loader?: LoaderSettings | undefined;
  /** Where a file says the mode and the budget, `s.yaml:4:5: max_insns`; absent: they are flags. */
  readonly keys?: Readonly<Record<'mode' | 'maxInsns', string>>;
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

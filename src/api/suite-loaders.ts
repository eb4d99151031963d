import { type LoaderSettings, NO_SETTINGS } from '../config/loader-settings.ts';
import type { Manifest } from '../config/manifest.ts';
import { type NamedLoaders, nearestLoaders } from '../config/named-loaders.ts';
import type { SuiteCase } from '../config/suite.ts';
import type { Target } from '../model/cell.ts';
import type { RunLoaders } from '../model/guest-loader.ts';
import { checkLoaderClaims } from './loader-claims.ts';
import { type FindLoader, loadersOf } from './loaders.ts';

/** What a case says of loaders counts, then its manifest, then the defaults. A command is its own loader. */
function loadersFor({ loaders, command }: SuiteCase, manifest: Manifest | undefined): NamedLoaders {
  return command === undefined ? nearestLoaders([loaders.own, manifest?.loaders, loaders.defaults]) : loaders.own;
}

/**
 * The libraries that load the object of a case, found and verified.
 * @throws UsageError with the line that names one which is not built, or which does not do what else the case wants
 */
export async function caseLoaders(
  source: SuiteCase,
  manifest: Manifest | undefined,
  targets: readonly Target[],
  { findLoader }: { readonly findLoader: FindLoader },
): Promise<{ readonly named: NamedLoaders; readonly loaders: RunLoaders | undefined }> {
  const named = loadersFor(source, manifest);
  const loaders = await loadersOf(findLoader, named, source.command !== undefined, targets);
  const { mode, gate, origin } = source;
  const budget = gate.maxInsns === undefined ? 'max_insns of defaults' : 'max_insns';
  const keys = { mode: `${origin}: validation_mode: ${mode}`, maxInsns: `${origin}: ${budget}` };
  checkLoaderClaims(loaders, named, { mode, maxInsns: gate.maxInsns ?? gate.defaults.maxInsns, keys }, manifest);
  return { named, loaders };
}

/** The same as flags of a command that runs the case alone. */
export function loaderSettings({ gate, beside }: NamedLoaders): LoaderSettings {
  return { ...NO_SETTINGS, ...(gate && { loader: gate.name }), ...(beside && { loaders: beside.names }) };
}

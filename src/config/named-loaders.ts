import { option, setting, type Wording } from '../model/wording.ts';
import type { LoaderSettings } from './loader-settings.ts';
import type { YamlFile } from './yaml-file.ts';

/** Libraries by their names (`ebpf-go@0.16`), and where they are named. */
export interface NamedLoaders {
  /** The one that decides, `origin` with its name; undefined: not named. */
  readonly gate: { readonly name: string; readonly origin: Wording } | undefined;
  /** Those that are run besides; undefined: not named. */
  readonly beside: { readonly names: readonly string[]; readonly origin: Wording } | undefined;
}

const NONE: NamedLoaders = { gate: undefined, beside: undefined };

/** The keys `loader` and `loaders` of a file, at a place in it. */
export function namedLoaders(
  { value, at }: Pick<YamlFile<unknown>, 'value' | 'at'>,
  place: readonly (string | number)[],
): NamedLoaders {
  const keys = place.reduce((inner: unknown, key) => (inner as Record<string | number, unknown>)[key], value);
  const { loader, loaders } = keys as { readonly loader?: string; readonly loaders?: readonly string[] };
  const origin = (key: string): string => `${at([...place, key])}: ${key}`;
  return {
    gate: loader === undefined ? undefined : { name: loader, origin: `${origin('loader')} ${loader}` },
    beside: loaders === undefined ? undefined : { names: loaders, origin: origin('loaders') },
  };
}

/** What flags say. */
export function flaggedLoaders({ loader, loaders }: Pick<LoaderSettings, 'loader' | 'loaders'> = {}): NamedLoaders {
  return {
    gate: loader === undefined ? undefined : { name: loader, origin: setting('loader', loader) },
    beside: loaders === undefined ? undefined : { names: loaders, origin: option('loaders') },
  };
}

/** The first of several places that says something counts, for each of the two. */
export function nearestLoaders(places: readonly (NamedLoaders | undefined)[]): NamedLoaders {
  return places.reduce<NamedLoaders>(
    (nearest, place = NONE) => ({ gate: nearest.gate ?? place.gate, beside: nearest.beside ?? place.beside }),
    NONE,
  );
}

import { readLoader } from '../config/loader-choice.ts';
import type { NamedLoaders } from '../config/named-loaders.ts';
import { quoted } from '../config/words.ts';
import type { Target } from '../model/cell.ts';
import { UsageError } from '../model/errors.ts';
import type { GuestLoader, LoaderChoice, RunLoaders } from '../model/guest-loader.ts';
import { option, phrase, type Wording } from '../model/wording.ts';
import { findLoader } from '../run/find-loaders.ts';
import type { ResolvedEnvironment } from './services.ts';

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
    (others?.names ?? []).map((name) => find(choiceOf(name, phrase`${others?.origin ?? ''} ${quoted(name)}`))),
  );
  const beside = named.filter(
    (one, index) => !isSame(one, gate) && named.findIndex((other) => isSame(one, other)) === index,
  );
  const other = targets.find(({ profile }) => profile.arch !== 'x86_64');
  if (other !== undefined && [gate, ...beside].some((one) => one !== undefined)) {
    const words = phrase`loaders are built for x86_64, and ${other.profile.id} is ${other.profile.arch}`;
    const place = gate === undefined ? (others?.origin ?? origin) : origin;
    throw new UsageError('loader_wrong_arch', phrase`${place}: ${words}; leave that kernel out`);
  }
  return gate === undefined && beside.length === 0 ? undefined : { gate, beside };
}

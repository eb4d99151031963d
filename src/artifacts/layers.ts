import { createWhiteOuts } from '../kernels/image/white-outs.ts';
import { type Collector, createCollector, isNamedObject, type TakenObject } from './collect.ts';
import { LIMITS, rejectLarge } from './limits.ts';
import { checkNamed, type Entry, type EntryCheck, type Lookup } from './links.ts';
import { plainName } from './name-bounds.ts';

/** Of each directory of a path: its own, and the two that white-outs look for. */
const PATHS_PER_DIRECTORY = 3;

/** What a layer of an image hides of those below it: what it takes away, and what it has at the same place. */
interface Cover extends EntryCheck {
  readonly own: Map<string, Entry>;
  hides(member: string): boolean;
}

/** Nothing interrupts what is compared here. @throws UsageError beyond the bound */
type Spend = (characters: number) => void;

function createCover(spend: Spend): Cover {
  const whiteOuts = createWhiteOuts();
  const own = new Map<string, Entry>();
  return {
    own,
    see(entry) {
      if (!whiteOuts.add(entry.path) && entry.kind !== 'directory') own.set(entry.path, entry);
    },
    // What a link of a layer leads to may lie in another one.
    end() {},
    hides(member) {
      spend(member.length);
      if (own.has(member)) return true;
      for (let at = member.indexOf('/'); at >= 0; at = member.indexOf('/', at + 1)) {
        spend(PATHS_PER_DIRECTORY * at);
        if (own.has(member.slice(0, at))) return true;
      }
      return whiteOuts.takeAway(member);
    },
  };
}

/** What an image has at a path: of the highest layer that has it, unless one above takes it away. */
function lookupIn(layers: readonly Layer[]): Lookup {
  const fromTop = layers.map(({ cover }) => cover).reverse();
  return (path) => {
    for (const { own, hides } of fromTop) {
      const entry = own.get(path);
      if (entry !== undefined || hides(path)) return entry;
    }
    return undefined;
  };
}

/** @throws UsageError `artifact_unreadable` where what the image calls an object is not there */
function checkLayers(layers: readonly Layer[]): void {
  const named = layers.flatMap(({ cover }) =>
    [...cover.own.values()].filter(({ path, kind }) => kind !== 'file' && isNamedObject(path)),
  );
  checkNamed(new Set(named.map(({ path }) => path)), lookupIn(layers));
}

/** What one layer holds. */
export interface Layer {
  readonly own: Collector;
  readonly cover: Cover;
}

/** The other names of files: what a layer above takes away at one of them is there at the others. */
function keepNames({ own, cover }: Layer): void {
  const objects = new Map<string, TakenObject[]>();
  for (const object of own.objects) {
    const { member = '' } = object;
    objects.set(member, [...(objects.get(member) ?? []), object]);
  }
  for (const { path, kind, link } of [...cover.own.values()]) {
    const named = kind === 'link' ? objects.get(plainName(link)) : undefined;
    if (named === undefined) continue;
    for (const object of named) own.keep({ ...object, member: path });
    cover.own.set(path, { path, kind: 'file', link: '' });
  }
}

/** The objects of an image, whose layers are laid one over the other as they are when it is run. */
export interface Layers {
  /** @param take takes what is in a layer, and shows its entries */
  read(take: (own: Collector, entries: EntryCheck) => Promise<void>): Promise<Layer>;
  /**
   * Hands over what can be seen.
   * @param layers from the lowest on
   * @throws UsageError `artifact_unreadable` where what the image calls an object is not there
   */
  stack(layers: readonly Layer[], collector: Collector): void;
}

export function createLayers(): Layers {
  let held = 0;
  let compared = 0;
  const spend = (characters: number): void => {
    compared += characters;
    if (compared > LIMITS.comparedLength) rejectLarge('its layers have too many names that hide each other');
  };
  return {
    async read(take) {
      const layer = { own: createCollector(true), cover: createCover(spend) };
      await take(layer.own, layer.cover);
      keepNames(layer);
      const sizes = new Map(layer.own.objects.map(({ sha256, bytes }) => [sha256, bytes.length]));
      for (const size of sizes.values()) held += size;
      if (held > LIMITS.objectBytes) rejectLarge(`its objects have more than ${LIMITS.objectBytes >> 20} MiB`);
      return layer;
    },
    stack(layers, collector) {
      checkLayers(layers);
      let seen: readonly TakenObject[] = [];
      for (const { own, cover } of layers) {
        seen = [...seen.filter(({ member }) => member === undefined || !cover.hides(member)), ...own.objects];
        collector.count(own);
      }
      for (const object of seen) collector.keep(object);
    },
  };
}

import type { ElfSymbol } from '../symbols.ts';
import type { FoundObject } from './find-objects.ts';
import { type Places, placesIn } from './places.ts';
import { type Holder, holdersOf } from './pointers.ts';

/** Symbols beyond this are not looked at: the largest programs have fewer. */
const MAX_SYMBOLS = 2_000_000;
const MAX_NAME = 128;
/** A symbol has at most so many bytes more than its object: the end of a text, what it is aligned to. */
const SLACK = 64;
/** Made up by compilers, and other ones after the next build. */
const MADE_UP = /^(?:\.L|anon\.|\$|__compound|_\.)|^[lL]?__?(?:unnamed|const)|\.llvm\.|^str\.|^(?:go|type|runtime)[.:]/;
/** What gcc and clang call the text in a skeleton of libbpf. */
const SKELETON_TEXT = /^(?:[\w.]+\.)?(?:data|s)(?:\.\d+)*(?:\.lto_priv\.\d+)?$/;
const SKELETON_FUNCTION =
  /^(\w+)__(?:elf_bytes|create_skeleton|open_opts|open_and_load|open|load|attach|detach|destroy)(?:\.\w+)*$/;

/** `agent::PROGRAM` out of `_ZN5agent7PROGRAM17h0123456789abcdefE`, whose last part is another one after each build. */
function demangled(name: string): string {
  const parts: string[] = [];
  let rest = /^_ZN(.*)E(?:\.llvm\.\d+)?$/.exec(name)?.[1] ?? '';
  for (;;) {
    const [digits = ''] = /^\d+/.exec(rest) ?? [];
    if (digits === '') break;
    parts.push(rest.slice(digits.length, digits.length + Number(digits)));
    rest = rest.slice(digits.length + Number(digits));
  }
  const known = parts.filter((part, index) => index < parts.length - 1 || !/^h[\da-f]{16}$/.test(part));
  return known.length === 0 || rest !== '' ? name : known.join('::');
}

/** What is shown of a name; undefined for one that says nothing to a person, or not the same after the next build. */
function shown(name: string): string | undefined {
  if (name === '' || MADE_UP.test(name) || SKELETON_TEXT.test(name)) return undefined;
  const plain = demangled(name)
    .replace(/[^\x21-\x7e]|[[\]/]/g, '_')
    .slice(0, MAX_NAME);
  return /[A-Za-z]/.test(plain) ? plain : undefined;
}

interface Seen {
  /** Name of the object's own symbol, where it says something. */
  own?: string;
  /** Name of a variable that refers to it. */
  referring?: string;
  /** Names of skeletons in the same source file. */
  readonly skeletons: Set<string>;
}

/** Goes through the symbols once; local ones come in groups, one for each source file. */
function readSymbols(places: Places, objects: readonly FoundObject[], holders: ReadonlyMap<number, Holder>): Seen[] {
  const seen: Seen[] = objects.map(() => ({ skeletons: new Set<string>() }));
  const byStart = new Map(objects.map(({ at }, index) => [at, index]));
  const bySlice = new Map([...holders].flatMap(([index, { slices }]) => slices.map((at) => [at, index] as const)));
  let unit: { readonly objects: number[]; readonly skeletons: Set<string> } = { objects: [], skeletons: new Set() };
  const all = new Set<string>();
  const close = (): void => {
    for (const index of unit.objects) for (const name of unit.skeletons) seen[index]?.skeletons.add(name);
    unit = { objects: [], skeletons: new Set() };
  };
  const take = (symbol: ElfSymbol): void => {
    const skeleton = symbol.type === 'func' ? SKELETON_FUNCTION.exec(symbol.name)?.[1] : undefined;
    if (skeleton !== undefined) {
      unit.skeletons.add(skeleton);
      all.add(skeleton);
    }
    if (symbol.type !== 'object' && symbol.type !== 'none') return;
    const at = places.symbolAt(symbol);
    if (at === undefined) return;
    const index = byStart.get(at);
    const object = objects[index ?? -1];
    if (index !== undefined && object !== undefined && Math.abs(symbol.size - object.size) <= SLACK) {
      unit.objects.push(index);
      const name = shown(symbol.name);
      const entry = seen[index];
      if (entry !== undefined && name !== undefined) entry.own ??= name;
    }
    const referred = seen[bySlice.get(at) ?? -1];
    const name = referred && shown(symbol.name);
    if (referred !== undefined && name !== undefined) referred.referring ??= name;
  };
  const count = Math.min(places.symbols.count, MAX_SYMBOLS);
  for (let index = 1; index < count; index++) {
    const symbol = places.symbols.get(index);
    if (symbol === undefined) continue;
    if (symbol.type === 'other' && symbol.section >= 0xfff1) close();
    else take(symbol);
  }
  close();
  // A compiler leaves the text of a skeleton without a symbol; the only one of a program can be no other's.
  const [only, ...more] = all;
  if (objects.length === 1 && only !== undefined && more.length === 0) seen[0]?.skeletons.add(only);
  return seen;
}

/**
 * Names of objects in a program, each by what its source calls it: the variable that holds it or refers to it, the path in
 * an `embed.FS`, the skeleton of libbpf. Undefined where nothing says, as in most stripped programs, and where two have one
 * name. Never throws.
 */
export function nameObjects(program: Uint8Array, objects: readonly FoundObject[]): (string | undefined)[] {
  const places = placesIn(program);
  if (places === undefined) return objects.map(() => undefined);
  const holders = holdersOf(program, places, objects);
  const seen = readSymbols(places, objects, holders);
  const names = seen.map(({ own, referring, skeletons }, index) => {
    const path = holders.get(index)?.path?.replaceAll('/', ':');
    const [skeleton] = skeletons;
    return path ?? referring ?? own ?? (skeletons.size === 1 ? skeleton : undefined);
  });
  return names.map((name) => (names.filter((one) => one === name).length === 1 ? name : undefined));
}

import type { Btf, BtfType } from '../../object/btf.ts';
import { enumNameAt } from '../../object/btf-types.ts';
import type { KernelFacts } from './kernel-facts.ts';

type TypeKind = 'func' | 'typedef' | 'var' | 'tag';

/** A kernel whose names are found without a search. */
export interface IndexedKernel extends KernelFacts {
  /** Ids of types with this name. `tag`: structures, unions and enumerations. */
  readonly typesOf: (kind: TypeKind, name: string) => readonly number[];
  /** Ids of structures, unions and enumerations whose name begins so. */
  readonly tagsFrom: (start: string) => readonly number[];
  readonly hasEnumerator: (name: string) => boolean;
  /** How many symbols have exactly this name. */
  readonly symbolCount: (name: string) => number;
  /** Whether the compiler made another function of this one: `vfs_read.isra.0`. */
  readonly isTransformed: (name: string) => boolean;
}

const NONE: readonly never[] = [];

const KINDS: Readonly<Partial<Record<BtfType['kind'], TypeKind>>> = {
  func: 'func',
  typedef: 'typedef',
  var: 'var',
  struct: 'tag',
  union: 'tag',
  enum: 'tag',
  enum64: 'tag',
};

interface TypeIndex {
  readonly types: ReadonlyMap<string, readonly number[]>;
  readonly enumerators: ReadonlySet<string>;
}

function indexTypes(btf: Btf): TypeIndex {
  const types = new Map<string, number[]>();
  const enumerators = new Set<string>();
  for (let id = 1; id <= btf.count; id++) {
    const kind = KINDS[btf.kind(id)];
    if (kind === undefined) continue;
    const type = btf.type(id);
    const key = `${kind} ${type.name}`;
    const known = types.get(key);
    if (known) known.push(id);
    else if (type.name !== '') types.set(key, [id]);
    for (let at = 0; at < type.count && type.kind.startsWith('enum'); at++) enumerators.add(enumNameAt(btf, type, at));
  }
  return { types, enumerators };
}

interface SymbolIndex {
  readonly counts: ReadonlyMap<string, number>;
  readonly transformed: ReadonlySet<string>;
}

function indexSymbols(symbols: readonly string[]): SymbolIndex {
  const counts = new Map<string, number>();
  const transformed = new Set<string>();
  for (const symbol of symbols) {
    const name = symbol.slice(1);
    counts.set(name, (counts.get(name) ?? 0) + 1);
    const [, origin] = /^(.+?)\.(?:isra|constprop|llvm)\b/.exec(name) ?? [];
    if (origin !== undefined) transformed.add(origin);
  }
  return { counts, transformed };
}

export function indexKernel(facts: KernelFacts): IndexedKernel {
  const types = facts.btf && indexTypes(facts.btf);
  const symbols = facts.symbols && indexSymbols(facts.symbols);
  return {
    ...facts,
    typesOf: (kind, name) => types?.types.get(`${kind} ${name}`) ?? NONE,
    tagsFrom: (start) =>
      [...(types?.types ?? [])].flatMap(([key, ids]) => (key.startsWith(`tag ${start}`) ? ids : NONE)),
    hasEnumerator: (name) => types?.enumerators.has(name) ?? false,
    symbolCount: (name) => symbols?.counts.get(name) ?? 0,
    isTransformed: (name) => symbols?.transformed.has(name) ?? false,
  };
}

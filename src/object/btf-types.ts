import type { Btf, BtfType } from './btf.ts';

/** Steps along references before a chain counts as endless. */
const MAX_CHAIN = 64;
/** Largest size of a type that is believed, in bytes. */
const MAX_TYPE_BYTES = 2 ** 32;

export interface BtfMember {
  readonly name: string;
  readonly type: number;
  /** Bits from the start of the structure. */
  readonly bit: number;
}

/** A variable of a DATASEC, or a function declared in it. */
export interface BtfVariable {
  readonly name: string;
  /** Id of the VAR or FUNC. */
  readonly id: number;
  /** Id of what it is: the variable's type, the function's prototype. */
  readonly type: number;
  readonly isFunction: boolean;
  readonly offset: number;
  readonly size: number;
}

const MODIFIERS: ReadonlySet<string> = new Set(['typedef', 'volatile', 'const', 'restrict', 'type_tag']);

/** Members of a structure or union. */
export function membersOf(btf: Btf, type: BtfType): BtfMember[] {
  if (type.kind !== 'struct' && type.kind !== 'union') return [];
  return Array.from({ length: type.count }, (_, index) => memberAt(btf, type, index));
}

/** Ids of the types of the first members of a structure or union, at most `limit`. */
export function memberTypesOf(btf: Btf, type: BtfType, limit: number): number[] {
  if (type.kind !== 'struct' && type.kind !== 'union') return [];
  return Array.from({ length: Math.max(0, Math.min(type.count, limit)) }, (_, index) =>
    btf.types.getUint32(type.at + index * 12 + 4, true),
  );
}

/** One member; the index must be below `type.count`. */
export function memberAt(btf: Btf, type: BtfType, index: number): BtfMember {
  const at = type.at + index * 12;
  const offset = btf.types.getUint32(at + 8, true);
  return {
    name: btf.string(btf.types.getUint32(at, true)),
    type: btf.types.getUint32(at + 4, true),
    bit: type.flag ? offset & 0xff_ffff : offset,
  };
}

/** Element type and count of an array. */
export function arrayOf(btf: Btf, type: BtfType): { readonly element: number; readonly count: number } {
  if (type.kind !== 'array') return { element: 0, count: 0 };
  return { element: btf.types.getUint32(type.at, true), count: btf.types.getUint32(type.at + 8, true) };
}

/** Name of the value with this index of an enumeration; empty when there is none. */
export function enumNameAt(btf: Btf, type: BtfType, index: number): string {
  if (index >= type.count || (type.kind !== 'enum' && type.kind !== 'enum64')) return '';
  return btf.string(btf.types.getUint32(type.at + index * (type.kind === 'enum' ? 8 : 12), true));
}

/** The first value of an enumeration, as map definitions of newer compilers hold integers. */
export function firstEnumValue(btf: Btf, type: BtfType): bigint | undefined {
  if (type.count === 0) return undefined;
  if (type.kind === 'enum') return BigInt(btf.types.getUint32(type.at + 4, true));
  if (type.kind !== 'enum64') return undefined;
  const low = BigInt(btf.types.getUint32(type.at + 4, true));
  return (BigInt(btf.types.getUint32(type.at + 8, true)) << 32n) | low;
}

/** What the section named `name` holds; undefined when BTF does not describe it. */
export function variablesOf(btf: Btf, section: BtfType): BtfVariable[] {
  return Array.from({ length: section.kind === 'datasec' ? section.count : 0 }, (_, index) => {
    const at = section.at + index * 12;
    const id = btf.types.getUint32(at, true);
    const variable = btf.type(id);
    return {
      name: variable.name,
      id,
      type: variable.ref,
      isFunction: variable.kind === 'func',
      offset: btf.types.getUint32(at + 4, true),
      size: btf.types.getUint32(at + 8, true),
    };
  });
}

/** Position of the component a DECL_TAG is about; -1 for the whole. */
export function componentOf(btf: Btf, tag: BtfType): number {
  return tag.kind === 'decl_tag' ? btf.types.getInt32(tag.at, true) : -1;
}

/** The type behind typedefs, qualifiers and tags; void for an endless chain. */
export function plain(btf: Btf, id: number): BtfType {
  return btf.type(plainId(btf, id));
}

/** As `plain`, but its id. */
export function plainId(btf: Btf, id: number): number {
  let at = id;
  for (let step = 0; step < MAX_CHAIN; step++) {
    const type = btf.type(at);
    if (!MODIFIERS.has(type.kind)) return at;
    at = type.ref;
  }
  return 0;
}

/** Whether one of the qualifiers around a type is `kind`. */
export function qualifiedBy(btf: Btf, id: number, kind: 'const' | 'volatile'): boolean {
  let type = btf.type(id);
  for (let step = 0; step < MAX_CHAIN && MODIFIERS.has(type.kind); step++) {
    if (type.kind === kind) return true;
    type = btf.type(type.ref);
  }
  return false;
}

/** Size in bytes; undefined for types without one, endless chains and sizes beyond 4 GiB. */
export function sizeOf(btf: Btf, id: number): number | undefined {
  let factor = 1;
  let at = id;
  for (let step = 0; step < MAX_CHAIN; step++) {
    const type = plain(btf, at);
    const size = ownSize(type);
    if (size !== undefined) return size * factor <= MAX_TYPE_BYTES ? size * factor : undefined;
    if (type.kind !== 'array') return undefined;
    const { element, count } = arrayOf(btf, type);
    if (count === 0) return 0;
    factor *= count;
    if (factor > MAX_TYPE_BYTES) return undefined;
    at = element;
  }
  return undefined;
}

function ownSize(type: BtfType): number | undefined {
  if (type.kind === 'ptr') return 8;
  return ['int', 'struct', 'union', 'enum', 'enum64', 'float', 'datasec'].includes(type.kind) ? type.ref : undefined;
}

/** Name of a type as C writes it: `struct event`, `u32`, `char [16]`, `struct task_struct *`. */
export function typeWords(btf: Btf, id: number, depth = 0): string {
  if (depth > 8) return '...';
  const type = btf.type(id);
  const inner = (): string => typeWords(btf, type.kind === 'array' ? arrayOf(btf, type).element : type.ref, depth + 1);
  switch (type.kind) {
    case 'void':
      return 'void';
    case 'struct':
    case 'union':
    case 'enum':
    case 'enum64':
      return `${type.kind === 'enum64' ? 'enum' : type.kind} ${type.name || '{...}'}`;
    case 'fwd':
      return `${type.flag ? 'union' : 'struct'} ${type.name}`;
    case 'ptr':
      return `${inner()} *`;
    case 'array':
      return `${inner()} [${arrayOf(btf, type).count}]`;
    case 'const':
    case 'volatile':
      return `${type.kind} ${inner()}`;
    case 'restrict':
    case 'type_tag':
      return inner();
    case 'func_proto':
      return 'function';
    default:
      return type.name || type.kind;
  }
}

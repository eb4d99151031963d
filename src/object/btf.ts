import { stringAt, viewOf } from './strings.ts';

type BtfKind = (typeof KINDS)[number];

/** In the order of their numbers, with libbpf's words. */
const KINDS = [
  'void',
  'int',
  'ptr',
  'array',
  'struct',
  'union',
  'enum',
  'fwd',
  'typedef',
  'volatile',
  'const',
  'restrict',
  'func',
  'func_proto',
  'var',
  'datasec',
  'float',
  'decl_tag',
  'type_tag',
  'enum64',
] as const;

/** Bytes behind the 12 of every type: fixed, and per element. */
const TAIL: Readonly<Record<BtfKind, readonly [number, number]>> = {
  void: [0, 0],
  int: [4, 0],
  ptr: [0, 0],
  array: [12, 0],
  struct: [0, 12],
  union: [0, 12],
  enum: [0, 8],
  fwd: [0, 0],
  typedef: [0, 0],
  volatile: [0, 0],
  const: [0, 0],
  restrict: [0, 0],
  func: [0, 0],
  func_proto: [0, 8],
  var: [4, 0],
  datasec: [0, 12],
  float: [0, 0],
  decl_tag: [4, 0],
  type_tag: [0, 0],
  enum64: [0, 12],
};

const MAGIC = 0xeb9f;
const TYPE_BYTES = 12;
const VOID = { kind: 'void', name: '', count: 0, flag: false, ref: 0, at: 0 } as const;

/** One type: its head. What stands behind it is read with the functions of `btf-types.ts`. */
export interface BtfType {
  readonly kind: BtfKind;
  readonly name: string;
  /** Elements behind the head: members, values, parameters, variables. For functions the linkage. */
  readonly count: number;
  readonly flag: boolean;
  /** Size in bytes or the id of another type, by kind. */
  readonly ref: number;
  /** Where its tail starts in `Btf.types`. */
  readonly at: number;
}

export interface Btf {
  /** Ids run from 1 to `count`; 0 is void. */
  readonly count: number;
  /** A type by its id; void for an id that is not there. */
  readonly type: (id: number) => BtfType;
  readonly kind: (id: number) => BtfKind;
  readonly string: (offset: number) => string;
  readonly types: DataView;
}

/**
 * Reads the `.BTF` of an object: finds where each type starts, decodes it on demand. References are not checked:
 * whoever follows them must expect cycles and ids that are not there.
 * @returns a sentence instead when the section is not a BTF that can be walked
 */
export function readBtf(bytes: Uint8Array): Btf | { readonly problem: string } {
  if (bytes.length < 24) return { problem: `.BTF has ${bytes.length} bytes, its header needs 24` };
  const view = viewOf(bytes);
  if (view.getUint16(0, true) !== MAGIC) return { problem: '.BTF does not start with its magic number' };
  const header = view.getUint32(4, true);
  const types = part(bytes, header, view.getUint32(8, true), view.getUint32(12, true));
  const strings = part(bytes, header, view.getUint32(16, true), view.getUint32(20, true));
  if (!types || !strings) return { problem: 'a part of .BTF lies outside of it' };
  const body = viewOf(types);
  const starts = findTypes(body);
  if (typeof starts === 'string') return { problem: starts };
  const kind = (id: number): BtfKind => {
    const start = id === 0 ? undefined : starts[id - 1];
    return start === undefined ? 'void' : (KINDS[kindAt(body, start)] ?? 'void');
  };
  return {
    count: starts.length,
    kind,
    string: (offset) => stringAt(strings, offset),
    types: body,
    type: (id) => {
      const start = id === 0 ? undefined : starts[id - 1];
      if (start === undefined) return VOID;
      const info = body.getUint32(start + 4, true);
      return {
        kind: kind(id),
        name: stringAt(strings, body.getUint32(start, true)),
        count: info & 0xffff,
        flag: info >>> 31 === 1,
        ref: body.getUint32(start + 8, true),
        at: start + TYPE_BYTES,
      };
    },
  };
}

function part(bytes: Uint8Array, header: number, offset: number, length: number): Uint8Array | undefined {
  const start = header + offset;
  return start + length <= bytes.length ? bytes.subarray(start, start + length) : undefined;
}

function kindAt(types: DataView, start: number): number {
  return (types.getUint32(start + 4, true) >>> 24) & 31;
}

/** Offsets of all types, or why they are not known. */
function findTypes(types: DataView): Uint32Array | string {
  const size = types.byteLength;
  const starts = new Uint32Array(Math.floor(size / TYPE_BYTES));
  let count = 0;
  let at = 0;
  while (at < size) {
    if (at + TYPE_BYTES > size) return `type ${count + 1} of .BTF is cut off`;
    const number = kindAt(types, at);
    const kind = KINDS[number];
    if (kind === undefined || kind === 'void') return `type ${count + 1} of .BTF has the unknown kind ${number}`;
    const [fixed, each] = TAIL[kind];
    const next = at + TYPE_BYTES + fixed + each * (types.getUint32(at + 4, true) & 0xffff);
    if (next > size) return `type ${count + 1} of .BTF is cut off`;
    starts[count++] = at;
    at = next;
  }
  return starts.subarray(0, count);
}

import type { Btf, BtfType } from '../../object/btf.ts';
import { arrayOf, membersOf, plainId, sizeOf, typeWords } from '../../object/btf-types.ts';

/** Result and parameters of a function, by the id of a FUNC, of its prototype or of a pointer to it. */
export function prototypeWords(btf: Btf, id: number): string {
  let type = btf.type(plainId(btf, id));
  if (type.kind === 'func' || type.kind === 'ptr') type = btf.type(plainId(btf, type.ref));
  if (type.kind !== 'func_proto') return type.kind;
  const parameters = Array.from({ length: type.count }, (_, index) =>
    typeWords(btf, btf.types.getUint32(type.at + index * 8 + 4, true)),
  );
  return `${typeWords(btf, type.ref)} (${parameters.join(', ')})`;
}

/** Whether a function gets a union by value: such functions are traced only by later kernels. Takes what `prototypeWords` takes. */
export function takesUnion(btf: Btf, id: number): boolean {
  const func = btf.type(plainId(btf, id));
  const type = func.kind === 'func' ? btf.type(plainId(btf, func.ref)) : func;
  if (type.kind !== 'func_proto') return false;
  return Array.from({ length: type.count }, (_, index) => btf.types.getUint32(type.at + index * 8 + 4, true)).some(
    (parameter) => btf.type(plainId(btf, parameter)).kind === 'union',
  );
}

/** Every member of a structure with its place and type; of other types what they are. */
export function layoutWords(btf: Btf, id: number): string {
  const type = btf.type(plainId(btf, id));
  if (type.kind !== 'struct' && type.kind !== 'union') return `${type.kind} ${sizeOf(btf, id) ?? ''}`;
  const members = membersOf(btf, type).map((member) => `${member.bit} ${member.name} ${typeWords(btf, member.type)}`);
  return `${type.kind} ${type.ref}: ${members.join('; ')}`;
}

/** A part of a structure. */
interface Place {
  /** Id of its type. */
  readonly type: number;
  /** Bits from the start. */
  readonly bit: number;
}

/**
 * A member by its name, also one of a structure without a name.
 * @param seen places of structures that do not have it: BTF may be made to lead through them again and again
 */
export function memberNamed(btf: Btf, type: BtfType, name: string, seen: Set<number> = new Set()): Place | undefined {
  if (seen.has(type.at)) return undefined;
  seen.add(type.at);
  for (const member of membersOf(btf, type)) {
    if (member.name === name) return { type: member.type, bit: member.bit };
    if (member.name !== '') continue;
    const inner = memberNamed(btf, btf.type(plainId(btf, member.type)), name, seen);
    if (inner !== undefined) return { type: inner.type, bit: member.bit + inner.bit };
  }
  return undefined;
}

function elementAt(btf: Btf, place: Place, index: number): Place {
  const type = btf.type(plainId(btf, place.type));
  const element = type.kind === 'array' ? arrayOf(btf, type).element : place.type;
  return { type: element, bit: place.bit + index * (sizeOf(btf, element) ?? 0) * 8 };
}

/** Where `.mm.exe_file` or `[1].x` leads from a type; undefined where a member is not there. */
function placeAt(btf: Btf, root: number, path: string): Place | undefined {
  let place: Place = { type: root, bit: 0 };
  for (const [, name, index] of path.matchAll(/\.([^.[]+)|\[(\d+)\]/g)) {
    if (name === undefined) {
      place = elementAt(btf, place, Number(index));
      continue;
    }
    const member = memberNamed(btf, btf.type(plainId(btf, place.type)), name);
    if (member === undefined) return undefined;
    place = { type: member.type, bit: place.bit + member.bit };
  }
  return place;
}

/** The value of an enumeration with this name; undefined where it has none. */
function enumValue(btf: Btf, type: BtfType, name: string): string | undefined {
  const each = type.kind === 'enum' ? 8 : 12;
  for (let index = 0; index < type.count && type.kind.startsWith('enum'); index++) {
    const at = type.at + index * each;
    if (btf.string(btf.types.getUint32(at, true)) !== name) continue;
    const high = type.kind === 'enum64' ? btf.types.getInt32(at + 8, true) : 0;
    return `${btf.types.getInt32(at + 4, true)} ${high}`;
  }
  return undefined;
}

/**
 * What one type of the kernel makes of a CO-RE relocation: as much of it as the relocation looks at.
 * @param kind libbpf's word for the relocation
 * @param path what follows the name of the type: `.mm.exe_file`, `::BPF_PROG_LOAD`, or nothing
 */
export function relocatedWords(btf: Btf, id: number, kind: string, path: string): string {
  // What a flavor has behind three underscores is no part of the name in the kernel.
  if (path.startsWith('::')) {
    const value = enumValue(btf, btf.type(plainId(btf, id)), path.slice(2).replace(/___.*$/, ''));
    return kind === 'enumval_exists' ? String(value !== undefined) : (value ?? 'none');
  }
  if (kind === 'type_exists' || kind === 'target_type_id') return btf.type(plainId(btf, id)).kind;
  if (kind === 'type_size') return String(sizeOf(btf, id));
  if (kind.startsWith('type_')) return layoutWords(btf, id);
  const place = placeAt(btf, id, path);
  if (place === undefined) return 'none';
  if (kind === 'field_exists') return 'there';
  return `${place.bit} ${sizeOf(btf, place.type) ?? ''} ${typeWords(btf, place.type)}`;
}

import type { Btf, BtfType } from './btf.ts';
import { arrayOf, type BtfMember, firstEnumValue, membersOf, plain, sizeOf, typeWords } from './btf-types.ts';
import { mapTypeName } from './first-kernel.ts';
import { BLANK_DEFINITION, type MapFacts } from './map-facts.ts';
import { valueFieldsOf } from './value-fields.ts';

type Draft = { -readonly [Key in keyof MapFacts]: MapFacts[Key] };

const PIN_BY_NAME = 1;

/**
 * Reads the structure that defines a map: integers stand as lengths of arrays that are pointed to, or as the value of an
 * enumeration; types as pointers.
 * @param start the map as far as it is known
 */
export function readDefinition(btf: Btf, type: BtfType, start: MapFacts): MapFacts {
  const map: Draft = { ...start };
  const problems: string[] = [];
  if (type.kind !== 'struct') problems.push(`is defined by a ${type.kind}, not by a structure`);
  for (const member of membersOf(btf, type)) readMember(btf, member, map, problems, start.name.endsWith('.inner'));
  if (map.typeId === 0) problems.push('has no type');
  return { ...map, type: mapTypeName(map.typeId), problems };
}

function readMember(btf: Btf, member: BtfMember, map: Draft, problems: string[], isInner: boolean): void {
  const number = (): number => Number(BigInt.asUintN(32, integer(btf, member.type, member.name, problems)));
  switch (member.name) {
    case 'type':
      map.typeId = number();
      return;
    case 'max_entries':
      map.maxEntries = number();
      return;
    case 'map_flags':
      map.flags = number();
      return;
    case 'numa_node':
      return;
    case 'key_size':
      map.keySize = number();
      return;
    case 'value_size':
      map.valueSize = number();
      return;
    case 'map_extra':
      map.mapExtra = BigInt.asUintN(64, integer(btf, member.type, member.name, problems));
      return;
    case 'pinning': {
      const value = number();
      map.pinningValue = value;
      map.pinning = value === 0 ? 'none' : value === PIN_BY_NAME ? 'by_name' : 'other';
      if (map.pinning === 'other') problems.push(`has pinning ${value}, which only its own loader knows`);
      return;
    }
    case 'key':
    case 'value':
      readTyped(btf, member, map, problems);
      return;
    case 'values':
      map.hasValues = true;
      if (map.valueSize === 0) map.valueSize = 4;
      if (!isInner) map.inner = innerOf(btf, member, map);
      return;
    default:
      problems.push(`has the unknown attribute ${member.name || '(no name)'}`);
  }
}

function readTyped(btf: Btf, member: BtfMember, map: Draft, problems: string[]): void {
  const pointer = plain(btf, member.type);
  const size = pointer.kind === 'ptr' ? sizeOf(btf, pointer.ref) : undefined;
  if (size === undefined) {
    problems.push(`has a ${member.name} of unknown size`);
    return;
  }
  if (member.name === 'key') {
    map.keySize = size;
    map.keyType = typeWords(btf, pointer.ref);
  } else {
    map.valueSize = size;
    map.valueType = typeWords(btf, pointer.ref);
    map.valueFields = valueFieldsOf(btf, pointer.ref);
  }
}

/** The definition behind `values`: an array of pointers to structures for maps of maps, to functions for programs. */
function innerOf(btf: Btf, member: BtfMember, map: MapFacts): MapFacts | undefined {
  const pointer = plain(btf, arrayOf(btf, plain(btf, member.type)).element);
  const definition = pointer.kind === 'ptr' ? plain(btf, pointer.ref) : undefined;
  if (definition?.kind !== 'struct') return undefined;
  const start: MapFacts = { ...map, ...BLANK_DEFINITION, name: `${map.name}.inner` };
  return readDefinition(btf, definition, start);
}

function integer(btf: Btf, id: number, name: string, problems: string[]): bigint {
  const type = plain(btf, id);
  if (type.kind === 'ptr') {
    const array = plain(btf, type.ref);
    if (array.kind === 'array') return BigInt(arrayOf(btf, array).count);
  }
  const value = firstEnumValue(btf, type);
  if (value !== undefined) return value;
  problems.push(`has a ${name} that is not a number`);
  return 0n;
}

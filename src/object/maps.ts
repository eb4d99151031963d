import { SECTION_TYPE } from '../elf/elf-file.ts';
import type { Btf, BtfType } from './btf.ts';
import { type BtfVariable, plain, variablesOf } from './btf-types.ts';
import type { Elf, Section } from './elf.ts';
import { mapTypeName } from './first-kernel.ts';
import { readDefinition } from './map-definition.ts';
import { emptyMap, type MapFacts } from './map-facts.ts';
import { viewOf } from './strings.ts';
import type { ElfSymbol } from './symbols.ts';

/** Maps beyond this are not read. */
const MAX_MAPS = 4096;
/** Symbols that are looked at for maps. */
const MAX_SYMBOLS = 200_000;
const STRUCT_OPS_SECTION = /^\??\.struct_ops(?:\.link)?$/;
const DATA_SECTION = /^\.(?:data|rodata|bss)(?:\.|$)/;
const LEGACY_SECTION = /^maps$|^maps\/|\/maps(?:\/|$)/;
const STRUCT_OPS_TYPE = 26;
const ARRAY_TYPE = 2;
const LINK_FLAG = 1 << 13;

/** Whether a section's name says that another loader keeps map definitions in it. */
function isLegacyMapSection(name: string): boolean {
  return LEGACY_SECTION.test(name);
}

/** Whether a section holds global variables that become a map. */
export function isDataSection(name: string): boolean {
  return DATA_SECTION.test(name);
}

/** All maps of the object, in libbpf's order: defined ones, global variables, struct_ops; then those of other loaders. */
export function readMaps(elf: Elf, btf: Btf | undefined): MapFacts[] {
  const described = btf ? describedMaps(elf, btf) : { defined: [], structOps: [] };
  const maps = [...described.defined, ...dataMaps(elf), ...described.structOps, ...legacyMaps(elf)];
  return maps.slice(0, MAX_MAPS);
}

function describedMaps(elf: Elf, btf: Btf): { readonly defined: MapFacts[]; readonly structOps: MapFacts[] } {
  const datasecs = datasecsOf(btf);
  const variables = (name: string): BtfVariable[] => {
    const section = elf.sections.some((each) => each.name === name) ? datasecs.get(name) : undefined;
    return section ? variablesOf(btf, section).slice(0, MAX_MAPS) : [];
  };
  // Compilers leave the offsets in BTF to the linker: those of the symbols are right.
  const places = new Map(symbolsIn(elf, (name) => name === '.maps').map(({ symbol }) => [symbol.name, symbol.value]));
  return {
    defined: variables('.maps').map(({ name, type, offset }) =>
      readDefinition(btf, plain(btf, type), emptyMap(name, 'btf', '.maps', places.get(name) ?? offset)),
    ),
    // In the order of the sections, which is not always that of their descriptions.
    structOps: [...new Set(elf.sections.map(({ name }) => name))]
      .filter((name) => STRUCT_OPS_SECTION.test(name))
      .flatMap((name) => variables(name).map((variable) => structOpsMap(btf, variable, name))),
  };
}

/** Sections of variables by name; of two with one name the first counts. */
function datasecsOf(btf: Btf): Map<string, BtfType> {
  const found = new Map<string, BtfType>();
  for (let id = 1; id <= btf.count; id++) {
    if (btf.kind(id) !== 'datasec') continue;
    const type = btf.type(id);
    if (!found.has(type.name)) found.set(type.name, type);
  }
  return found;
}

function dataMaps(elf: Elf): MapFacts[] {
  const holdsData = ({ name, type, size }: Section): boolean =>
    isDataSection(name) &&
    size > 0 &&
    (name.startsWith('.bss') ? type === SECTION_TYPE.nobits : type === SECTION_TYPE.progbits);
  return elf.sections.filter(holdsData).map(({ name, size }) => ({
    ...emptyMap(name, 'data', name, 0),
    typeId: ARRAY_TYPE,
    type: mapTypeName(ARRAY_TYPE),
    keySize: 4,
    valueSize: size,
    maxEntries: 1,
  }));
}

function structOpsMap(btf: Btf, variable: BtfVariable, section: string): MapFacts {
  const type = plain(btf, variable.type);
  return {
    ...emptyMap(variable.name, 'struct_ops', section, variable.offset),
    typeId: STRUCT_OPS_TYPE,
    type: mapTypeName(STRUCT_OPS_TYPE),
    keySize: 4,
    valueSize: type.kind === 'struct' ? type.ref : 0,
    maxEntries: 1,
    flags: section.endsWith('.link') ? LINK_FLAG : 0,
    valueType: `struct ${type.name}`,
    autocreate: !section.startsWith('?'),
  };
}

/** Named symbols of the sections that are requested, in the order of the table. */
function symbolsIn(
  elf: Elf,
  isIncluded: (section: string) => boolean,
): { readonly symbol: ElfSymbol; readonly section: Section }[] {
  const sections = new Map(
    elf.sections.filter(({ name }) => isIncluded(name)).map((section) => [section.index, section]),
  );
  const found: { readonly symbol: ElfSymbol; readonly section: Section }[] = [];
  if (sections.size === 0) return found;
  const last = Math.min(elf.symbols.count, MAX_SYMBOLS);
  for (let index = 1; index < last && found.length < MAX_MAPS; index++) {
    const symbol = elf.symbols.get(index);
    const section = symbol && sections.get(symbol.section);
    if (symbol && section && symbol.name !== '' && symbol.type !== 'section') found.push({ symbol, section });
  }
  return found;
}

/** Type, key, value, entries and flags: the five words that the definitions of all older loaders begin with. */
function legacyMaps(elf: Elf): MapFacts[] {
  return symbolsIn(elf, isLegacyMapSection).map(({ symbol, section }) => {
    const view = viewOf(section.bytes);
    const word = (position: number): number => {
      const at = symbol.value + position * 4;
      return at + 4 <= view.byteLength ? view.getUint32(at, true) : 0;
    };
    return {
      ...emptyMap(symbol.name, 'legacy', section.name, symbol.value),
      typeId: word(0),
      type: mapTypeName(word(0)),
      keySize: word(1),
      valueSize: word(2),
      maxEntries: word(3),
      flags: word(4),
    };
  });
}

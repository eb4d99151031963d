import type {
  InspectedAccess,
  InspectedExtern,
  InspectedFloor,
  InspectedFloors,
  InspectedHelper,
  InspectedMap,
  InspectedProgram,
  Inspection,
} from '../model/inspection.ts';
import { alteringPrograms } from '../object/alters.ts';
import { contractFacts } from '../object/contract.ts';
import type { ObjectFacts } from '../object/facts.ts';
import { helper, mapFlagsOf } from '../object/first-kernel.ts';
import { type Floor, type Floors, floorsOf } from '../object/floor.ts';
import { isaLevel } from '../object/isa.ts';
import { lineInFunction, lineOfInsn } from '../object/lines.ts';
import type { MapFacts } from '../object/map-facts.ts';

/** Everything that `inspect` reports about an object, but what is about its file. */
export type InspectedFacts = Omit<Inspection, 'path' | 'source' | 'source_digest' | 'inside' | 'size_bytes' | 'sha256'>;

/** Turns the facts of an object into what is shown and written. */
export function inspectionOf(facts: ObjectFacts): InspectedFacts {
  const floors = floorsOf(facts);
  return {
    license: facts.license.text ?? null,
    gpl_compatible: facts.license.gplCompatible,
    isa: isaLevel(facts.programs.flatMap(({ features }) => [...features.keys()])),
    has_btf: facts.btf !== undefined,
    has_lines: facts.lines.size > 0,
    floor: floorsView(floors, facts),
    programs: facts.programs.map((program, index) => programView(program, floors.programs[index], facts)),
    maps: facts.maps.map(mapView),
    helpers: helpersOf(facts),
    externs: externsOf(facts),
    core: accessesOf(facts),
    altering_programs: alteringPrograms(facts),
    loader: contractFacts(facts),
    problems: facts.problems,
  };
}

function floorsView({ hard, soft, attach }: Floors, facts: ObjectFacts): InspectedFloors {
  return { load: floorView(hard, facts), unless_guarded: floorView(soft, facts), attach: floorView(attach, facts) };
}

function floorView(floor: Floor | undefined, facts: ObjectFacts): InspectedFloor | null {
  if (!floor) return null;
  const { words, subject, insn, program } = floor.because;
  const layout = facts.programs[program ?? -1]?.layout;
  const line = layout && insn !== undefined ? lineOfInsn(facts, layout, insn) : undefined;
  return {
    kernel: floor.version,
    why: words,
    subject_kind: subject.kind,
    subject: subject.name,
    file: line?.file ?? '',
    line: line?.line ?? 0,
  };
}

function programView(
  program: ObjectFacts['programs'][number],
  floors: (Floors & { readonly guarded: boolean }) | undefined,
  facts: ObjectFacts,
): InspectedProgram {
  const { kind } = program;
  return {
    name: program.name,
    section: program.section,
    type: kind.type,
    attach_type: kind.attachType,
    target: kind.target,
    autoload: program.autoload,
    known_section: kind.known,
    sleepable: kind.sleepable,
    insns: program.insns,
    total_insns: program.totalInsns,
    subprograms: program.subprograms,
    maps: program.maps,
    guarded: floors?.guarded ?? false,
    floor: floorsView(floors ?? { hard: undefined, soft: undefined, attach: undefined }, facts),
  };
}

function mapView(map: MapFacts): InspectedMap {
  return {
    name: map.name,
    type: map.type,
    origin: map.origin,
    key_size: map.keySize,
    value_size: map.valueSize,
    max_entries: map.maxEntries,
    flags: mapFlagsOf(map.flags).map(({ name }) => name),
    key_type: map.keyType,
    value_type: map.valueType,
    pinning: map.pinning === 'other' ? String(map.pinningValue) : map.pinning,
    inner: map.inner ? mapView(map.inner) : null,
  };
}

function helpersOf({ programs }: ObjectFacts): InspectedHelper[] {
  const users = new Map<number, string[]>();
  for (const { name, helpers } of programs) for (const id of helpers.keys()) add(users, id, name);
  return [...users]
    .sort(([a], [b]) => a - b)
    .map(([id, names]) => {
      const known = helper(id);
      return { id, name: known?.name ?? `helper ${id}`, since: known?.since ?? '', programs: names };
    });
}

function externsOf({ externs, programs }: ObjectFacts): InspectedExtern[] {
  const users = new Map<string, string[]>();
  for (const program of programs) for (const extern of program.externs) add(users, extern.name, program.name);
  return externs.map(({ name, kind, weak, type }) => ({ name, kind, weak, type, programs: users.get(name) ?? [] }));
}

function add<Key>(users: Map<Key, string[]>, key: Key, name: string): void {
  const names = users.get(key);
  if (names) names.push(name);
  else users.set(key, [name]);
}

/** Equal accesses once, in the order of their first occurrence. */
function accessesOf(facts: ObjectFacts): InspectedAccess[] {
  const found = new Map<string, { -readonly [Key in keyof InspectedAccess]: InspectedAccess[Key] }>();
  for (const { fn, insn, kind, access, onlyQueries } of facts.core) {
    const key = `${kind} ${access}`;
    const known = found.get(key);
    if (known) {
      known.count++;
      continue;
    }
    const home = facts.functions[fn];
    const line = home && lineInFunction(facts, home, insn, undefined);
    found.set(key, { kind, access, only_asks: onlyQueries, count: 1, file: line?.file ?? '', line: line?.line ?? 0 });
  }
  return [...found.values()];
}

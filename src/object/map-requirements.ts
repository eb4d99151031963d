import { mapFlagsOf, mapTypeSince, structOpsSince, valueFieldSince } from './first-kernel.ts';
import type { MapFacts } from './map-facts.ts';
import type { Requirement } from './requirements.ts';
import { FEATURES } from './tables/features.ts';

/**
 * What a map needs from the kernel. Maps of global variables need nothing: libbpf leaves them out where a kernel does not
 * know them, and the programs that use them say so.
 */
export function mapRequirements(map: MapFacts): Requirement[] {
  if (map.origin === 'data' || !map.autocreate) return [];
  const inner = map.inner ? describe(map.inner, map.name) : [];
  return [...describe(map, map.name), ...inner];
}

function describe(map: MapFacts, subject: string): Requirement[] {
  const need = (kind: Requirement['kind'], name: string, words: string, since: string): Requirement => ({
    kind,
    name,
    words,
    since,
    strength: 'hard',
    phase: 'load',
    subject: { kind: 'map', name: subject },
    program: undefined,
    insn: undefined,
  });
  const type = mapTypeSince(map.type) ?? '';
  const struct = map.valueType.replace(/^struct /, '');
  const structOps = map.origin === 'struct_ops' ? structOpsSince(struct) : undefined;
  return [
    need('map_type', map.type, `map type ${map.type}`, type),
    ...mapFlagsOf(map.flags).map(({ name, since }) => need('map_flag', name, `map flag ${name}`, since)),
    ...map.valueFields.map((field) =>
      field === 'kptr'
        ? need('struct', field, FEATURES.referenced_kptr.words, FEATURES.referenced_kptr.since)
        : need('struct', field, `${field} in map values`, valueFieldSince(field) ?? ''),
    ),
    ...(structOps === undefined ? [] : [need('struct', struct, `struct_ops of ${struct}`, structOps)]),
  ];
}

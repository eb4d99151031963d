import type { Evidence, Stage, StageOf } from '../model/evidence.ts';
import type { ObjectFacts } from '../object/facts.ts';
import type { MapFacts } from '../object/map-facts.ts';

type ShownMap = StageOf<'open'>['maps'][number];

const isSilent = ({ key_size: key, value_size: value, max_entries: entries, flags }: ShownMap): boolean =>
  [key, value, entries, flags].every((number) => number === 0);

/** A map as its library reports it, with the type in libbpf's word, and with the sizes of the object where it reports none. */
function withFacts(map: ShownMap, own: MapFacts | undefined): ShownMap {
  if (own === undefined || own.typeId === 0) return map;
  return { ...map, ...(isSilent(map) ? shownMap(own) : { type: own.type }) };
}

function shownMap({ name, type, typeId, keySize, valueSize, maxEntries, flags }: MapFacts): ShownMap {
  const sizes = { key_size: keySize, value_size: valueSize, max_entries: maxEntries, flags };
  return { name, type, type_id: typeId, ...sizes };
}

/** The maps that a library lists; a library that fails over one lists none. */
function mapsOf({ maps }: StageOf<'open'>, own: ReadonlyMap<string, MapFacts>): ShownMap[] {
  const listed = new Set(maps.map(({ name }) => name));
  const others = [...own.values()].filter(({ name, typeId }) => typeId !== 0 && !listed.has(name));
  return [...maps.map((map) => withFacts(map, own.get(map.name))), ...others.map(shownMap)];
}

/**
 * Evidence of another loader to judge: libraries have their own words for types of maps, and one shows no sizes. What the object
 * says of a map that a library names alike is what it began with.
 */
export function withObjectMaps(evidence: Evidence, facts: ObjectFacts | undefined): Evidence {
  if (facts === undefined) return evidence;
  const own = new Map(facts.maps.map((map) => [map.name, map]));
  const stages = evidence.stages.map((stage): Stage => {
    if (stage.stage === 'open') return { ...stage, maps: mapsOf(stage, own) };
    const type = stage.stage === 'map' ? own.get(stage.name)?.type : undefined;
    return stage.stage === 'map' && type !== undefined ? { ...stage, type } : stage;
  });
  return { ...evidence, stages };
}

import { quoted } from '../config/words.ts';
import type { FunctionalTest } from '../model/cell.ts';
import { UsageError } from '../model/errors.ts';
import { isVariable, similarOr, variablesIn } from './object-names.ts';
import type { Subject } from './subject.ts';

const VARIABLE = 'global variable';
const RECORDS = ['ringbuf', 'perf_event_array'];

/**
 * Holds the maps, variables and programs that tests expect something of against the object, before anything is booted.
 * @throws UsageError `expectation_invalid` with one line per name the object does not have, and per map without records
 *   that events are expected of
 */
export function checkExpectedNames(
  tests: readonly FunctionalTest[],
  { artifact, facts }: Pick<Subject, 'artifact' | 'facts'>,
): void {
  // What cannot be read whole may have more in it than was found.
  if (facts === undefined || facts.problems.length > 0) return;
  const maps = facts.maps.map(({ name }) => name);
  const programs = facts.programs.map(({ name }) => name);
  const variables = variablesIn(facts.btf);
  const problems = tests.flatMap(({ name: test, expect }) => {
    const where = (origin: string | undefined): string => (origin === undefined ? '' : `${origin}: `);
    const missing = (kind: string, name: string, present: readonly string[], origin: string | undefined) =>
      present.includes(name)
        ? []
        : [
            `${where(origin)}test ${quoted(test)} expects something of ${kind} ${quoted(name)}, which ${artifact.basename} does not have${similarOr(kind === VARIABLE ? (name.split(/[.[]/, 1)[0] ?? name) : name, present)}`,
          ];
    const noRecords = (name: string, origin: string | undefined): string[] => {
      const map = facts.maps.find((one) => one.name === name);
      if (map === undefined || map.typeId === 0 || RECORDS.includes(map.type)) return [];
      return [
        `${where(origin)}test ${quoted(test)} expects events of map ${quoted(name)}, which is of type ${map.type} and has no records; name a ring buffer or a perf event array`,
      ];
    };
    return [
      ...(expect?.maps ?? []).flatMap(({ map, origin }) => missing('map', map, maps, origin)),
      ...(expect?.variables ?? []).flatMap(({ variable, origin }) =>
        variables === undefined || isVariable(variable, variables)
          ? []
          : missing(VARIABLE, variable, variables, origin),
      ),
      ...(expect?.events ?? []).flatMap((event) =>
        event.source === 'map'
          ? [...missing('map', event.map, maps, event.origin), ...noRecords(event.map, event.origin)]
          : [],
      ),
      ...(expect?.run ?? []).flatMap(({ program, origin }) => missing('program', program, programs, origin)),
    ];
  });
  if (problems.length > 0) throw new UsageError('expectation_invalid', [...new Set(problems)].slice(0, 10).join('\n'));
}

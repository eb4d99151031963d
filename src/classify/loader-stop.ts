import type { Outcome } from '../model/cell.ts';
import { decisiveOf, programsOf } from '../model/finding.ts';
import type { LoaderFacts } from '../model/guest-loader.ts';
import type { LoaderReport } from '../model/loader-report.ts';
import type { ObjectFacts } from '../object/facts.ts';
import { asReported } from './as-reported.ts';
import { few } from './few.ts';
import { withNote } from './proven.ts';

/**
 * A failure over a program or a map with a note about the programs of which nothing is known: other libraries stop at what they
 * reject first, so what is declared or known about it says nothing about those. What an object is rejected for as a whole
 * needs none.
 */
export function withStop(
  outcome: Outcome,
  { name, version }: LoaderFacts,
  { open, load, programs }: LoaderReport,
  facts: ObjectFacts | undefined,
): Outcome {
  if (outcome.status !== 'fail' || open.status === 'fail' || load.status !== 'fail') return outcome;
  const causes = decisiveOf(outcome.findings);
  const named = new Set(causes.flatMap(({ args }) => programsOf(args)).filter((program) => program !== ''));
  const maps = new Set(causes.flatMap(({ args }) => args['map'] ?? []));
  if (named.size + maps.size === 0) return outcome;
  const loaded = new Set(programs.flatMap((program) => (program.loaded ? [program.name] : [])));
  const own = facts?.programs ?? programs.map((program) => ({ name: program.name, autoload: true, maps: [] }));
  const unknown = own
    .filter((program) => program.autoload && !program.maps.some((map) => maps.has(map)))
    .map((program) => asReported(program.name))
    .filter((program) => !named.has(program) && !loaded.has(program));
  if (unknown.length === 0) return outcome;
  return withNote(outcome, 'stopped', `${name} ${version} stops at what it rejects first; not tested: ${few(unknown)}`);
}

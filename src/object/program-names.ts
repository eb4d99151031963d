import { grouped, oncePer } from '../model/once-per.ts';
import type { ObjectFacts } from './facts.ts';
import type { ProgramFacts } from './programs.ts';

const byName = oncePer((facts: ObjectFacts) => grouped(facts.programs, ({ name }) => name));

/** The programs of a name; there may be several, in different sections. */
export function programsNamed(facts: ObjectFacts, name: string): readonly ProgramFacts[] {
  return byName(facts).get(name) ?? [];
}

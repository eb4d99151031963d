import type { LoaderSettings } from '../config/loader-settings.ts';
import type { ObjectFacts } from '../object/facts.ts';
import { isVariable, variablesIn } from './object-names.ts';
import type { ShelvedSubject } from './object-shelf.ts';

/** A name that a flag gives, and what it should be the name of. */
export interface FlagName {
  readonly kind: 'rodata' | 'attach_target';
  readonly name: string;
}

/** What one object has of the names that the flags of its run give. */
export interface FlagSurvey {
  readonly basename: string;
  readonly names: readonly {
    readonly flag: FlagName;
    /** undefined: its bytes do not say. */
    readonly has: boolean | undefined;
    /** What it has of the kind. */
    readonly present: readonly string[];
  }[];
}

/** Names of a kind of setting that an object has; undefined when its bytes do not say. */
export function namesIn(facts: ObjectFacts, kind: string): readonly string[] | undefined {
  if (kind === 'rodata') return variablesIn(facts.btf);
  if (kind === 'map_setting') return facts.maps.map(({ name }) => name);
  const programs = facts.programs.map(({ name }) => name);
  return kind === 'program_type' ? [...programs, ...facts.programs.map(({ section }) => section)] : programs;
}

/** Whether an object has what a setting names; undefined when its bytes do not say. */
export function knows(facts: ObjectFacts | undefined, kind: string, subject: string): boolean | undefined {
  const names = facts && namesIn(facts, kind);
  if (names === undefined) return undefined;
  const has = kind === 'rodata' ? isVariable(subject, names) : names.includes(subject);
  // What cannot be read whole may have more in it than was found.
  return has || facts?.problems.length === 0 ? has : undefined;
}

export function surveyOf(flags: readonly FlagName[], basename: string, facts: ObjectFacts | undefined): FlagSurvey {
  const names = flags.map((flag) => ({
    flag,
    has: knows(facts, flag.kind, flag.name),
    present: (facts && namesIn(facts, flag.kind)) ?? [],
  }));
  return { basename, names };
}

export function flagNames(loader: LoaderSettings | undefined): FlagName[] {
  return [
    ...[...(loader?.rodata.keys() ?? [])].map((name) => ({ kind: 'rodata' as const, name })),
    ...[...(loader?.attachTargets.keys() ?? [])].map((name) => ({ kind: 'attach_target' as const, name })),
  ];
}

/** Looks for the names of flags in every object of a run; none where no flag gives a name. */
export async function surveyFlags(
  loader: LoaderSettings | undefined,
  run: readonly ShelvedSubject[],
): Promise<FlagSurvey[]> {
  const flags = flagNames(loader);
  const surveys: FlagSurvey[] = [];
  if (flags.length === 0) return surveys;
  for (const { artifact, content } of run) surveys.push(surveyOf(flags, artifact.basename, (await content()).facts));
  return surveys;
}

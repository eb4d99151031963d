import type { SettingNames } from '../classify/settings.ts';
import type { LoaderSettings } from '../config/loader-settings.ts';
import { nearMatches } from '../config/near.ts';
import { quoted } from '../config/words.ts';
import { UsageError } from '../model/errors.ts';
import type { ObjectFacts } from '../object/facts.ts';
import { isVariable, nearOr, variablesIn } from './object-names.ts';
import type { Subject } from './subject.ts';

type Facts = Pick<Subject, 'artifact' | 'facts'>;

/** Names of a kind of setting that an object has; undefined when its bytes do not say. */
function namesIn(facts: ObjectFacts, kind: string): readonly string[] | undefined {
  if (kind === 'rodata') return variablesIn(facts.btf);
  if (kind === 'map_setting') return facts.maps.map(({ name }) => name);
  const programs = facts.programs.map(({ name }) => name);
  return kind === 'program_type' ? [...programs, ...facts.programs.map(({ section }) => section)] : programs;
}

/** Whether an object has what a setting names; undefined when its bytes do not say. */
function knows({ facts }: Facts, kind: string, subject: string): boolean | undefined {
  const names = facts && namesIn(facts, kind);
  if (names === undefined) return undefined;
  const has = kind === 'rodata' ? isVariable(subject, names) : names.includes(subject);
  // What cannot be read whole may have more in it than was found.
  return has || facts?.problems.length === 0 ? has : undefined;
}

function flagged(loader: LoaderSettings | undefined, kind: string, subject: string): boolean {
  if (kind === 'rodata') return loader?.rodata.has(subject) ?? false;
  return kind === 'attach_target' && (loader?.attachTargets.has(subject) ?? false);
}

/** What is known of the names in the settings of one object; a flag is for all objects of its run. */
export function settingNames(loader: LoaderSettings | undefined, own: Facts, run: readonly Facts[]): SettingNames {
  return {
    elsewhere: (kind, subject) =>
      flagged(loader, kind, subject) &&
      knows(own, kind, subject) !== true &&
      run.some((other) => other !== own && knows(other, kind, subject) === true),
    near: (kind, subject) => {
      const word = kind === 'rodata' ? (subject.split(/[.[]/, 1)[0] ?? subject) : subject;
      return nearMatches(word, (own.facts && namesIn(own.facts, kind)) ?? []);
    },
  };
}

/**
 * Holds the names that flags set against the objects, before anything is booted: a run without its setting would say
 * nothing about what was asked.
 * @throws UsageError `unknown_setting` with one line per name that no object of the run has
 */
export function checkSettingFlags(loader: LoaderSettings | undefined, run: readonly Facts[]): void {
  const asked = [
    ...[...(loader?.rodata.keys() ?? [])].map((name) => ({ kind: 'rodata', what: 'global variable', name })),
    ...[...(loader?.attachTargets.keys() ?? [])].map((name) => ({ kind: 'attach_target', what: 'program', name })),
  ];
  const problems = asked
    .filter(({ kind, name }) => run.length > 0 && run.every((one) => knows(one, kind, name) === false))
    .map(({ kind, what, name }) => {
      const flag = kind === 'rodata' ? '--set-rodata' : '--set-attach-target';
      const whose = run.length === 1 ? (run[0]?.artifact.basename ?? '') : `none of the ${run.length} objects`;
      const present = run.flatMap(({ facts }) => (facts && namesIn(facts, kind)) ?? []);
      const word = kind === 'rodata' ? (name.split(/[.[]/, 1)[0] ?? name) : name;
      const has = run.length === 1 ? `which ${whose} does not have` : `which ${whose} of this run has`;
      return `${flag} ${quoted(name)}: it names a ${what} ${has}${nearOr(word, [...new Set(present)])}`;
    });
  if (problems.length > 0) throw new UsageError('unknown_setting', problems.slice(0, 10).join('\n'));
}

import type { SettingNames } from '../classify/settings.ts';
import { similarNames } from '../config/similar.ts';
import { quoted } from '../config/words.ts';
import { UsageError } from '../model/errors.ts';
import { joined, option, phrase } from '../model/wording.ts';
import type { ObjectFacts } from '../object/facts.ts';
import { similarOr } from './object-names.ts';
import { type FlagSurvey, knows, namesIn } from './survey-flags.ts';

/** A variable of a structure or an array is looked for by its own name. */
function wordOf(kind: string, name: string): string {
  return kind === 'rodata' ? (name.split(/[.[]/, 1)[0] ?? name) : name;
}

/**
 * What is known of the names in the settings of one object; a flag is for all objects of its run.
 * @param run what every object of the run has of the flags' names
 */
export function settingNames(facts: ObjectFacts | undefined, run: readonly FlagSurvey[]): SettingNames {
  const named = (kind: string, subject: string): boolean =>
    run.some(({ names }) => names.some(({ flag, has }) => flag.kind === kind && flag.name === subject && has === true));
  return {
    inOtherObject: (kind, subject) => named(kind, subject) && knows(facts, kind, subject) !== true,
    near: (kind, subject) => similarNames(wordOf(kind, subject), (facts && namesIn(facts, kind)) ?? []),
  };
}

/**
 * Holds the names that flags set against the objects, before anything is booted: a run without its setting would say
 * nothing about what was wanted.
 * @throws UsageError `unknown_setting` with one line per name that no object of the run has
 */
export function checkSettingFlags(run: readonly FlagSurvey[]): void {
  const flags = run[0]?.names.map(({ flag }) => flag) ?? [];
  const problems = flags.flatMap(({ kind, name: subject }, index) => {
    if (!run.every(({ names }) => names[index]?.has === false)) return [];
    const [name, what] =
      kind === 'rodata' ? (['set-rodata', 'global variable'] as const) : (['set-attach-target', 'program'] as const);
    const whose = run.length === 1 ? (run[0]?.basename ?? '') : `none of the ${run.length} objects`;
    const present = run.flatMap(({ names }) => names[index]?.present ?? []);
    const has = run.length === 1 ? `which ${whose} does not have` : `which ${whose} of this run has`;
    return [
      phrase`${option(name)} ${quoted(subject)}: it names a ${what} ${has}${similarOr(wordOf(kind, subject), [...new Set(present)])}`,
    ];
  });
  if (problems.length > 0) throw new UsageError('unknown_setting', joined(problems.slice(0, 10), '\n'));
}

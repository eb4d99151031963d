import { expect, test } from 'vitest';
import { type LoaderSettings, NO_SETTINGS } from '../../src/config/loader-settings.ts';
import type { ObjectFacts } from '../../src/object/facts.ts';
import { checkSettingFlags, settingNames } from '../../src/run/setting-names.ts';
import { type FlagSurvey, flagNames, surveyOf } from '../../src/run/survey-flags.ts';

interface Subject {
  readonly name: string;
  readonly facts: ObjectFacts | undefined;
}

/** Only what is looked at: names of programs and maps, and whether all was read. */
function subject(name: string, program: string, problems: readonly string[] = []): Subject {
  const programs = [{ name: program, section: `fentry/${program}` }];
  const facts = { ok: true, maps: [{ name: 'hits' }], programs, problems, btf: undefined };
  return { name: `${name}.bpf.o`, facts: facts as unknown as ObjectFacts };
}

function surveys(loader: LoaderSettings | undefined, subjects: readonly Subject[]): FlagSurvey[] {
  return subjects.map(({ name, facts }) => surveyOf(flagNames(loader), name, facts));
}

const check = (loader: LoaderSettings | undefined, subjects: readonly Subject[]): void =>
  checkSettingFlags(surveys(loader, subjects));

const first = subject('first', 'on_read');
const second = subject('second', 'on_exec');
const target = (name: string) => ({ ...NO_SETTINGS, attachTargets: new Map([[name, 'vfs_read']]) });

test('a flag that no object of the run knows is an error with near names', () => {
  expect(() => check(target('on_raed'), [first, second])).toThrow(
    'loader.attachTargets "on_raed": it names a program which none of the 2 objects of this run has; did you mean "on_read"?',
  );
  expect(() => check(target('nope'), [first])).toThrow(
    'loader.attachTargets "nope": it names a program which first.bpf.o does not have; it has "on_read"',
  );
});

test('a flag that one object knows, or may know, is none', () => {
  check(target('on_exec'), [first, second]);
  check(undefined, [first]);
  check(target('nope'), [first, { ...second, facts: undefined }]);
  check(target('nope'), [subject('cut', 'on_read', ['a section is cut off'])]);
  // Without BTF no one can say which variables there are.
  check({ ...NO_SETTINGS, rodata: new Map([['pid', '1']]) }, [first]);
});

test('only another object of the run excuses one that lacks what a flag names', () => {
  const names = settingNames(first.facts, surveys(target('on_exec'), [first, second]));
  expect(names.inOtherObject('attach_target', 'on_exec')).toBe(true);
  expect(names.inOtherObject('attach_target', 'on_open')).toBe(false);
  expect(names.inOtherObject('map_setting', 'on_exec')).toBe(false);
  expect(settingNames(first.facts, surveys(target('on_exec'), [first])).inOtherObject('attach_target', 'on_exec')).toBe(
    false,
  );
  expect(
    settingNames(first.facts, surveys(target('on_read'), [first, second])).inOtherObject('attach_target', 'on_read'),
  ).toBe(false);
  expect(settingNames(first.facts, surveys(undefined, [first])).near('map_setting', 'hitz')).toEqual(['hits']);
});

import type { LoaderSettings } from '../config/loader-settings.ts';
import type { Host } from '../host/host.ts';
import type { FunctionalTest } from '../model/cell.ts';
import { checkExpectedNames } from './expected-names.ts';
import { createShelf, type ShelvedSubject } from './object-shelf.ts';
import type { PreparedCommand } from './payload.ts';
import { checkSettingFlags } from './setting-names.ts';
import {
  type ArtifactInput,
  commandSubject,
  loadAmongOthers,
  loadForCommand,
  loadSubject,
  withDistinctNames,
} from './subject.ts';
import { surveyFlags } from './survey-flags.ts';

/** The objects of one run as they were named, and what their names are compared with. */
export interface SubjectInputs {
  readonly artifacts: readonly ArtifactInput[];
  /** Run in the guests instead of a load; with it, there may be no object. */
  readonly command: PreparedCommand | undefined;
  /** Name in the report of a command without an object; empty: its program's. */
  readonly commandName: string;
  /** What tests expect of the objects. */
  readonly tests: readonly FunctionalTest[];
  /** Settings by flags, which are for all objects of the run. */
  readonly loader: LoaderSettings;
}

/**
 * Reads the objects of a run, and checks that they have what its tests and flags name. One of several that cannot be
 * read is a result of its own.
 * @throws UsageError for an object that cannot be read, for an expectation and for a flag that name what is not there
 */
export async function readSubjects(host: Host, inputs: SubjectInputs): Promise<ShelvedSubject[]> {
  const { artifacts, command, commandName, tests, loader } = inputs;
  const load = command !== undefined ? loadForCommand : artifacts.length > 1 ? loadAmongOthers : loadSubject;
  const shelve = createShelf(host);
  const read: ShelvedSubject[] = [];
  for (const input of artifacts) read.push(shelve(await load(host, input)));
  if (command !== undefined && read.length === 0) read.push(shelve(commandSubject(command, commandName)));
  const subjects = withDistinctNames(read);
  if (command !== undefined) return subjects;
  for (const { artifact, unusable, content } of subjects) {
    if (!unusable && tests.length > 0) checkExpectedNames(tests, { artifact, facts: (await content()).facts });
  }
  checkSettingFlags(await surveyFlags(loader, subjects));
  return subjects;
}

import type { Profile } from '../model/kernel.ts';
import { originOf } from '../model/kernel-source.ts';
import { flag } from '../model/wording.ts';

const ENDING = `as ${flag('allow-profile-override')} says`;

/** Says whose kernel is run where a file of the repository took the place of ours. */
export function overrideNote({ id, file, kernel, replaces }: Profile): string {
  const from = kernel ? originOf(kernel) : 'no package';
  return `profile ${id}: the kernel that comes with bpfcompat (${replaces}) is replaced by that of ${file} (${from}), ${ENDING}`;
}

/** Whether a note of a report is such a one: every format shows it, since a name of ours stands for something else. */
export function isOverrideNote(note: string): boolean {
  return note.startsWith('profile ') && note.endsWith(ENDING);
}

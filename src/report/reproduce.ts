import { localKernelWords } from '../model/local-kernel.ts';
import { flag } from '../model/wording.ts';
import type { DocumentCell } from './document-cells.ts';
import { relativeTo } from './document-place.ts';
import type { SavedReport, SavedTarget } from './saved-report.ts';
import { shellWords } from './shell-words.ts';

/** Report of a repeated run, beside the one it repeats. */
const AGAIN = 'again.json';
/** A longer command line is not shown: half of one runs something else. */
export const MAX_LINE = 8000;

/** What a path of the report is called in the command. */
type Place = (path: string) => string;

/** A word that stands behind a flag and must not be taken for another one. */
function operand(word: string): string {
  return word.startsWith('-') ? `./${word}` : word;
}

/** Flags whose word is a path of this machine; that of `--command` is one of the guest. */
const PATH_FLAGS: readonly string[] = [flag('manifest'), flag('command-binary')];

/** A kernel of one's own as the flag has it, with its paths as they are called in the command. */
function kernelWord(text: string, place: Place): string {
  const { image, rest } = localKernelWords(text);
  const words = rest.map(([key, value]) => `,${key}=${key === 'name' ? value : place(value)}`);
  return `${operand(place(image))}${words.join('')}`;
}

/** Whether a group names a kernel of one's own, and of which name. */
function kernelName([first, word = '']: readonly string[]): string | undefined {
  return first === flag('kernel') ? localKernelWords(word).rest.find(([key]) => key === 'name')?.[1] : undefined;
}

/** Words that belong together: a flag with what it is given. */
function flagGroups(flags: readonly string[], place: Place): string[][] {
  const groups: string[][] = [];
  for (const word of flags) {
    const group = groups.at(-1);
    if (word.startsWith('--') || group === undefined) groups.push([word]);
    else if (group[0] === flag('kernel')) group.push(kernelWord(word, place));
    else group.push(PATH_FLAGS.includes(group[0] ?? '') ? operand(place(word)) : word);
  }
  return groups;
}

/**
 * The command line that runs a cell again and ends with its verdict, flag by flag, as a shell reads it.
 * Every command of this kind that we print is made here.
 * @returns undefined for one that is too long to be shown whole
 */
export function againParts(
  report: SavedReport,
  { profile_id: profileId, timeout_ms: timeoutMs }: Pick<SavedTarget, 'profile_id' | 'timeout_ms'>,
  place: Place = (path) => path,
): string[] | undefined {
  const { artifact, run } = report;
  // A command may have had no object.
  const object = artifact.path.startsWith('command://') ? [] : [[flag('artifact'), operand(place(artifact.path))]];
  const groupsOfRun = flagGroups(run.flags, place);
  const own = groupsOfRun.some((group) => kernelName(group) === profileId);
  const groups = [
    ['bpfcompat', 'test'],
    ...object,
    ...(own ? [] : [[flag('kernels'), profileId]]),
    ...groupsOfRun.filter((group) => group[0] !== flag('kernel') || kernelName(group) === profileId),
    // Of a flag, a matrix or a suite: what did not end in time may do so in more.
    ...(timeoutMs > 0 ? [[flag('timeout'), `${timeoutMs}ms`.replace(/000ms$/, 's')]] : []),
    [flag('out'), AGAIN],
  ];
  const parts = groups.map(shellWords);
  return parts.join(' ').length > MAX_LINE ? undefined : parts;
}

/**
 * The same in one line; undefined where the report of the cell is gone.
 * @param workspace root of the checkout: paths below it are shown without it
 */
export function reproduceCommand({ one, target }: DocumentCell, workspace: string): string | undefined {
  if (!one.report || one.artifact === '') return undefined;
  return againParts(one.report, target, (path) => relativeTo(workspace, path) ?? path)?.join(' ');
}

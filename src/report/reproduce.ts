import type { DocumentCell } from './document-cells.ts';
import { relativeTo } from './document-place.ts';
import { oneLine } from './escape.ts';
import { shellWords } from './shell-words.ts';

const MAX_WORD = 4096;

/**
 * The command line that asks the question of a cell again, one line as a shell reads it; undefined where the report of the
 * cell is gone.
 * @param workspace root of the checkout: paths below it are shown without it
 */
export function reproduceCommand({ one, target }: DocumentCell, workspace: string): string | undefined {
  if (!one.report || one.artifact === '') return undefined;
  const shorter = (word: string): string => (word.startsWith('/') ? (relativeTo(workspace, word) ?? word) : word);
  // A command may have had no object.
  const object = one.artifact.startsWith('command://') ? [] : ['--artifact', shorter(one.artifact)];
  const words = [...object, '--kernels', target.profile_id, ...one.report.run.flags.map(shorter)];
  return shellWords(['bpfcompat', 'test', ...words].map((word) => oneLine(word, MAX_WORD)));
}

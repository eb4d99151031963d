import type { StageOf } from '../model/evidence.ts';

/** How a shell ends that found no such program, or could not run it. */
export const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;

/** What stderr says in words that many programs share; a guess that only chooses the advice. */
const HINTS: readonly (readonly [hint: string, pattern: RegExp])[] = [
  ['library', /error while loading shared libraries|Error loading shared library|cannot open shared object file/],
  ['permission', /Permission denied|Operation not permitted/],
  ['no_file', /No such file or directory/],
  ['usage', /unrecognized option|invalid option|^usage:/im],
];

/** Which well-known cause the end of a command has; undefined where none is known. */
export function hintOf(stage: Pick<StageOf<'functional'>, 'exit_code' | 'stderr_tail'>): string | undefined {
  const hint = HINTS.find(([, pattern]) => pattern.test(stage.stderr_tail))?.[0];
  if (stage.exit_code === NOT_FOUND) return hint === 'library' ? hint : 'not_found';
  return stage.exit_code === NOT_EXECUTABLE ? 'not_executable' : hint;
}

import type { ValidationMode } from '../model/cell.ts';

const MODES: Readonly<Record<string, ValidationMode>> = {
  load_only: 'load_only',
  loadonly: 'load_only',
  'load-only': 'load_only',
  load_attach: 'load_attach',
  loadattach: 'load_attach',
  'load-attach': 'load_attach',
  behavior: 'behavior',
};

/** Every spelling of a validation mode. */
export const MODE_WORDS: readonly string[] = Object.keys(MODES);

/** The mode that `word` names, upper or lower case; undefined for any other word. */
export function modeOf(word: string): ValidationMode | undefined {
  const key = word.trim().toLowerCase();
  return Object.hasOwn(MODES, key) ? MODES[key] : undefined;
}

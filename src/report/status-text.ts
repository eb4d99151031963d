import { attachCount } from '../model/attach-warning.ts';
import { fixupWords } from './fixups.ts';
import { LOADED_ONLY, loadedOnly, NOTHING_LOADED, nothingLoaded, type Reported } from './loaded-only.ts';
import { plural } from './style.ts';

/**
 * What was not seen of a cell that passes: `no program loaded`, `loaded, nothing attached`, `1 of 2 programs attached`,
 * `1 of 6 programs attached, 3 not tried`; empty where it is a plain pass, or none.
 */
export function unseenText(status: string, findings: readonly Reported[]): string {
  if (nothingLoaded(status, findings)) return NOTHING_LOADED;
  if (loadedOnly(status, findings)) return LOADED_ONLY;
  const count = status === 'pass' ? findings.map(attachCount).find((one) => one !== undefined) : undefined;
  if (count === undefined) return '';
  const untried = count.untried === 0 ? '' : `, ${count.untried} not tried`;
  return `${count.passed} of ${plural(count.attempted + count.untried, 'program')} attached${untried}`;
}

/** `fail`, `pass`, `pass (loaded, nothing attached)`, `pass (1 of 2 programs attached, with 2 automatic fixups)`. */
export function statusText(status: string, findings: readonly Reported[], fixups = 0): string {
  const details = [unseenText(status, findings), fixupWords(fixups)].filter((text) => text !== '');
  return details.length === 0 ? status : `${status} (${details.join(', ')})`;
}

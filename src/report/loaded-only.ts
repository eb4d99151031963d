import { isIdle } from '../model/finding.ts';
import { fixupWords } from './fixups.ts';

interface Told {
  readonly code: string;
  readonly decisive: boolean;
}

/** Stands in every format for a pass of which nothing more than the load was seen. */
export const LOADED_ONLY = 'loaded, nothing attached';

/** Whether a cell passes although nothing of its object could be attached: no plain pass in any format. */
export function loadedOnly(status: string, findings: readonly Told[]): boolean {
  return status === 'pass' && findings.some(isIdle);
}

/** `fail`, `pass`, `pass (loaded, nothing attached)`, `pass (loaded, nothing attached, with 2 automatic fixups)`. */
export function statusText(status: string, findings: readonly Told[], fixups = 0): string {
  const details = [loadedOnly(status, findings) ? LOADED_ONLY : '', fixupWords(fixups)].filter((text) => text !== '');
  return details.length === 0 ? status : `${status} (${details.join(', ')})`;
}

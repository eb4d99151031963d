import { isIdle, isUnloaded } from '../model/finding.ts';
import { fixupWords } from './fixups.ts';

interface Told {
  readonly code: string;
  readonly decisive: boolean;
}

/** Stands in every format for a pass of which nothing more than the load was seen. */
export const LOADED_ONLY = 'loaded, nothing attached';

/** The same of one of which not even a program was loaded. */
export const NOTHING_LOADED = 'no program loaded';

/** Whether a cell passes although no program of its object was loaded. */
export function nothingLoaded(status: string, findings: readonly Told[]): boolean {
  return status === 'pass' && findings.some(isUnloaded);
}

/** What was not seen of a cell that passes; empty where it is a plain pass, or none. */
export function unseenText(status: string, findings: readonly Told[]): string {
  if (nothingLoaded(status, findings)) return NOTHING_LOADED;
  return loadedOnly(status, findings) ? LOADED_ONLY : '';
}

/** Whether a cell passes although nothing of its object could be attached: no plain pass in any format. */
export function loadedOnly(status: string, findings: readonly Told[]): boolean {
  return status === 'pass' && findings.some(isIdle) && !nothingLoaded(status, findings);
}

/** `fail`, `pass`, `pass (loaded, nothing attached)`, `pass (loaded, nothing attached, with 2 automatic fixups)`. */
export function statusText(status: string, findings: readonly Told[], fixups = 0): string {
  const details = [unseenText(status, findings), fixupWords(fixups)].filter((text) => text !== '');
  return details.length === 0 ? status : `${status} (${details.join(', ')})`;
}

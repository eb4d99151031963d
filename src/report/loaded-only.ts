import { attachCount } from '../model/attach-warning.ts';
import { isIdle, isUnloaded } from '../model/finding.ts';

export interface Reported {
  readonly code: string;
  readonly decisive: boolean;
  readonly args?: Readonly<Record<string, string>> | undefined;
}

/** Stands in every format for a pass of which nothing more than the load was seen. */
export const LOADED_ONLY = 'loaded, nothing attached';

/** The same of one of which not even a program was loaded. */
export const NOTHING_LOADED = 'no program loaded';

/** What a pass is worth, the least first: in this order every format looks at it. */
const PASS_KINDS = ['unloaded', 'loaded', 'partly', 'warned', 'plain'] as const;
export type PassKind = (typeof PASS_KINDS)[number];

/** What was seen of a cell that passes; undefined for one that does not. */
export function passKind(status: string, findings: readonly Reported[]): PassKind | undefined {
  if (status !== 'pass') return undefined;
  if (nothingLoaded(status, findings)) return 'unloaded';
  if (loadedOnly(status, findings)) return 'loaded';
  if (attachedPartly(status, findings)) return 'partly';
  return findings.length > 0 ? 'warned' : 'plain';
}

/** Whether more than a load, or not even that, was seen of a cell that passes. */
export function isSeen(kind: PassKind | undefined): boolean {
  return kind !== undefined && kind !== 'unloaded' && kind !== 'loaded';
}

/** Whether a cell passes although no program of its object was loaded. */
export function nothingLoaded(status: string, findings: readonly Reported[]): boolean {
  return status === 'pass' && findings.some(isUnloaded);
}

/**
 * Whether a cell passes although nothing of its object was attached, because nothing could be tried or because every attach
 * failed and none was required: no plain pass in any format.
 */
export function loadedOnly(status: string, findings: readonly Reported[]): boolean {
  if (status !== 'pass' || nothingLoaded(status, findings)) return false;
  return findings.some((one) => isIdle(one) || attachCount(one)?.passed === 0);
}

/** Whether a cell passes with some programs attached and others not, though that was tried. */
export function attachedPartly(status: string, findings: readonly Reported[]): boolean {
  return status === 'pass' && findings.some((one) => (attachCount(one)?.passed ?? 0) > 0);
}

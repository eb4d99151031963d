import { bytesOf } from '../model/bytes-of.ts';
import type { CellResult } from '../model/cell.ts';
import { leanEvidence } from '../model/lean-evidence.ts';
import { shortEvidence } from './short-evidence.ts';

const MB = 1_000_000;

export interface KeepLimits {
  /** Bytes of evidence that one cell may keep whole. */
  readonly cellBytes: number;
  /** Bytes of evidence that one cell may keep where reports need that much. */
  readonly leanBytes: number;
  /** Bytes for the evidence of all cells of a run. */
  readonly runBytes: number;
  /** Bytes that a cell may keep also when those of the run are used up. */
  readonly floorBytes: number;
}

export const KEEP_LIMITS: KeepLimits = {
  cellBytes: 2 * MB,
  leanBytes: 8 * MB,
  runBytes: 64 * MB,
  floorBytes: 128 * 1000,
};

/** Holds the evidence of a run within bounds: everything lies in the files of its cell, reports need little of it. */
export interface Keeper {
  /** @returns the result with what stays in memory of its evidence; the files of the cell are written by then */
  keep(result: CellResult): CellResult;
}

export function createKeeper(limits: KeepLimits = KEEP_LIMITS): Keeper {
  let held = 0;

  function hold(result: CellResult, weight: number): CellResult {
    held += weight;
    return result;
  }

  return {
    keep(result) {
      const { evidence } = result;
      if (evidence === undefined) return result;
      const weight = bytesOf(evidence);
      if (weight <= limits.cellBytes && held + weight <= limits.runBytes) return hold(result, weight);
      const lean = leanEvidence(evidence);
      const leanWeight = bytesOf(lean);
      const fits = leanWeight <= limits.leanBytes && held + leanWeight <= limits.runBytes;
      if (fits || leanWeight <= limits.floorBytes) return hold(detached({ ...result, evidence: lean }), leanWeight);
      const short = shortEvidence(lean, limits.floorBytes);
      const words =
        `the guest said ${(weight / MB).toFixed(1)} MB about this target, and the report has a part of it; ` +
        'stages.jsonl in its directory has all';
      const shortened = [result.shortened ?? [], words].flat().join('; ');
      return hold(detached({ ...result, evidence: short, shortened }), bytesOf(short));
    },
  };
}

/** A copy of its own: a string that was cut out of a log keeps the whole log alive, in findings as well. */
function detached(result: CellResult): CellResult {
  return { ...result, outcome: structuredClone(result.outcome), evidence: structuredClone(result.evidence) };
}

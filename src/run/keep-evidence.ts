import { bytesOf } from '../model/bytes-of.ts';
import type { CellResult } from '../model/cell.ts';
import { leanEvidence } from '../model/lean-evidence.ts';
import { shortEvidence, shortOutcome } from './short-evidence.ts';

const MB = 1_000_000;

/** Bytes of evidence and findings together. */
export interface KeepLimits {
  /** What one cell may keep whole. */
  readonly cellBytes: number;
  /** What one cell may keep where reports need that much. */
  readonly leanBytes: number;
  /** For all cells of a run. */
  readonly runBytes: number;
  /** What a cell may keep also when the bytes of the run are used up. */
  readonly floorBytes: number;
}

/** V8 looks for garbage when a heap has grown to some four times of what lives in it: what is kept counts that often. */
export const KEEP_LIMITS: KeepLimits = {
  cellBytes: 2 * MB,
  leanBytes: 8 * MB,
  runBytes: 24 * MB,
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
      const { evidence, outcome } = result;
      if (evidence === undefined) return result;
      const found = bytesOf(outcome);
      const said = bytesOf(evidence);
      const weight = said + found;
      if (weight <= limits.cellBytes && held + weight <= limits.runBytes) return hold(result, weight);
      const lean = leanEvidence(evidence);
      const leanWeight = bytesOf(lean) + found;
      const fits = leanWeight <= limits.leanBytes && held + leanWeight <= limits.runBytes;
      if (fits || leanWeight <= limits.floorBytes) return hold(detached({ ...result, evidence: lean }), leanWeight);
      const words =
        `the guest said ${(said / MB).toFixed(1)} MB about this target, and the report has a part of it; ` +
        'stages.jsonl in its directory has all';
      const short = {
        ...result,
        evidence: shortEvidence(lean, limits.floorBytes / 2),
        outcome: shortOutcome(outcome, limits.floorBytes / 2),
        shortened: [result.shortened ?? [], words].flat().join('; '),
      };
      return hold(detached(short), bytesOf(short.evidence) + bytesOf(short.outcome));
    },
  };
}

/** A copy of its own: a string that was cut out of a log keeps the whole log alive, in findings as well. */
function detached(result: CellResult): CellResult {
  return { ...result, outcome: structuredClone(result.outcome), evidence: structuredClone(result.evidence) };
}

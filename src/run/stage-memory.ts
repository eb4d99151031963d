import { bytesOf } from '../model/bytes-of.ts';
import type { Stage } from '../model/evidence.ts';
import { endsOf } from './stage-ends.ts';

/** Bytes of stages that a cell keeps whole while it runs. */
export const WHOLE_BYTES = 8 * 1024 * 1024;

/** What a guest says beyond that is kept with so much of each log and message: less when there is even more of it. */
const ENDS = [
  { below: 2 * WHOLE_BYTES, chars: 2048 },
  { below: Number.POSITIVE_INFINITY, chars: 256 },
] as const;

/** What one cell holds in memory of the stages that came. */
export interface StageMemory {
  /** @returns what is kept of the stage */
  keep(stage: Stage): Stage;
  /** Something was cut. */
  shortened(): boolean;
}

export function createStageMemory(): StageMemory {
  let held = 0;
  let cut = false;
  return {
    keep(stage) {
      const weight = bytesOf(stage);
      if (held + weight <= WHOLE_BYTES) {
        held += weight;
        return stage;
      }
      const chars = ENDS.find(({ below }) => held < below)?.chars ?? 0;
      const kept = endsOf(stage, chars);
      cut ||= kept !== stage;
      held += bytesOf(kept);
      return kept;
    },
    shortened: () => cut,
  };
}

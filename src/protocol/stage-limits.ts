import type { Stage } from '../model/evidence.ts';
import { MAX_PROGRAMS } from '../model/run-defaults.ts';
import { MAX_REQUEST_BYTES } from './frames.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

/** Maps and attaches have the bounds of programs. */
const MAX_SUBJECTS = MAX_PROGRAMS;

/**
 * Bytes and frames of one kind of stage in one request; what a validator says about the largest object stays far below.
 * Kinds that may be said once only are the business of `stage-order.ts`.
 */
export const STAGE_LIMITS: Readonly<Record<Stage['stage'], { readonly bytes: number; readonly frames?: number }>> = {
  begin: { bytes: 64 * KIB },
  step: { bytes: 8 * MIB },
  open: { bytes: 4 * MIB },
  map: { bytes: 16 * MIB, frames: MAX_SUBJECTS },
  program: { bytes: MAX_REQUEST_BYTES, frames: MAX_SUBJECTS },
  core: { bytes: 4 * MIB },
  externs: { bytes: 4 * MIB },
  symbol: { bytes: MIB, frames: 16 },
  format: { bytes: MIB, frames: 16 },
  load: { bytes: 4 * MIB },
  attach: { bytes: MAX_REQUEST_BYTES, frames: MAX_SUBJECTS },
  functional: { bytes: 32 * MIB },
  kernel: { bytes: MIB, frames: 64 },
  exit: { bytes: 64 * KIB },
};

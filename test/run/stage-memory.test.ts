import { describe, expect, it } from 'vitest';
import { bytesOf } from '../../src/model/bytes-of.ts';
import type { Stage } from '../../src/model/evidence.ts';
import { createStageMemory, WHOLE_BYTES } from '../../src/run/stage-memory.ts';
import { attach, functional, program } from '../fixtures/evidence.ts';

const LOG = `${'x'.repeat(59)}\n`.repeat(4369).slice(0, 256 * 1024 - 4);
const failing = (index: number): Stage =>
  program(`p${index}`, { status: 'fail', log: LOG, verifier_log_head: `${LOG}head`, verifier_log_tail: `${LOG}tail` });

/** What is kept of so many stages. */
function keep(count: number, stage: (index: number) => Stage) {
  const memory = createStageMemory();
  const kept = Array.from({ length: count }, (_, index) => memory.keep(stage(index)));
  return { kept, shortened: memory.shortened(), weight: bytesOf(kept) };
}

describe('what a cell holds while it is running', () => {
  it('is all of it where that is not much', () => {
    const stages = Array.from({ length: 10 }, (_, index) => failing(index));
    const { kept, shortened } = keep(10, (index) => stages[index] as Stage);
    expect(kept.every((stage, index) => stage === stages[index])).toBe(true);
    expect(shortened).toBe(false);
  });

  it('is ends of logs beyond that: all the rest of a stage stays', () => {
    const { kept, shortened, weight } = keep(80, failing);
    expect(shortened).toBe(true);
    expect(weight).toBeLessThan(1.1 * WHOLE_BYTES);
    const last = kept.at(-1) as Stage;
    expect(last).toEqual({
      ...failing(79),
      // Whole lines: what is left of a cut one may say something else.
      log: LOG.slice(-2048 + 8),
      verifier_log_head: LOG.slice(0, 2048),
      verifier_log_tail: `${LOG.slice(-2044)}tail`,
      verifier_log_dropped: 2 * (LOG.length + 4 - 2048),
    });
  });

  it('stays small when many stages say a little each', () => {
    const text = 'y'.repeat(4096);
    const { weight, shortened } = keep(10_000, (index) =>
      attach(`p${index}`, { status: 'fail', error: text, reason: text, log: text }),
    );
    expect(shortened).toBe(true);
    expect(weight).toBeLessThan(4 * WHOLE_BYTES);
  });

  it('keeps whole what tests saw: it decides', () => {
    const test = functional('t', { stdout_tail: 'z'.repeat(8192) });
    const { kept, shortened } = keep(2000, () => test);
    expect(kept.every((stage) => stage === test)).toBe(true);
    expect(shortened).toBe(false);
  });
});

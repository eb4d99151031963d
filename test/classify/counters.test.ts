import { expect, test } from 'vitest';
import { withCounter } from '../../src/classify/counters.ts';
import { makeFinding } from '../../src/classify/make-finding.ts';
import type { ObjectFacts } from '../../src/object/facts.ts';
import type { ProgramFacts } from '../../src/object/programs.ts';
import * as fx from '../fixtures/evidence.ts';
import { insns } from '../object/elf-builder.ts';

/** `r1 = *(u32 *)(r10 - 4); r1 += 1; *(u32 *)(r10 - 4) = r1; if r1 > 63 goto`, back to the first. */
const LOOP = [
  [0x61, 0xa1, -4, 0],
  [0x07, 0x01, 0, 1],
  [0x63, 0x1a, -4, 0],
  [0x25, 0x01, -4, 63],
] as const;
const EXIT = [0x95] as const;

/** Facts of an object whose programs are one function. */
function factsOf(list: Parameters<typeof insns>[0]): ObjectFacts {
  const fn = { index: 0, name: 'spins', insns: list.length, code: insns(list) };
  return { functions: [fn], programs: [], core: [] } as unknown as ObjectFacts;
}

const program = { name: 'spins', section: 'x', layout: { parts: [{ fn: 0, start: 0 }] } } as unknown as ProgramFacts;

/** The reason that is given where the kernel stopped at `named`, and printed `printed` last. */
function reasonAt(facts: ObjectFacts, named: number, printed: number): string | undefined {
  const finding = makeFinding({
    code: 'VERIFIER_REJECTION',
    confidence: 'medium',
    phase: 'load',
    subject: 'spins',
    args: { reason: 'infinite_loop', program: 'spins', insn: `${printed}` },
    evidence: { text: `infinite loop detected at insn ${named}`, origin: 'verifier log' },
  });
  return withCounter(finding, fx.passing(), facts, program).args['reason'];
}

test('the loop is the one that the kernel names, not that of the path it printed last', () => {
  const facts = factsOf([...LOOP, EXIT]);
  expect(reasonAt(facts, 3, 4)).toBe('stack_counter');
  expect(reasonAt(facts, 4, 3)).toBe('infinite_loop');
});

test('programs that share a long function with a loop take no time', () => {
  const counts = Array.from({ length: 5000 }, () => LOOP.slice(0, 3)).flat();
  const facts = factsOf([...counts, [0x05, 0, -counts.length - 1, 0], EXIT]);
  const before = process.cpuUsage();
  for (let at = 0; at < 3000; at++) reasonAt(facts, at, at);
  const { user } = process.cpuUsage(before);
  expect(user / 1e6).toBeLessThan(10);
});

import type { Evidence } from '../model/evidence.ts';
import type { Finding } from '../model/finding.ts';
import { kernelVersion, olderThan } from '../model/kernel-range.ts';
import type { ObjectFacts } from '../object/facts.ts';
import type { ProgramFacts } from '../object/programs.ts';
import { sourceLine } from '../object/read-object.ts';
import { type StackCounter, stackCounters } from '../object/stack-counters.ts';
import { viewOf } from '../object/strings.ts';
import { withArgs } from './make-finding.ts';

/** Numbers of four bytes are followed on the stack, at the beginning of eight. */
const KEEPS_WORDS = '5.16';
/** Memory that a helper only reads is as it was after the call. */
const KEEPS_READ = '6.14';
const SLOT = 8;

/**
 * A loop that has no end for the verifier, because it counts where the verifier does not follow the number: in a variable on
 * the stack whose address is passed on, or that is half a slot.
 */
export function withCounter(
  finding: Finding,
  evidence: Evidence,
  facts: ObjectFacts,
  program: ProgramFacts | undefined,
): Finding {
  const { reason, insn = '' } = finding.args;
  if (finding.code !== 'VERIFIER_REJECTION' || reason !== 'infinite_loop' || !program || insn === '') return finding;
  const part = program.layout.parts.findLast(({ start }) => start <= Number(insn));
  const fn = part && facts.functions[part.fn];
  if (!fn) return finding;
  const release = kernelVersion(evidence.hello.kernel.release);
  const counter = stackCounters(viewOf(fn.code), fn.insns, Number(insn) - part.start).find((each) =>
    isLost(each, (since) => olderThan(release, since)),
  );
  if (!counter) return finding;
  const location = sourceLine(facts, program, part.start + counter.insn);
  const known = withArgs<'VERIFIER_REJECTION'>(
    finding,
    { reason: counter.passed ? 'passed_counter' : 'stack_counter' },
    { confidence: 'high' },
  );
  return location ? { ...known, location } : known;
}

function isLost({ width, offset, passed }: StackCounter, before: (since: string) => boolean): boolean {
  if (width === 4 && offset % SLOT !== 0) return true;
  return passed ? before(KEEPS_READ) : width === 4 && before(KEEPS_WORDS);
}

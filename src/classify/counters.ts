import type { Evidence } from '../model/evidence.ts';
import type { Finding } from '../model/finding.ts';
import { kernelVersion, olderThan } from '../model/kernel-range.ts';
import { oncePer } from '../model/once-per.ts';
import type { ObjectFacts } from '../object/facts.ts';
import type { ObjectFunction } from '../object/functions.ts';
import type { ProgramFacts } from '../object/programs.ts';
import { sourceLine } from '../object/read-object.ts';
import { type StackCounter, stackCounters } from '../object/stack-counters.ts';
import { viewOf } from '../object/strings.ts';
import { blamedInsn } from './failing-insn.ts';
import { withArgs } from './make-finding.ts';

/** Numbers of four bytes are followed on the stack, at the beginning of eight. */
const KEEPS_WORDS = '5.16';
/** Memory that a helper only reads is as it was after the call. */
const KEEPS_READ = '6.14';
const SLOT = 8;
/** Instructions that are looked through for one object: thousands of programs may share a function with a loop. */
const MAX_INSNS = 1_000_000;

const looked = oncePer((_facts: ObjectFacts) => ({ room: MAX_INSNS, found: new Map<string, StackCounter[]>() }));

function countersAt(facts: ObjectFacts, { index, code, insns }: ObjectFunction, at: number): StackCounter[] {
  const work = looked(facts);
  const key = `${index} ${at}`;
  const known = work.found.get(key);
  if (known) return known;
  work.room -= insns;
  const found = work.room < 0 ? [] : stackCounters(viewOf(code), insns, at);
  work.found.set(key, found);
  return found;
}

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
  if (finding.code !== 'VERIFIER_REJECTION' || finding.args['reason'] !== 'infinite_loop' || !program) return finding;
  // The last instruction that was printed may end another path.
  const insn = blamedInsn('', finding.evidence?.text ?? '')?.insn ?? Number(finding.args['insn'] ?? Number.NaN);
  const part = program.layout.parts.findLast(({ start }) => start <= insn);
  const fn = part && facts.functions[part.fn];
  if (!fn) return finding;
  const release = kernelVersion(evidence.hello.kernel.release);
  const counter = countersAt(facts, fn, insn - part.start).find((each) =>
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

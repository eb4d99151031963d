import type { Outcome } from '../model/cell.ts';
import { type Evidence, stagesOf } from '../model/evidence.ts';
import type { Finding } from '../model/finding.ts';
import { oncePer } from '../model/once-per.ts';
import { contextFields } from '../object/context-reads.ts';
import type { ObjectFacts } from '../object/facts.ts';
import type { ProgramFacts } from '../object/programs.ts';
import { sourceLine } from '../object/read-object.ts';
import { evidenceLine, makeFinding } from './make-finding.ts';

/** More of them say no more. */
const MAX_FINDINGS = 20;
/** Instructions of programs that are looked at for one result. */
const MAX_INSNS = 1_000_000;

/**
 * Marks a pass of programs that do not do what they were written for, though no kernel rejects them: they print nothing, or
 * read what they do not mean.
 */
export function withSilentFaults(outcome: Outcome, evidence: Evidence, facts: ObjectFacts): Outcome {
  if (outcome.status !== 'pass') return outcome;
  const loaded = new Set(
    stagesOf(evidence, 'program').flatMap(({ name, status, alone }) => (status === 'pass' && !alone ? [name] : [])),
  );
  const found: Finding[] = [];
  let room = MAX_INSNS;
  for (const program of facts.programs) {
    if (!loaded.has(program.name)) continue;
    room -= program.insns;
    if (room < 0 || found.length >= MAX_FINDINGS) break;
    found.push(...wrongFormats(program, facts), ...movedFields(program, evidence, facts));
  }
  return found.length === 0 ? outcome : { ...outcome, findings: [...outcome.findings, ...found] };
}

/** The first call with a wrong format of each function. */
const firstWrong = oncePer(
  ({ wrongFormats }: ObjectFacts) => new Map(wrongFormats.toReversed().map((wrong) => [wrong.fn, wrong])),
);

/** The first format of a program that its helper rejects each time. */
function wrongFormats(program: ProgramFacts, facts: ObjectFacts): Finding[] {
  for (const { fn, start } of program.layout.parts) {
    const wrong = firstWrong(facts).get(fn);
    if (!wrong) continue;
    const { helper, format, conversion, insn } = wrong;
    const finding = makeFinding({
      code: 'PRINTS_NOTHING',
      confidence: 'high',
      phase: 'load',
      subject: program.name,
      args: { program: program.name, section: program.section, reason: 'conversion', helper, format, conversion },
      evidence: evidenceLine(format, 'read-only data of the object'),
    });
    return [{ ...finding, location: sourceLine(facts, program, start + insn) }];
  }
  return [];
}

/** Fields of a tracepoint's record that this kernel has elsewhere, as its format file says. */
function movedFields(program: ProgramFacts, evidence: Evidence, facts: ObjectFacts): Finding[] {
  const { name, section, kind } = program;
  const format =
    kind.type === 'tracepoint' && stagesOf(evidence, 'format').find((each) => each.tracepoint === kind.target);
  if (!format) return [];
  const places = new Map(format.fields.map((field) => [field.name, field]));
  return contextFields(facts, program)
    .flatMap(({ field, offset, type, insn }) => {
      const here = places.get(field);
      if (here === undefined || here.offset === offset) return [];
      const finding = makeFinding({
        code: 'TRACEPOINT_CONTEXT_MISMATCH',
        confidence: 'high',
        phase: 'load',
        subject: name,
        args: {
          ...{ program: name, section, reason: 'moved_field', function: format.tracepoint },
          ...{ field, type, offset: String(here.offset), read: String(offset) },
        },
        evidence: evidenceLine(
          `field:${field}; offset:${here.offset}; size:${here.size};`,
          'format file of the tracepoint',
        ),
      });
      return [{ ...finding, location: sourceLine(facts, program, insn) }];
    })
    .slice(0, 1);
}

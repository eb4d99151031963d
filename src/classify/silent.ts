import type { Outcome } from '../model/cell.ts';
import { type Evidence, stagesOf } from '../model/evidence.ts';
import type { Finding } from '../model/finding.ts';
import { oncePer } from '../model/once-per.ts';
import { contextFields } from '../object/context-reads.ts';
import type { ObjectFacts } from '../object/facts.ts';
import type { ProgramFacts } from '../object/programs.ts';
import { sourceLine } from '../object/read-object.ts';
import { evidenceLine, makeFinding, withArgs } from './make-finding.ts';

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
  let reported = outcome.findings;
  let room = MAX_INSNS;
  for (const program of facts.programs) {
    if (!loaded.has(program.name)) continue;
    room -= program.insns;
    if (room < 0 || found.length >= MAX_FINDINGS) break;
    found.push(...wrongFormats(program, facts));
    const moved = movedField(program, evidence, facts);
    const rejected = moved && reported.find((finding) => isShortRecord(finding, program.name));
    if (moved && rejected) reported = reported.map((each) => (each === rejected ? withField(each, moved) : each));
    else if (moved) found.push(moved);
  }
  if (found.length === 0 && reported === outcome.findings) return outcome;
  return { ...outcome, findings: [...reported, ...found] };
}

/** The kernel did reject what the program reads: that a field moved is why, and no finding of its own. */
function isShortRecord({ code, args }: Finding, program: string): boolean {
  return code === 'TRACEPOINT_CONTEXT_MISMATCH' && args['reason'] === 'record_too_short' && args['program'] === program;
}

function withField(finding: Finding, { args, location }: Finding): Finding {
  const { field, type, offset, read } = args;
  const known = withArgs<'TRACEPOINT_CONTEXT_MISMATCH'>(finding, { field, type, offset, read }, { confidence: 'high' });
  return location ? { ...known, location } : known;
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

/** The first field of a tracepoint's record that this kernel has elsewhere, as its format file says. */
function movedField(program: ProgramFacts, evidence: Evidence, facts: ObjectFacts): Finding | undefined {
  const { name, section, kind } = program;
  const format =
    kind.type === 'tracepoint' && stagesOf(evidence, 'format').find((each) => each.tracepoint === kind.target);
  if (!format) return undefined;
  const places = new Map(format.fields.map((each) => [each.name, each]));
  const moved = contextFields(facts, program).find(({ field, offset }) => {
    const here = places.get(field);
    return here !== undefined && here.offset !== offset;
  });
  const here = moved && places.get(moved.field);
  if (!here) return undefined;
  const { field, offset, type, insn } = moved;
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
  return { ...finding, location: sourceLine(facts, program, insn) };
}

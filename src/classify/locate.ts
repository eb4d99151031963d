import type { Outcome } from '../model/cell.ts';
import type { Evidence, StageOf } from '../model/evidence.ts';
import { type Finding, programsOf, type SourceLocation } from '../model/finding.ts';
import { kernelVersion, olderThan } from '../model/kernel-range.ts';
import { grouped, oncePer } from '../model/once-per.ts';
import type { CoreAccess } from '../object/core.ts';
import type { ObjectFacts } from '../object/facts.ts';
import { linesOfProgram } from '../object/lines.ts';
import { programsNamed } from '../object/program-names.ts';
import type { ProgramFacts } from '../object/programs.ts';
import { coreAccesses, sourceLine } from '../object/read-object.ts';
import { FEATURES } from '../object/tables/features.ts';
import { accessLine } from './access-line.ts';
import { withCallback, withLoops } from './callbacks.ts';
import { withCounter } from './counters.ts';
import { type Blamed, blamedInsn, rejectedFeature, rejectedInsn } from './failing-insn.ts';
import { withFixedOffset } from './fixed-offset.ts';
import { withConsequences } from './follows.ts';
import { withOwnLimits } from './own-limits.ts';
import { failedProgram } from './reported-programs.ts';
import { inRepository, type Sources } from './source-paths.ts';
import { withTailCalls } from './tail-calls.ts';
import { withUnplaced } from './unplaced.ts';
import { withUntested } from './untested.ts';
import { verifierText } from './verifier-log.ts';

type ProgramStage = StageOf<'program'>;

const RELOCATION = /^prog '([^']+)': relo #(\d+): /;
/** As long as the words of the log that findings carry. */
const MAX_SOURCE = 120;

/**
 * Gives every finding of an outcome the line of C it points to, as far as the object and the log show: the rejected
 * instruction, the access or symbol that is missing, else the program itself where it could not be attached or loaded.
 */
export function locateFindings(
  outcome: Outcome,
  evidence: Evidence,
  facts: ObjectFacts,
  sources: Sources = new Map(),
): Outcome {
  if (outcome.status !== 'pass' && outcome.status !== 'fail') return outcome;
  const findings = outcome.findings.map((each) => {
    const reported = withUnplaced(withUntested(each, facts), facts);
    const program = programOf(reported, facts);
    const own = withOwnLimits(withAccess(reported, facts), program);
    const known = withFixedOffset(withCounter(own, evidence, facts, program), evidence, facts, program);
    const finding = withFeature(withTailCalls(known, evidence, facts), evidence, facts);
    const location = finding.location ?? locate(finding, evidence, facts);
    return location ? { ...finding, location: inRepository(location, sources) } : finding;
  });
  return { ...outcome, findings: withConsequences(findings, facts) };
}

/** libbpf names a relocation it gives up on by its number alone: the object says which access it is. */
function withAccess(finding: Finding, facts: ObjectFacts): Finding {
  if (finding.code !== 'CORE_RELOCATION_FAILURE' || finding.args['field'] !== undefined) return finding;
  const number = RELOCATION.exec(finding.evidence?.text ?? '')?.[2];
  const program = number === undefined ? undefined : programOf(finding, facts);
  const access = program && relocationRecord(program, Number(number), facts)?.access;
  if (access === undefined) return finding;
  return { ...finding, subject: access, args: { ...finding.args, field: access } };
}

/** The kernel does not say what it cannot read: the object has what is meant, and a table the first kernel with it. */
function withFeature(finding: Finding, evidence: Evidence, facts: ObjectFacts): Finding {
  const program = programOf(finding, facts);
  if (finding.code === 'VERIFIER_COMPLEXITY') return withLoops(finding, program);
  if (finding.args['reason'] === 'callback') return withCallback(finding, program);
  const feature = program && rejectedFeature(program, finding);
  if (feature === undefined) return finding;
  const { words, ...row } = FEATURES[feature];
  const since = row.since === '' ? undefined : row.since;
  const tooOld = olderThan(kernelVersion(evidence.hello.kernel.release), since);
  const confidence = tooOld ? 'high' : finding.confidence;
  return { ...finding, confidence, args: { ...finding.args, ...(since !== undefined && { since }), feature: words } };
}

function locate(finding: Finding, evidence: Evidence, facts: ObjectFacts): SourceLocation | undefined {
  if (!['open', 'load', 'attach'].includes(finding.phase)) return undefined;
  const program = programOf(finding, facts);
  // What is said of a program that the object does not have is in none of its lines.
  if (!program) return finding.args['program'] === undefined ? userOf(finding, facts) : undefined;
  const stage = failedProgram(evidence, program.name);
  const blamed = insnOf(finding, program, stage, facts);
  if (blamed === undefined) return sourceLine(facts, program, 0);
  const location = sourceLine(facts, program, blamed.insn);
  const reported = location && checked(location, blamed, finding, program, facts);
  if (!reported || finding.code !== 'CORE_RELOCATION_FAILURE') return reported;
  return accessLine(reported, finding.args['field'] ?? finding.subject ?? '', program, facts);
}

function programOf(finding: Finding, facts: ObjectFacts): ProgramFacts | undefined {
  const name = programsOf(finding.args)[0] || finding.subject;
  const named = programsNamed(facts, name ?? '');
  return named.find(({ section }) => section === finding.args['section']?.replace(/^\?/, '')) ?? named[0];
}

function insnOf(
  finding: Finding,
  program: ProgramFacts,
  stage: ProgramStage | undefined,
  facts: ObjectFacts,
): Blamed | undefined {
  const text = finding.evidence?.text ?? '';
  if (finding.phase === 'attach') return undefined;
  if (finding.code === 'UNSUPPORTED_GLOBAL_FUNCTION') {
    const part = program.layout.parts.find(({ fn }) => facts.functions[fn]?.name === finding.args['function']);
    if (part) return { insn: part.start, current: false };
  }
  if (finding.evidence?.origin === 'verifier log' && stage) {
    // The call is to blame, not what was acquired for it.
    const cause = finding.args['reason'] === 'held_tail_call' ? '' : text;
    const blamed = blamedInsn(verifierText(stage), cause);
    if (blamed !== undefined) return blamed;
  }
  const relocation = RELOCATION.exec(text)?.[2];
  const insn =
    relocation !== undefined
      ? relocationInsn(program, Number(relocation), facts)
      : finding.code === 'CORE_RELOCATION_FAILURE'
        ? coreAccesses(facts, program).find(({ access }) => access === finding.subject)?.insn
        : rejectedInsn(program, finding);
  return insn === undefined ? undefined : { insn, current: false };
}

const coreBySection = oncePer((facts: ObjectFacts) =>
  grouped(facts.core, ({ fn }) => facts.functions[fn]?.sectionName ?? ''),
);

/** libbpf counts the relocations of a section, not those of a program. */
function relocationRecord(program: ProgramFacts, number: number, facts: ObjectFacts): CoreAccess | undefined {
  const main = program.layout.parts[0];
  const section = main && facts.functions[main.fn]?.sectionName;
  return coreBySection(facts).get(section ?? '')?.[number];
}

function relocationInsn(program: ProgramFacts, number: number, facts: ObjectFacts): number | undefined {
  const record = relocationRecord(program, number, facts);
  const part = record && program.layout.parts.find(({ fn }) => fn === record.fn);
  return record && part && part.start + record.insn;
}

/** The first program that refers to the extern a finding about the whole object names. */
function userOf(finding: Finding, facts: ObjectFacts): SourceLocation | undefined {
  for (const program of facts.programs) {
    const insn = rejectedInsn(program, finding);
    if (insn !== undefined) return sourceLine(facts, program, insn);
  }
  return undefined;
}

/**
 * Holds the object's line against what the log printed above the cause. When they differ the log is right about the
 * text: a line of the program with that text, if there is only one, takes the place.
 */
function checked(
  location: SourceLocation,
  { current }: Blamed,
  finding: Finding,
  program: ProgramFacts,
  facts: ObjectFacts,
): SourceLocation | undefined {
  const { source_text: said, source: at } = finding.args;
  if (said === undefined) return location;
  const agrees = ({ file, line, text }: Pick<SourceLocation, 'file' | 'line' | 'text'>): boolean =>
    text.trim().slice(0, MAX_SOURCE) === said.trim() && (at === undefined || at === `${basename(file)}:${line}`);
  if (agrees(location)) return { ...location, certainty: 'exact' };
  if (!current) return location;
  const others = linesOfProgram(facts, program.layout).filter(agrees);
  const places = new Set(others.map(({ file, line }) => `${file}:${line}`));
  const [only] = others;
  return only && places.size === 1 ? { ...only, certainty: 'exact' } : location;
}

function basename(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

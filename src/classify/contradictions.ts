import type { FunctionalTest, Outcome } from '../model/cell.ts';
import { type Evidence, firstStage, type StageOf, stagesOf } from '../model/evidence.ts';
import { grouped } from '../model/once-per.ts';
import type { ObjectFacts } from '../object/facts.ts';
import { asReported } from './as-reported.ts';
import { withNote } from './proven.ts';
import { type ReportedDocument, reportedDocument } from './reported-document.ts';
import { programKey } from './reported-programs.ts';

/** What the host knows without the guest. */
export interface Known {
  /** The host's own reading of the object; undefined where there is none, or it is not complete. */
  readonly facts: ObjectFacts | undefined;
  /** The request's lines that change the object. */
  readonly tuning: readonly string[];
  /** Tests in the order in which they were sent. */
  readonly tests: readonly FunctionalTest[];
  readonly attaches: boolean;
}

type Functional = StageOf<'functional'>;

/** Longer names and commands may come back cut. */
const COMPARED = 80;
/** A document of more programs may not fit into one frame. */
const DOCUMENT_FITS = 1000;
/** What the guest responds when it cannot read the plan; never a pass. */
const UNREAD_PLAN = 'functional-plan';

function same(sent: string, reported: string): boolean {
  const text = sent.trim();
  return text.length <= COMPARED ? text === reported : reported.startsWith(text.slice(0, COMPARED));
}

function plain(name: string): string {
  return name.replace(/[^\x20-\x7e]/g, '?').slice(0, COMPARED);
}

/** Programs that the request itself switches on or off, or tries before it chooses one of a group. */
function changedPrograms(tuning: readonly string[]): ReadonlySet<string> {
  const changed = new Set<string>();
  for (const line of tuning) {
    const [key, subject = '', value = ''] = line.split('=');
    if (key === 'set_autoload') changed.add(subject);
    if (key === 'prog_variants') for (const variant of value.split(',')) changed.add(variant.split(':')[0] ?? '');
  }
  return changed;
}

/** The programs that the guest opened are those that stand in the bytes we sent. */
function againstObject(open: StageOf<'open'>, facts: ObjectFacts, changed: ReadonlySet<string>): string | undefined {
  if (facts.problems.length > 0 || open.status !== 'pass') return undefined;
  const reported = grouped(open.programs, ({ name }) => name);
  for (const { name: written, section: place, autoload } of facts.programs) {
    const [name, section] = [asReported(written), asReported(place)];
    const named = reported.get(name);
    if (!named) return `program ${plain(name)} is in the object, and the guest does not list it`;
    const program = named.find((one) => same(section, one.section));
    if (!program) {
      return `program ${plain(name)} is in section ${plain(section)}, and the guest says ${plain(named[0]?.section ?? '')}`;
    }
    if (autoload && !program.autoload && !changed.has(name)) {
      return `program ${plain(name)} is loaded by default, and the guest says that it is not`;
    }
  }
  if (open.programs.length === facts.programs.length) return undefined;
  return `the object has ${facts.programs.length} programs, and the guest lists ${open.programs.length}`;
}

/** Attaches with the name of the program where the other stages have it. */
function attachesOf(evidence: Evidence): (StageOf<'attach'> & { readonly name: string })[] {
  return stagesOf(evidence, 'attach').map((stage) => ({ ...stage, name: stage.program }));
}

/** Stages by their program. Of several programs of one name and section the worst stands for all. */
function byProgram<S extends { readonly name: string; readonly section: string; readonly status: string }>(
  stages: readonly S[],
): ReadonlyMap<string, S & { readonly times: number }> {
  const all = new Map<string, S & { readonly times: number }>();
  for (const stage of stages) {
    const other = all.get(programKey(stage));
    const worst = other !== undefined && other.status !== 'pass' ? other : stage;
    all.set(programKey(stage), { ...worst, times: (other?.times ?? 0) + 1 });
  }
  return all;
}

/** What is said of single programs fits to what is said of the object. */
function withinStages(evidence: Evidence, { attaches }: Known, changed: ReadonlySet<string>): string | undefined {
  const open = firstStage(evidence, 'open');
  const programs = byProgram(stagesOf(evidence, 'program'));
  const attached = byProgram(attachesOf(evidence));
  const opened = grouped(open?.programs ?? [], programKey);
  for (const [key, { name }] of [...programs, ...attached]) {
    if (!opened.has(key)) return `the guest speaks of a program ${plain(name)} that it did not open`;
  }
  for (const [key, { name, status }] of attached) {
    if (status === 'pass' && programs.get(key)?.status !== 'pass') {
      return `program ${plain(name)} was attached, and the guest does not say that it was loaded`;
    }
  }
  const exit = firstStage(evidence, 'exit');
  if (firstStage(evidence, 'load')?.status !== 'pass' || exit?.kind !== 'exited') return undefined;
  for (const [key, twins] of opened) {
    const { name } = twins[0] as (typeof twins)[number];
    const autoload = twins.some((twin) => twin.autoload);
    const stage = programs.get(key);
    if (autoload && (stage?.times ?? 0) < twins.filter((twin) => twin.autoload).length)
      return `the object was loaded, and the guest says nothing about its program ${plain(name)}`;
    if (autoload && stage?.status !== 'pass' && !changed.has(name)) {
      return `the object was loaded, and its program ${plain(name)} was not`;
    }
    // After a failure (a group without a program that loads) nothing is attached.
    if (attaches && exit.code === 0 && (attached.get(key)?.times ?? 0) < twins.length) {
      return `the guest does not say whether program ${plain(name)} was attached`;
    }
  }
  return undefined;
}

/** Every result of a test is one of a test of the request, in the order of the plan. */
function againstPlan(stages: readonly Functional[], tests: readonly FunctionalTest[]): string | undefined {
  for (const [index, stage] of stages.entries()) {
    const test = tests[index];
    if (stage.name === UNREAD_PLAN && stage.status === 'fail') continue;
    if (!test) return `the guest reports a test ${plain(stage.name)} that is not in the plan`;
    if (!same(test.name, stage.name))
      return `test ${plain(test.name)} was due, and the guest reports ${plain(stage.name)}`;
    const what = `test ${plain(test.name)}`;
    if (!same(test.command, stage.command))
      return `${what}: the guest reports a command that is not the one it was sent`;
    if (stage.expected_exit_code !== test.expectExitCode)
      return `${what}: the guest expected another exit code than the request has`;
    if (stage.required !== test.required)
      return `${what}: the guest took it for ${stage.required ? 'required' : 'optional'}`;
    if (stage.status !== 'pass') continue;
    if (stage.timed_out) return `${what}: the guest says that it passed and that it timed out`;
    if (test.command !== '' && stage.exit_code !== test.expectExitCode) {
      return `${what}: the guest says that it passed and that it ended with exit code ${stage.exit_code}`;
    }
  }
  return undefined;
}

/** The document is written at the end, from the validator's memory: it says the same as the stages did before. */
function againstDocument(evidence: Evidence, document: ReportedDocument): string | undefined {
  const exit = firstStage(evidence, 'exit');
  const open = firstStage(evidence, 'open');
  const load = firstStage(evidence, 'load');
  const differs = (what: string, said: unknown, later: unknown): string =>
    `${what} is ${plain(String(said))} in the stages and ${plain(String(later))} in the validator's document`;
  const end = exit?.code === 0 ? 'pass' : 'fail';
  if (document.status !== end) return differs('the result', end, document.status);
  if (load && load.status !== document.load) return differs('the load', load.status, document.load);
  const programs = byProgram(stagesOf(evidence, 'program'));
  const attached = byProgram(attachesOf(evidence));
  if (open?.status === 'pass' && open.programs.length !== document.programs.length) {
    return differs('the number of programs', open.programs.length, document.programs.length);
  }
  for (const [index, { name, section }] of (open?.programs ?? []).entries()) {
    const reported = document.programs[index];
    const what = `program ${plain(name)}`;
    if (reported?.['name'] !== name || reported['section'] !== section)
      return differs(what, section, reported?.['section']);
    const key = programKey({ name, section });
    const [loaded, hung] = [programs.get(key)?.status, attached.get(key)?.status];
    if (loaded && loaded !== reported['load_status'])
      return differs(`the load of ${what}`, loaded, reported['load_status']);
    if (hung && hung !== reported['attach_status'])
      return differs(`the attach of ${what}`, hung, reported['attach_status']);
  }
  for (const [index, stage] of stagesOf(evidence, 'functional').entries()) {
    const reported = document.tests[index];
    for (const key of ['name', 'command', 'status', 'exit_code', 'timed_out'] as const) {
      if (reported?.[key] !== stage[key])
        return differs(`${key} of test ${plain(stage.name)}`, stage[key], reported?.[key]);
    }
  }
  return undefined;
}

function ofDocument(evidence: Evidence): string | undefined {
  if (firstStage(evidence, 'exit')?.kind !== 'exited') return undefined;
  if (evidence.document === undefined) {
    const few = (firstStage(evidence, 'open')?.programs.length ?? 0) <= DOCUMENT_FITS;
    return few ? "the validator's document is missing" : undefined;
  }
  const document = reportedDocument(evidence.document);
  return document ? againstDocument(evidence, document) : "the validator's document cannot be read";
}

/**
 * Holds what a guest said against itself and against what the host knows without it. An object or a command that writes
 * into the validator's result has to bend all of it alike.
 * @returns what does not fit, in plain words; undefined when everything does
 */
export function contradiction(evidence: Evidence, known: Known): string | undefined {
  const open = firstStage(evidence, 'open');
  const changed = changedPrograms(known.tuning);
  return (
    (open && known.facts && againstObject(open, known.facts, changed)) ??
    withinStages(evidence, known, changed) ??
    againstPlan(stagesOf(evidence, 'functional'), known.tests) ??
    ofDocument(evidence)
  );
}

/** A pass stands only on a result without contradiction; a failure that the guest reported stays one, with a note. */
export function withoutContradiction(outcome: Outcome, evidence: Evidence, known: Known): Outcome {
  if (outcome.status === 'infra_error') return outcome;
  const found = contradiction(evidence, known);
  if (found === undefined) return outcome;
  if (outcome.status === 'fail') return withNote(outcome, 'contradiction', found);
  return { status: 'infra_error', cause: 'protocol', message: `the guest's response contradicts itself: ${found}` };
}

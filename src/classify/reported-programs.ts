import { type Evidence, firstStage, type StageOf, stagesOf } from '../model/evidence.ts';
import { grouped, oncePer } from '../model/once-per.ts';

type OpenedProgram = StageOf<'open'>['programs'][number];
type ProgramStage = StageOf<'program'>;

const opened = oncePer((evidence: Evidence) =>
  grouped(firstStage(evidence, 'open')?.programs ?? [], ({ name }) => name),
);
const loads = oncePer((evidence: Evidence) => grouped(stagesOf(evidence, 'program'), ({ name }) => name));

/** Distinguishes programs of one name, which stand in different sections. */
export function programKey({ name, section }: { readonly name: string; readonly section: string }): string {
  return `${section}\0${name}`;
}

/** What the guest said about a program when it opened the object. */
export function openedProgram(evidence: Evidence, name: string): OpenedProgram | undefined {
  return opened(evidence).get(name)?.[0];
}

/** What became of the programs of a name; there may be several, in different sections. */
export function programStages(evidence: Evidence, name: string): readonly ProgramStage[] {
  return loads(evidence).get(name) ?? [];
}

/** The load of a program that failed. */
export function failedProgram(evidence: Evidence, name: string | undefined): ProgramStage | undefined {
  return programStages(evidence, name ?? '').find(({ status }) => status === 'fail');
}

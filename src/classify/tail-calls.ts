import type { Evidence, StageOf } from '../model/evidence.ts';
import type { Finding } from '../model/finding.ts';
import { oncePer } from '../model/once-per.ts';
import type { ObjectFacts } from '../object/facts.ts';
import { programsNamed } from '../object/program-names.ts';
import type { ProgramFacts } from '../object/programs.ts';
import { recode } from './make-finding.ts';
import { failedProgram, programStages } from './reported-programs.ts';
import { verifierText } from './verifier-log.ts';

const EINVAL = -22;
const TAIL_CALL = 12;
const CANDIDATES: readonly Finding['code'][] = ['UNKNOWN', 'VERIFIER_REJECTION'];

/** The verifier went through the whole program and found nothing: statistics are all that it wrote last. */
function wasVerified(stage: StageOf<'program'>): boolean {
  return verifierText(stage)
    .split('\n')
    .some((line) => /^processed \d+ insns /.test(line));
}

const callers = oncePer((facts: ObjectFacts) => facts.programs.filter(({ helpers }) => helpers.has(TAIL_CALL)));

/** The first programs of two hooks that were loaded and call through an array: any program is on another one than one of them. */
const owners = oncePer((evidence: Evidence) =>
  oncePer((facts: ObjectFacts) => {
    const found = new Map<string, ProgramFacts[]>();
    for (const program of callers(facts)) {
      if (!programStages(evidence, program.name).some(({ status }) => status === 'pass')) continue;
      for (const map of program.maps) {
        const known = found.get(map) ?? [];
        const isNew = known.length < 2 && known.every(({ section }) => section !== program.section);
        found.set(map, isNew ? [...known, program] : known);
      }
    }
    return found;
  }),
);

/**
 * A program array belongs to the first program that uses it: its type, and on kernels with that check its expected attach
 * type or its attach function too (`__bpf_prog_map_compatible`, kernel/bpf/core.c). The kernel compares them after the
 * verifier has accepted the program, and returns EINVAL with an empty log. Reported only where the program was verified, where
 * it calls through an array, and where another program of the object on another hook was loaded with the same array.
 */
export function withTailCalls(finding: Finding, evidence: Evidence, facts: ObjectFacts): Finding {
  if (!CANDIDATES.includes(finding.code) || finding.phase !== 'load') return finding;
  if (finding.code === 'VERIFIER_REJECTION' && finding.args['reason'] !== 'no_log') return finding;
  const stage = failedProgram(evidence, finding.subject);
  const [program] = programsNamed(facts, finding.subject ?? '');
  if (!stage || !program?.helpers.has(TAIL_CALL) || stage.errno !== EINVAL || !wasVerified(stage)) return finding;
  for (const { name: map, type } of facts.maps) {
    if (type !== 'prog_array' || !program.maps.includes(map)) continue;
    const loaded = owners(evidence)(facts).get(map) ?? [];
    const owner = loaded.find(({ name, section }) => name !== program.name && section !== program.section);
    if (owner === undefined) continue;
    return recode(finding, 'TAIL_CALL_INCOMPATIBLE', {
      confidence: 'medium',
      subject: map,
      args: { map, program: program.name, owner: owner.name, owner_section: owner.section },
    });
  }
  return finding;
}

import { type Evidence, type StageOf, stagesOf } from '../model/evidence.ts';
import type { Finding } from '../model/finding.ts';
import type { ObjectFacts } from '../object/facts.ts';
import type { ProgramFacts } from '../object/programs.ts';
import { recode } from './make-finding.ts';
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

/** Programs that call into the same program array from another hook. */
function rivals(program: ProgramFacts, map: string, facts: ObjectFacts): ProgramFacts[] {
  return facts.programs.filter(
    (other) =>
      other.name !== program.name &&
      other.section !== program.section &&
      other.helpers.has(TAIL_CALL) &&
      other.maps.includes(map),
  );
}

/**
 * A program array belongs to the first program that uses it: its type, and on kernels with that check its expected attach
 * type or its attach function too (`__bpf_prog_map_compatible`, kernel/bpf/core.c). The kernel compares them after the
 * verifier has accepted the program, and answers EINVAL without a word. Told only where the program was verified, where
 * it calls through an array, and where another program of the object on another hook was loaded with the same array.
 */
export function withTailCalls(finding: Finding, evidence: Evidence, facts: ObjectFacts): Finding {
  if (!CANDIDATES.includes(finding.code) || finding.phase !== 'load') return finding;
  if (finding.code === 'VERIFIER_REJECTION' && finding.args['reason'] !== 'no_log') return finding;
  const stages = stagesOf(evidence, 'program');
  const stage = stages.find(({ name, status }) => name === finding.subject && status === 'fail');
  const program = facts.programs.find(({ name }) => name === finding.subject);
  if (!stage || !program?.helpers.has(TAIL_CALL) || stage.errno !== EINVAL || !wasVerified(stage)) return finding;
  const loaded = new Set(stages.filter(({ status }) => status === 'pass').map(({ name }) => name));
  for (const { name: map, type } of facts.maps) {
    if (type !== 'prog_array' || !program.maps.includes(map)) continue;
    const owner = rivals(program, map, facts).find(({ name }) => loaded.has(name));
    if (owner === undefined) continue;
    return recode(finding, 'TAIL_CALL_INCOMPATIBLE', {
      confidence: 'medium',
      subject: map,
      args: { map, program: program.name, owner: owner.name, owner_section: owner.section },
    });
  }
  return finding;
}

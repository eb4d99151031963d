import { type Evidence, stagesOf } from '../model/evidence.ts';
import type { Finding } from '../model/finding.ts';
import { contextStructure } from '../object/context-reads.ts';
import type { ObjectFacts } from '../object/facts.ts';
import { withArgs } from './make-finding.ts';

/** What a program takes the record of a tracepoint for that ends before what it reads, and what is in it. */
export function shortRecord(finding: Finding, evidence: Evidence, facts: ObjectFacts): Finding {
  const { reason, program } = finding.args;
  if (finding.code !== 'TRACEPOINT_CONTEXT_MISMATCH' || reason !== 'record_too_short') return finding;
  const own = facts.programs.find(({ name }) => name === program);
  const format = stagesOf(evidence, 'format').find(({ tracepoint }) => tracepoint === own?.kind.target);
  const fields = format?.fields.map(({ name }) => name).filter((name) => !name.startsWith('common_'));
  return withArgs<'TRACEPOINT_CONTEXT_MISMATCH'>(finding, {
    type: own && contextStructure(facts, own)?.type,
    fields: fields === undefined || fields.length === 0 ? undefined : fields.join(', '),
  });
}

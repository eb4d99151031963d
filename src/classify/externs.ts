import { type Evidence, stagesOf } from '../model/evidence.ts';
import type { Finding } from '../model/finding.ts';
import { grouped, oncePer } from '../model/once-per.ts';
import { withArgs } from './make-finding.ts';

const MAX_ALSO = 20;

const externsOf = oncePer((evidence: Evidence) => {
  const all = stagesOf(evidence, 'externs').flatMap((stage) => stage.externs);
  const absent = all.filter(({ present, weak }) => present === false && !weak).map(({ name }) => name);
  // One more than are reported: the name itself may be among them.
  return { byName: grouped(all, ({ name }) => name), absent: [...new Set(absent)].slice(0, MAX_ALSO + 1) };
});

/**
 * Holds a missing kernel function, variable or option against the guest's list of what the object names: the failure is
 * certain when the guest looked for the name and does not have it. `also` gets the other strong names that are absent.
 */
export function explainExtern(finding: Finding, evidence: Evidence): Finding {
  const name = finding.args['function'] ?? finding.args['symbol'];
  const known = externsOf(evidence).byName.get(name ?? '')?.[0];
  if (!known) return finding;
  const also = externsOf(evidence).absent.filter((other) => other !== name);
  const explained = withArgs<'MISSING_KFUNC' | 'UNRESOLVED_KSYM' | 'UNRESOLVED_KCONFIG'>(
    finding,
    { module: known.module },
    { confidence: known.present === false ? 'high' : finding.confidence },
  );
  return { ...explained, also: also.slice(0, MAX_ALSO) };
}

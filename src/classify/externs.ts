import { type Evidence, stagesOf } from '../model/evidence.ts';
import type { Finding } from '../model/finding.ts';
import { recode } from './make-finding.ts';

const MAX_ALSO = 20;

/**
 * Holds a missing kernel function, variable or option against the guest's list of what the object names: the failure is
 * certain when the guest looked for the name and does not have it. `also` gets the other strong names that are absent.
 */
export function explainExtern(finding: Finding, evidence: Evidence): Finding {
  const externs = stagesOf(evidence, 'externs').flatMap((stage) => stage.externs);
  const name = finding.args['function'] ?? finding.args['symbol'];
  const known = externs.find((extern) => extern.name === name);
  if (!known) return finding;
  const also = externs
    .filter((extern) => extern.present === false && !extern.weak && extern.name !== name)
    .map((extern) => extern.name);
  const explained = recode(finding, finding.code, {
    confidence: known.present === false ? 'high' : finding.confidence,
    args: { module: known.module || undefined },
  });
  return { ...explained, also: [...new Set(also)].slice(0, MAX_ALSO) };
}

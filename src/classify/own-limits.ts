import type { Finding } from '../model/finding.ts';
import type { ProgramFacts } from '../object/programs.ts';
import { recode, withArgs } from './make-finding.ts';

/** Maps that one program may refer to, on every kernel. */
const MAX_MAPS = 64;

/** As the kernel prints it: what it stopped at may be another instruction that it does not know. */
const INDIRECT_CALL = '8d';

/**
 * What no kernel accepts and the object shows, where the words of a kernel are about something else or there are none: it
 * stumbles over a function whose address is taken, or says that the argument list is too long.
 */
export function withOwnLimits(finding: Finding, program: Pick<ProgramFacts, 'features' | 'maps'> | undefined): Finding {
  if (program === undefined) return finding;
  const { reason, errno, opcode = INDIRECT_CALL } = finding.args;
  const rejectedCode = finding.code === 'UNSUPPORTED_INSTRUCTION' && (reason === 'opcode' || reason === 'callback');
  if (rejectedCode && opcode === INDIRECT_CALL && program.features.has('indirect_call')) {
    return recode(finding, 'VERIFIER_REJECTION', { confidence: 'high', args: { reason: 'indirect_call' } });
  }
  const silent = finding.code === 'VERIFIER_REJECTION' && reason === 'no_log' && errno === 'E2BIG';
  if (!silent || program.maps.length <= MAX_MAPS) return finding;
  return withArgs<'VERIFIER_REJECTION'>(finding, { reason: 'many_maps' }, { confidence: 'high' });
}

import type { Finding } from '../model/finding.ts';
import { makeFinding } from './make-finding.ts';

/** What the kernel is given of the name of a program or a map. */
const GIVEN = 15;
const TAKEN = /^[A-Za-z0-9_.]*$/;
const EINVAL = -22;

/**
 * A load that the kernel rejects for the name alone, whatever else is wrong: it takes letters, digits, `_` and `.`. Maps that stand
 * for a data section are called like that here, and libbpf gives the kernel another name.
 * Compilers give other names to what has an asm label or comes from another language.
 * @param what `program` or `map`, by its argument
 * @returns undefined where the name is taken, or the kernel said something else than EINVAL
 */
export function nameFinding(
  what: 'program' | 'map',
  name: string,
  errno: number,
  common: Pick<Finding, 'phase' | 'evidence'>,
): Finding | undefined {
  if (what === 'map' && name.startsWith('.')) return undefined;
  if (errno !== EINVAL || TAKEN.test(name.slice(0, GIVEN))) return undefined;
  const about = what === 'map' ? { map: name } : {};
  return makeFinding({
    ...{ phase: common.phase, evidence: common.evidence, code: 'OBJECT_NOT_LIBBPF_COMPATIBLE', confidence: 'high' },
    ...{ subject: name, ...(what === 'program' && { programs: [name] }) },
    args: { ...about, reason: 'kernel_name', errno: 'EINVAL' },
  });
}

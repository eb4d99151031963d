import type { Finding } from '../model/finding.ts';
import { nameList } from '../model/name-list.ts';
import type { ObjectFacts } from '../object/facts.ts';
import { withArgs } from './make-finding.ts';

/** SHN_COMMON, as libbpf prints it. */
const COMMON = /invalid section #65522 |special section 0xfff2/;

/** What an object without types or places is rejected for: libbpf names neither its maps nor its variables. */
export function withUnplaced(finding: Finding, { commonVariables, untypedMaps }: ObjectFacts): Finding {
  if (finding.subject !== undefined) return finding;
  const [variable] = commonVariables;
  const [map] = untypedMaps;
  if (finding.code === 'MISSING_OBJECT_BTF' && map !== undefined) {
    return withArgs<'MISSING_OBJECT_BTF'>(finding, { map: nameList(untypedMaps) }, { subject: map });
  }
  const unplaced = finding.code === 'OBJECT_NOT_LIBBPF_COMPATIBLE' && COMMON.test(finding.evidence?.text ?? '');
  if (!unplaced || variable === undefined) return finding;
  const args = { symbol: nameList(commonVariables) };
  return withArgs<'OBJECT_NOT_LIBBPF_COMPATIBLE'>(finding, args, { subject: variable });
}

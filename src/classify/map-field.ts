import { type Evidence, stagesOf } from '../model/evidence.ts';
import type { Finding } from '../model/finding.ts';
import { libbpfLines } from './libbpf-log.ts';
import { withArgs } from './make-finding.ts';

/** libbpf tries a second time without the types of a map, which then say nothing of the field that was not taken. */
const WITHOUT_TYPES = /^Error in bpf_create_map_xattr\((?<map>[^)]+)\): -(?<error>\w+)\. Retrying without BTF\.$/;
/** All types of the object were rejected. E2BIG: a value has more of a field than it may have, and nothing else is that. */
const NO_TYPES = /^BTF loading error: -(?<error>\w+)$/;

/**
 * A map without types, of which a program uses a lock or timer: where the object has the types and the kernel rejected
 * them, it is the field that this map cannot have, or has twice.
 */
export function explainField(finding: Finding, evidence: Evidence): Finding {
  if (finding.args['reason'] !== 'needs_btf') return finding;
  const logs = [...stagesOf(evidence, 'load'), ...stagesOf(evidence, 'program')].map(({ log }) => log);
  const lines = logs.flatMap(libbpfLines);
  const map = lines
    .map((line) => WITHOUT_TYPES.exec(line)?.groups)
    .find((groups) => groups?.['map'] === finding.subject);
  const all = lines.map((line) => NO_TYPES.exec(line)?.groups).find(Boolean);
  const rejected = map?.['error'] ?? all?.['error'];
  if (rejected === undefined) return finding;
  const reason = map ? 'special_field' : rejected === 'E2BIG' ? 'field_twice' : 'types_rejected';
  return withArgs<'INVALID_MAP_PARAMS'>(finding, { reason, errno: rejected }, { confidence: 'high' });
}

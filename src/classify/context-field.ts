import type { Outcome } from '../model/cell.ts';
import type { Evidence } from '../model/evidence.ts';
import type { Finding } from '../model/finding.ts';
import { kernelVersion, olderThan } from '../model/kernel-range.ts';
import { contextStructure } from '../object/context-reads.ts';
import type { ObjectFacts } from '../object/facts.ts';
import { withArgs } from './make-finding.ts';
import { openedProgram } from './reported-programs.ts';
import { shortRecord } from './short-record.ts';

/**
 * First kernels of the fields of contexts whose layout never changes (include/uapi/linux/bpf.h): the byte at which the fields
 * begin that a kernel added. What comes before the first row is older than 4.4.
 */
const FIELDS_SINCE: Readonly<Record<string, readonly (readonly [from: number, since: string])[]>> = {
  'struct __sk_buff': [
    [76, '4.7'],
    [84, '4.12'],
    [88, '4.14'],
    [140, '4.15'],
    [144, '4.20'],
    [152, '5.0'],
    [164, '5.1'],
    [176, '5.7'],
    [180, '5.18'],
  ],
  'struct xdp_md': [
    [0, '4.8'],
    [8, '4.15'],
    [12, '4.16'],
    [20, '5.8'],
  ],
  'struct bpf_sock': [
    [0, '4.17'],
    [48, '5.1'],
    [76, '5.8'],
  ],
  'struct bpf_sockopt': [[0, '5.3']],
  'struct bpf_sock_addr': [
    [0, '4.17'],
    [40, '4.18'],
    [64, '5.3'],
  ],
};

/** Fields that a type may read only since it got access to packets: older kernels have them for other types alone. */
const LATER: Readonly<Record<string, readonly (readonly [from: number, to: number, since: string])[]>> = {
  cgroup_skb: [
    [76, 84, '5.0'],
    [88, 140, '5.0'],
  ],
};

/** Bytes of a member of the arrays. */
const WORD = 4;

/** More is read than the field has, and the next one begins within it; arrays are read in words and double words. */
function isTooWide(field: { readonly at: number; readonly size: number }, at: number, accessed: number): boolean {
  return field.at === at && field.size > 0 && accessed > field.size;
}

function unavailable(finding: Finding, evidence: Evidence, facts: ObjectFacts): Finding {
  const { reason, program, offset, size } = finding.args;
  if (finding.code !== 'VERIFIER_REJECTION' || reason !== 'ctx_access' || offset === undefined) return finding;
  const own = facts.programs.find(({ name }) => name === program);
  const context = own && contextStructure(facts, own);
  const rows = FIELDS_SINCE[context?.type ?? ''];
  const at = Number(offset);
  const field = context?.fields.find((one) => one.at <= at && at < one.at + one.size);
  if (context && field && isTooWide(field, at, Number(size))) {
    const args = {
      reason: 'context_width',
      field: field.name,
      struct: context.type,
      available: `${field.size}`,
    } as const;
    return { ...withArgs<'VERIFIER_REJECTION'>(finding, args, { confidence: 'high' }), group: 'program' };
  }
  // Of another size the access may be what is wrong; arrays (cb, remote_ip6) are read word by word.
  if (!rows || !field || Number(size) !== Math.min(field.size, field.size > 8 ? WORD : field.size)) return finding;
  const type = openedProgram(evidence, program ?? '')?.type;
  const later = LATER[type ?? '']?.find(([from, to]) => from <= at && at < to);
  const since = later?.[2] ?? rows.findLast(([from]) => from <= at)?.[1];
  const version = kernelVersion(evidence.hello.kernel.release);
  if (since !== undefined && (version === undefined || olderThan(version, since))) return finding;
  const args = { reason: 'context_field', field: field.name, struct: context?.type, type } as const;
  return { ...withArgs<'VERIFIER_REJECTION'>(finding, args, { confidence: 'high' }), group: 'program' };
}

/** Findings over contexts, with what the object takes its context for: fields that its programs may not read, and short records. */
export function withContextFields(outcome: Outcome, evidence: Evidence, facts: ObjectFacts): Outcome {
  if (outcome.status !== 'pass' && outcome.status !== 'fail') return outcome;
  return {
    ...outcome,
    findings: outcome.findings.map((finding) => shortRecord(unavailable(finding, evidence, facts), evidence, facts)),
  };
}

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { withContextFields } from '../../src/classify/context-field.ts';
import { makeFinding } from '../../src/classify/make-finding.ts';
import { readObject } from '../../src/object/read-object.ts';
import { confusionObject } from '../e2e/support/places.ts';
import * as fx from '../fixtures/evidence.ts';

const read = readObject(readFileSync(confusionObject('verifier_packets')));
if (!read.ok) throw new Error('no object');
const facts = read;

/** What is said of a read of `struct __sk_buff` at a byte, by a program of a type on a kernel. */
function said(type: string, release: string, offset: string, size = '4') {
  const program = 'reads_length';
  const args = { program, offset, size, reason: 'ctx_access' } as const;
  const finding = makeFinding({ code: 'VERIFIER_REJECTION', confidence: 'medium', phase: 'load', args });
  const evidence = fx.evidence([fx.open({ programs: [fx.programFacts(program, { type })] })], fx.hello({ release }));
  const outcome = withContextFields({ status: 'fail', failedStage: 'load', findings: [finding] }, evidence, facts);
  return outcome.status === 'fail' ? outcome.findings[0]?.args['reason'] : undefined;
}

test.each([
  ['flow_dissector', '5.10.0', '0', 'context_field'],
  ['sched_cls', '4.19.0', '152', 'ctx_access'],
  ['socket_filter', '6.1.0', '92', 'context_field'],
  // remote_ip4 and data came to programs of cgroups with 5.0, and are no mistake of theirs before.
  ['cgroup_skb', '4.19.0', '92', 'ctx_access'],
  ['cgroup_skb', '4.19.0', '76', 'ctx_access'],
  ['cgroup_skb', '5.10.0', '140', 'context_field'],
  ['cgroup_skb', '4.19.0', '72', 'context_field'],
])('%s on %s reads byte %s: %s', (type, release, offset, reason) => {
  expect(said(type, release, offset)).toBe(reason);
});

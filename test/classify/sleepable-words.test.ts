import { expect, test } from 'vitest';
import { makeFinding } from '../../src/classify/make-finding.ts';
import { words } from '../../src/findings/words.ts';

const evidence = { text: '', origin: 'test' };

test('a sleepable program that a kernel does not take is not sent back to where only it may call', () => {
  const flag = makeFinding({
    ...{ code: 'UNSUPPORTED_PROGRAM_FLAG', confidence: 'high', phase: 'load', evidence },
    args: { reason: 'sleepable', program: 'on_call', since: '5.10' },
  });
  expect(words(flag).remediation).toMatch(/without the \.s suffix.*bpf_probe_read_user instead of bpf_copy_from_user/);
  const helper = (name: string, reason: 'context' | 'program_type' = 'context') =>
    words(
      makeFinding({
        ...{ code: 'HELPER_NOT_ALLOWED', confidence: 'high', phase: 'load', evidence },
        args: { reason, helper: name, program: 'on_call' },
      }),
    ).remediation;
  expect(helper('bpf_copy_from_user')).toMatch(/In other programs use bpf_probe_read_user, which/);
  expect(helper('bpf_copy_from_user', 'program_type')).toMatch(/In other programs use bpf_probe_read_user, which/);
  expect(helper('bpf_ima_inode_hash')).not.toContain('Elsewhere');
});

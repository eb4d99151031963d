import { expect, test } from 'vitest';
import { misreadArgument } from '../../src/classify/traced-argument.ts';
import type { Evidence } from '../../src/model/evidence.ts';
import * as fx from '../fixtures/evidence.ts';

const evidence = (access: string): Evidence =>
  fx.evidence([
    {
      stage: 'core',
      relocations: [
        { program: 'probe', insn: 1, kind: 'byte_off', access, present: true, type_present: true },
        {
          program: 'other',
          insn: 0,
          kind: 'byte_off',
          access: 'struct file.f_mode',
          present: true,
          type_present: true,
        },
      ],
      dropped: 0,
    } as never,
  ]);
const path = [
  '0: (79) r1 = *(u64 *)(r1 +8)',
  "func 'vfs_unlink' arg1 has btf_id 975 type STRUCT 'inode'",
  '1: (79) r2 = *(u64 *)(r1 +48)         ; R2_w=ptr_address_space(off=0,imm=0)',
  '2: (79) r2 = *(u64 *)(r2 +64)',
];
const TYPES = ['struct mnt_idmap *', 'struct inode *', 'struct dentry *'];

test('the argument through which another structure is read is found', () => {
  expect(misreadArgument(path, TYPES, 'probe', evidence('struct dentry.d_inode'))).toEqual({
    argument: 1,
    struct: 'dentry',
  });
});

test('flavors are the structure they stand for, and what fits is none', () => {
  expect(misreadArgument(path, TYPES, 'probe', evidence('struct dentry___old.d_inode'))?.struct).toBe('dentry');
  expect(misreadArgument(path, TYPES, 'probe', evidence('struct inode.i_ino'))).toBeUndefined();
});

test('a copy of the context is the context, and a call forgets what it may change', () => {
  const copied = [
    '0: (bf) r6 = r1',
    ...path.slice(0, 1).map((line) => line.replace('(r1', '(r6').replace('0:', '0:')),
    path[2] ?? '',
  ];
  expect(misreadArgument(copied, TYPES, 'probe', evidence('struct dentry.d_inode'))?.argument).toBe(1);
  const called = [path[0] ?? '', '0: (85) call bpf_ktime_get_ns#5', path[2] ?? ''];
  expect(misreadArgument(called, TYPES, 'probe', evidence('struct dentry.d_inode'))).toBeUndefined();
});

import { describe, expect, test } from 'vitest';
import { meantName } from '../../src/model/meant-name.ts';

describe('the name that was meant', () => {
  test.each([
    ['security_file_open', ['file_ioctl', 'file_open'], 'file_open'],
    ['bpf_task', ['task_file', 'task'], 'task'],
    ['tcp_v4_connect.isra.0', ['tcp_v6_connect', 'tcp_v4_connect'], 'tcp_v4_connect'],
    [
      'syscalls/sys_enter_stat',
      ['syscalls/sys_enter_statx', 'syscalls/sys_enter_newstat'],
      'syscalls/sys_enter_newstat',
    ],
    ['syscalls/sys_enter_umount2', ['syscalls/sys_enter_umount'], 'syscalls/sys_enter_umount'],
    ['do_unlinkatt', ['do_unlinkat'], 'do_unlinkat'],
  ])('%s of %j is %s', (name, candidates, meant) => {
    expect(meantName(name, candidates)).toBe(meant);
  });

  test('another name of the same family is none, and enter is not exit', () => {
    expect(meantName('vfs_unlink', ['vfs_link', 'vfs_rename'])).toBeUndefined();
    expect(meantName('syscalls/sys_enter_stat', ['syscalls/sys_exit_newstat'])).toBeUndefined();
  });
});

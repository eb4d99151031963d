import { describe, expect, test } from 'vitest';
import { readLoaderSettings as readLoaderSettingsAnyWords } from '../../src/config/loader-settings.ts';
import { inFlagWords } from '../in-flag-words.ts';

const readLoaderSettings = inFlagWords(readLoaderSettingsAnyWords);

const read = (setRodata: string[], setAttachTarget: string[] = [], strictLibbpf = false) =>
  readLoaderSettings({ setRodata, setAttachTarget, strictLibbpf });

test('names and values', () => {
  const settings = read(
    ['pid=12', 'cfg.port=0x1f90', 'names[3].first=a=b', 'comm=', 'count.limit=-1'],
    ['on_read=vfs_read', 'on_open=syscalls/sys_enter_openat', 'filter=xdp:prog0', 'after=tc:entry'],
  );
  expect([...settings.rodata]).toEqual([
    ['pid', '12'],
    ['cfg.port', '0x1f90'],
    ['names[3].first', 'a=b'],
    ['comm', ''],
    ['count.limit', '-1'],
  ]);
  expect([...settings.attachTargets.values()]).toEqual([
    'vfs_read',
    'syscalls/sys_enter_openat',
    'xdp:prog0',
    'tc:entry',
  ]);
  expect(read([], [], true).strictLibbpf).toBe(true);
});

describe('what is rejected', () => {
  test.each<[string[], string[], string]>([
    [['pid'], [], '--set-rodata "pid": has no "="; write --set-rodata target_pid=1234'],
    [['=1'], [], '--set-rodata "=1": "" is not the name of a global variable'],
    [['a b=1'], [], '"a b" is not the name of a global variable, name.member or name[3]'],
    [['a[x]=1'], [], '"a[x]" is not'],
    [['a=1\n2'], [], 'is not one line of at most 500 bytes'],
    [[`a=${'x'.repeat(501)}`], [], 'is not one line of at most 500 bytes'],
    [[], ['p='], '"" is not a function of the kernel'],
    [[], ['p=xdp:'], '"xdp:" is not a function of the kernel'],
    [[], ['p q=f'], '"p q" is not the name of a program; write --set-attach-target on_read=vfs_read'],
    [['a=1', 'a=2'], [], '--set-rodata sets "a" twice; remove one of them'],
    [Array.from({ length: 65 }, (_, i) => `v${i}=1`), [], '--set-rodata is given 65 times; at most 64 are taken'],
  ])('%j %j', (rodata, targets, message) => {
    expect(() => read(rodata, targets)).toThrow(message);
  });

  test('settings for a load that changes nothing', () => {
    expect(() => read(['a=1'], [], true)).toThrow(/--strict-libbpf changes nothing before the load, --set-rodata does/);
    expect(() => read([], ['p=f'], true)).toThrow(/--set-attach-target does; remove one of them/);
  });
});

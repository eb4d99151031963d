import { expect, test } from 'vitest';
import { ramFile, sharesRam } from '../../../src/guests/snapshot/devices.ts';

test.each([
  ['7.2.22', false],
  ['8.1.5', false],
  ['8.2', true],
  ['8.2.2', true],
  ['10.0.2', true],
])('QEMU %s has memory in a file that no one may write to: %s', (version, expected) => {
  expect(sharesRam(version)).toBe(expected);
});

test('only a guest that is being saved writes into the file of its memory', () => {
  const reported = (use: Parameters<typeof ramFile>[2]): string | undefined => ramFile('/ram', 64, use).args[1];
  expect(reported('written')).toBe('memory-backend-file,id=ram,size=64M,mem-path=/ram,share=on');
  expect(reported('own')).toBe('memory-backend-file,id=ram,size=64M,mem-path=/ram,share=off');
  expect(reported('read-only')).toBe('memory-backend-file,id=ram,size=64M,mem-path=/ram,share=off,readonly=on,rom=off');
});

import { expect, test } from 'vitest';
import { movedTo } from '../../src/findings/moved-fields.ts';
import { allowedWords } from '../../src/findings/rejections.ts';

function allowed(args: Record<string, string>): string | undefined {
  return allowedWords({ subject: undefined, confidence: 'medium', decisive: true, args });
}

test('what a hook allows is read in both ways in which kernels write it', () => {
  expect(allowed({ number: '0x9', allowed: '(0x0; 0x3)' })).toBe('It returns 9, and may return 0 to 3 here.');
  expect(allowed({ smin: '1', allowed: '[-4095, 0]' })).toBe('It returns 1, and may return -4095 to 0 here.');
  expect(allowed({ smin: '4294967295', allowed: '[0, 1]' })).toBe('It returns -1, and may return 0 to 1 here.');
  expect(allowed({ number: '0xffffffffffffffff', allowed: '(0x0; 0x1)' })).toBe(
    'It returns -1, and may return 0 to 1 here.',
  );
  expect(allowed({ number: '0x1', allowed: '(0x0; 0x0)' })).toBe('It returns 1, and may return 0 here.');
  expect(allowed({ allowed: '[0, 0]' })).toBe('It may return 0 here.');
  expect(allowed({})).toBeUndefined();
});

test('fields that moved are known by their structure, with what is read of them', () => {
  expect(movedTo('struct bio.bi_disk')).toContain('Since 5.12');
  expect(movedTo('struct inode.i_ctime.tv_sec')).toContain('__i_ctime');
  expect(movedTo('struct dentry.d_iname[2]')).toContain('d_shortname');
  expect(movedTo('struct bio.bi_disk_name')).toBeUndefined();
  expect(movedTo(undefined)).toBeUndefined();
});

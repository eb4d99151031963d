import { describe, expect, test } from 'vitest';
import { annotations } from '../../src/report/annotations.ts';
import {
  documentOf,
  hostileDocuments,
  largeRun,
  PLACE,
  placedRun,
  quickDocument,
  suiteOf,
} from '../fixtures/documents.ts';
import { HOSTILE } from '../fixtures/hostile.ts';
import { artifact } from '../fixtures/run.ts';

const workspace = '/src';

describe('annotations', () => {
  test('one for all kernels of a cause, on the line as the repository has it', () => {
    expect(annotations(documentOf(placedRun(PLACE)), { workspace })).toEqual([
      {
        level: 'error',
        file: 'bpf/conn.bpf.c',
        line: 53,
        title: 'conn.bpf.o: this kernel has no helper bpf_loop (upstream since 5.17)',
        message: [
          'conn.bpf.o fails on Debian 11 (5.10), Debian 12 (6.1), Debian 12 (6.12).',
          'Program on_exec calls it on a path the verifier reached.',
          'At bpf/conn.bpf.c:53: value->count++;',
          'verifier log: invalid func unknown#181',
          'What to do: Use a bounded or unrolled loop on older kernels.',
        ].join('\n'),
      },
    ]);
  });

  test('a line that has changed is not annotated: the manifest is, else the object', () => {
    const stale = { ...PLACE, repository: { path: 'bpf/conn.bpf.c', line: 53, match: 'stale' } } as const;
    const run = placedRun(stale);
    expect(annotations(documentOf(run), { workspace })).toMatchObject([{ file: 'compat/conn.yaml', line: 1 }]);
    expect(annotations(documentOf({ ...run, flags: [] }), { workspace })).toMatchObject([
      { file: 'conn.bpf.o', line: 1 },
    ]);
    const command = { ...run, flags: [], artifacts: [artifact('x', { path: 'command://x' })] };
    expect(annotations(documentOf(command), { workspace })[0]).not.toHaveProperty('file');
    expect(annotations(documentOf(run), { workspace: '/elsewhere' })[0]).not.toHaveProperty('file');
  });

  test('a suite: errors first, on the lines of the suite file', () => {
    const reported = annotations(suiteOf(), { workspace });
    expect(reported.map(({ level, file, line, title }) => [level, file, line, title])).toEqual([
      ['error', 'compat/suite.yaml', 12, 'gone: could not start'],
      ['error', 'bpf/conn.bpf.c', 53, 'bad: this kernel has no helper bpf_loop (upstream since 5.17)'],
      ['error', 'compat/suite.yaml', 12, 'silent: inconclusive on Debian 11 (5.10)'],
      ['error', 'compat/suite.yaml', 12, 'silent: inconclusive on Debian 12 (6.1)'],
      ['warning', 'compat/suite.yaml', 12, 'extra: this kernel has no helper bpf_loop (upstream since 5.17)'],
    ]);
  });

  test('says what is new, and warns of what was attached by half', () => {
    const reported = annotations(quickDocument());
    expect(reported.map(({ level }) => level)).toEqual(['error', 'warning']);
    expect(reported[0]?.title).toMatch(/^New: unlink: /);
    expect(reported[0]?.message).toContain('passes on 3 of 4');
  });

  test('an expectation that is out of date is reported', () => {
    const expectation = { kernels: undefined, code: 'MISSING_BTF', reason: 'too old', origin: 'm.yaml:1:1' };
    const expectations = [{ ...expectation, profiles: ['debian-12-6.1'] }];
    const word = (failOn: 'any' | 'required') =>
      annotations(quickDocument({ failOn, expectations })).find(({ title }) => title.includes('against'))?.level;
    expect(word('any')).toBe('error');
    expect(word('required')).toBe('notice');
  });

  test('never more than nine; the last one says how many are left out', () => {
    const large = documentOf(largeRun(30, 20));
    const reported = annotations(large);
    expect(reported).toHaveLength(9);
    const all = annotations(large, { max: 1000 });
    expect(reported[8]?.title).toBe(`bpfcompat: and ${all.length - 8} more`);
    expect(all.slice(0, 8)).toEqual(reported.slice(0, 8));
    expect(annotations(large, { max: 0 })).toEqual([]);
  });

  test.each([...HOSTILE, 'x'.repeat(9000), '../../etc/passwd', '/etc/passwd'])('%j does nothing', (text) => {
    for (const document of hostileDocuments(text)) {
      for (const { file, title, message } of annotations(document, { workspace, max: 100 })) {
        for (const line of [title, ...message.split('\n')]) {
          expect(line).not.toMatch(/^\s*::|##\[|[\u0000-\u001f\u007f-\u009f\u200b\u202a-\u202e]/);
        }
        expect(message.length).toBeLessThan(4096);
        expect(file ?? 'x').not.toMatch(/^\/|(?:^|\/)\.\.(?:\/|$)|[\u0000-\u001f]/);
      }
    }
  });
});

import { describe, expect, test } from 'vitest';
import { redacted, redactedFile, redactor } from '../../src/action/redact.ts';

const redact = redactor([
  ['/home/runner', '~'],
  ['/home/runner/work/repo/repo', ''],
  ['/home/runner/work/_temp/', '$RUNNER_TEMP'],
  ['/', 'root'],
  ['', 'nothing'],
]);

describe('directories of the machine', () => {
  test.each([
    ['/home/runner/work/repo/repo/build/x.bpf.o', 'build/x.bpf.o'],
    ['at /home/runner/work/repo/repo', 'at .'],
    ['"/home/runner/work/repo/repo/a" and (/home/runner/work/repo/repo/b)', '"a" and (b)'],
    ['/home/runner/work/repo/repo-two/x', '~/work/repo/repo-two/x'],
    ['/home/runner/work/_temp/a', '$RUNNER_TEMP/a'],
    ['/home/runner/.cache/bpfcompat', '~/.cache/bpfcompat'],
    ['/home/runners/x', '/home/runners/x'],
    ['/mnt/home/runner/x', '/mnt/home/runner/x'],
    ['suite.yaml:3:4: /home/runner/work/repo/repo/suite.yaml:1', 'suite.yaml:3:4: suite.yaml:1'],
    ['/usr/include/x.h', '/usr/include/x.h'],
  ])('%s', (text, expected) => {
    expect(redact(text)).toBe(expected);
  });

  test('names with special characters are names', () => {
    const special = redactor([['/w (1)+[x]/re.po', '']]);
    expect(special('/w (1)+[x]/re.po/a /w (1)+[x]/rexpo/a')).toBe('a /w (1)+[x]/rexpo/a');
  });

  test('nothing known changes nothing', () => {
    expect(redactor([])('/a/b')).toBe('/a/b');
  });
});

test('in values of every kind, and in files', () => {
  const value = {
    path: '/home/runner/x',
    list: ['/home/runner/work/repo/repo/y', 1, null, true],
    '/home/runner/z': {},
  };
  const expected = { path: '~/x', list: ['y', 1, null, true], '/home/runner/z': {} };
  expect(redacted(value, redact)).toEqual(expected);
  expect(JSON.parse(redactedFile('a.json', JSON.stringify(value), redact))).toEqual(expected);
  expect(redactedFile('a.json', '{"a": "/home/runner/x', redact)).toBe('{"a": "~/x');
  expect(redactedFile('a.md', '`/home/runner/x`', redact)).toBe('`~/x`');
});

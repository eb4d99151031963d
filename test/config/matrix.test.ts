import { describe, expect, test } from 'vitest';
import { matrixOf, readMatrix } from '../../src/config/matrix.ts';
import { usageErrorOf } from './expect-usage-error.ts';

const read = (text: string) => readMatrix({ file: 'ci/supported.yaml', text });

describe('readMatrix', () => {
  test('the example of the contract', () => {
    const matrix = read(`name: supported-kernels
profiles:
  - id: ubuntu-22.04-5.15
  - {id: debian-12-6.1, required: true, timeout: 12m}
  - {id: ubuntu-20.04-5.4, required: false}
`);
    expect(matrix).toEqual({
      name: 'supported-kernels',
      file: 'ci/supported.yaml',
      profiles: [
        { id: 'ubuntu-22.04-5.15', required: true, timeoutMs: undefined, origin: 'ci/supported.yaml:3:9' },
        { id: 'debian-12-6.1', required: true, timeoutMs: 720_000, origin: 'ci/supported.yaml:4:10' },
        { id: 'ubuntu-20.04-5.4', required: false, timeoutMs: undefined, origin: 'ci/supported.yaml:5:10' },
      ],
    });
  });

  test('without a name it is called like its file', () => {
    expect(read('profiles: [{id: a}]').name).toBe('supported');
  });

  test('a very short time-out is at least a millisecond', () => {
    expect(read('profiles: [{id: a, timeout: 1us}]').profiles[0]?.timeoutMs).toBe(1);
  });

  test.each([
    ['', '1:1: the file is empty; it needs at least profiles'],
    ['# nothing\n', '1:1: the file is empty; it needs at least profiles'],
    ['name: x', '1:1: profiles is missing; add it'],
    ['profiles:', '1:1: profiles has no value; give it one'],
    ['profiles: []', '1:11: profiles is empty; list at least one entry'],
    ['profiles: {id: a}', '1:11: profiles must be a list (lines that start with "- "), not a map'],
    ['profiles: [a]', '1:12: profiles[0] must be a map (lines of "key: value"), not a text'],
    ['kernels: [6.1]', '1:1: profiles is missing; add it'],
    ['profiles:\n  - required: true', '2:5: profiles[0].id is missing; add it'],
    ['profiles:\n  - id: ""', '2:9: profiles[0].id is empty; use an id of'],
    ['profiles:\n  - id: -x', '2:9: profiles[0].id "-x" is not allowed; use an id of'],
    ['profiles:\n  - id: ../../etc/passwd', '2:9: profiles[0].id "../../etc/passwd" is not allowed;'],
    [`profiles:\n  - id: ${'a'.repeat(65)}`, '2:9: profiles[0].id "aaa'],
    [
      'profiles:\n  - id: a\n  - id: b\n  - id: a',
      '4:9: profiles[2].id "a" is a duplicate (first in line 2); keep one of them',
    ],
    ['profiles:\n  - id: a\n    requierd: no', '3:5: unknown key "requierd" in profiles[0]; did you mean "required"?'],
    ['profiles:\n  - {id: a, required: perhaps}', '2:23: profiles[0].required must be true or false, not "perhaps"'],
    [
      'profiles:\n  - {id: a, timeout: 12}',
      '2:22: profiles[0].timeout must be a duration, not "12"; write a number with a unit',
    ],
    ['profiles:\n  - {id: a, timeout: 0}', '2:22: profiles[0].timeout must be more than 0, not "0"'],
    ['profiles:\n  - {id: a, timeout: -1s}', '2:22: profiles[0].timeout must be more than 0, not "-1s"'],
    ['profiles:\n  - {id: a, timeout: 169h}', '2:22: profiles[0].timeout must be at most 168h, not "169h"'],
    ['profiles:\n  - id: a\nprofiles:\n  - id: b', '3:1: duplicate key "profiles" (first in line 1); keep one of them'],
  ])('%j', (text, expected) => {
    const error = usageErrorOf(() => read(text));
    expect(error.code).toBe('matrix_invalid');
    expect(error.message.split('\n')[0]).toContain(`ci/supported.yaml:${expected}`);
  });
});

test('what the flag is called is not a key, and the message says what is', () => {
  const { message } = usageErrorOf(() => read('kernels: [6.1]'));
  expect(message.split('\n').at(-1)).toBe(
    'ci/supported.yaml:1:1: unknown key "kernels"; write "profiles:" and below it a line "- id: debian-12-6.1" for each kernel (known keys: name, profiles)',
  );
  expect(usageErrorOf(() => read('constructor: 1')).message).toContain('this is not a matrix');
});

describe('matrixOf', () => {
  test('all kernels are required', () => {
    expect(matrixOf(['b', 'a'], '--kernels')).toEqual({
      name: 'custom',
      file: '--kernels',
      profiles: [
        { id: 'b', required: true, timeoutMs: undefined, origin: '--kernels' },
        { id: 'a', required: true, timeoutMs: undefined, origin: '--kernels' },
      ],
    });
  });

  test.each([
    [['a', 'a'], '--kernels: "a" is listed twice; remove one of them'],
    [['a b'], '--kernels: "a b" is not a profile id; write ids separated by commas'],
    [[''], '--kernels: "" is not a profile id;'],
  ])('%j', (ids, expected) => {
    expect(usageErrorOf(() => matrixOf(ids, '--kernels')).message).toContain(expected);
  });
});

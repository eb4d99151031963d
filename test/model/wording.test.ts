import { describe, expect, test } from 'vitest';
import * as calls from '../../src/api/call-options.ts';
import { ACTION_COMMANDS } from '../../src/config/action-inputs.ts';
import { inInputs } from '../../src/config/action-words.ts';
import { optionsOf } from '../../src/config/options.ts';
import { HostError, messageOf, UsageError, wordingOf } from '../../src/model/errors.ts';
import { inProperties } from '../../src/model/library-words.ts';
import { cleaned, flag, inFlags, joined, option, phrase, setting, spell } from '../../src/model/wording.ts';

const BOTH = phrase`${option('matrix')} and ${option('kernels')} both choose kernels; write ${setting('kernels', 'lts')}`;

describe('every face names options its own way', () => {
  test('the command line', () => {
    expect(spell(BOTH, inFlags)).toBe('--matrix and --kernels both choose kernels; write --kernels lts');
    expect(flag('validation-mode')).toBe('--validation-mode');
  });

  test('a workflow: inputs of the command that it runs', () => {
    expect(spell(BOTH, inInputs('test'))).toBe(
      'input matrix and input kernels both choose kernels; write kernels: lts',
    );
    const same = phrase`${option('out')} and ${option('markdown')} are the same file`;
    expect(spell(same, inInputs('suite'))).toBe('input suite-out and input suite-markdown are the same file');
    expect(spell(same, inInputs('test'))).toBe('input out and input markdown are the same file');
  });

  test('a workflow: a flag without an input stays one', () => {
    expect(spell(phrase`leave ${option('quiet')} out`, inInputs('test'))).toBe('leave --quiet out');
  });

  test('the library: properties, and lists as such', () => {
    expect(spell(BOTH, inProperties)).toBe('matrix and kernels both choose kernels; write kernels: ["lts"]');
    const words = phrase`${option('workdir')}, ${option('set-rodata')}, ${option('no-lock')}, ${setting('fail-on', 'any')}`;
    expect(spell(words, inProperties)).toBe('workDir, loader.rodata, lock: "ignore", failOn: "any"');
    expect(spell(option('artifact'), inProperties)).toBe('artifacts');
    expect(spell(option('artifact', 'explain'), inProperties)).toBe('artifact');
  });
});

describe('an error', () => {
  const error = new UsageError('flag_value', phrase`${option('timeout')} "x" is not a time`);

  test('has the words of the library as its message, and those of flags where it is saved', () => {
    expect(error.message).toBe('timeoutMs "x" is not a time');
    expect(messageOf(error)).toBe('--timeout "x" is not a time');
    expect(Object.keys(error)).toEqual(['code', 'name']);
  });

  test('still names its options inside of another one', () => {
    const outer = new HostError('x', phrase`case a: ${wordingOf(error)}`);
    expect(messageOf(outer)).toBe('case a: --timeout "x" is not a time');
    expect(spell(outer.wording, inInputs('suite'))).toBe('case a: input timeout "x" is not a time');
  });

  test('of another kind has its own words', () => {
    expect(messageOf(new Error('--timeout of a program'))).toBe('--timeout of a program');
    expect(messageOf('thrown')).toBe('thrown');
  });
});

test('texts are joined and changed around their options', () => {
  const shouted = cleaned(joined([option('out'), phrase`${option('suite')} is a`], ', '), (text) => text.toUpperCase());
  expect(spell(shouted, inFlags)).toBe('--out, --suite IS A');
});

/** Flags about how results are printed, and what has no effect: the library has none of them. */
const OF_THE_TERMINAL = ['json', 'quiet', 'no-color', 'runner', 'unsafe-allow-host-runner'];
/** Options that reports of single runs had once, or that a run of the library does not need; `group` is groupKernels. */
const NOT_OF_THE_LIBRARY = ['keep-vm-on-failure', 'group'];

test('every property that the library is said to have is one of its options', () => {
  const known = new Set(Object.values(calls).flatMap((kinds) => Object.keys(kinds)));
  for (const command of [...ACTION_COMMANDS, 'watch', 'compare', 'explain', 'init'] as const) {
    const rows = optionsOf(command).filter(({ name }) => ![...OF_THE_TERMINAL, ...NOT_OF_THE_LIBRARY].includes(name));
    for (const { name } of rows) {
      const property = spell(option(name, command), inProperties);
      expect(known, `--${name} of ${command}`).toContain(/^\w+/.exec(property)?.[0]);
    }
  }
});

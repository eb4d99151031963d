import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/config/commands.ts';
import { ENV_VARIABLES, envMarkdown, envText } from '../../src/config/env.ts';
import { helpText } from '../../src/config/help.ts';
import { OPTIONS, optionsOf } from '../../src/config/options.ts';

describe('helpText', () => {
  test('the overview names every command and the exit codes', () => {
    const text = helpText(undefined);
    for (const { name, summary } of COMMANDS) {
      expect(text).toContain(`  ${name}`);
      expect(text).toContain(summary.slice(0, 30));
    }
    expect(text.replace(/\s+/g, ' ')).toContain(
      'Exit codes: 0 pass, 1 inconclusive (usage or infrastructure error), 2 a required kernel rejects an object.',
    );
  });

  test('each command shows its flags with their defaults, and no hidden ones', () => {
    for (const { name } of COMMANDS) {
      const text = helpText(name);
      expect(text).toMatch(new RegExp(`^Usage: bpfcompat ${name}`));
      for (const option of optionsOf(name)) {
        const shown = new RegExp(`^ {2}--${option.name}( |$)`, 'm').test(text);
        expect([option.name, shown]).toEqual([option.name, !option.hidden]);
      }
    }
    expect(helpText('test')).toMatch(/\(default\s+\.bpfcompat\)/);
    expect(helpText('kernels fetch')).toContain('Usage: bpfcompat kernels fetch [ID...] [flags]');
    expect(helpText('kernels')).toContain('kernels prune');
  });

  test.each([60, 80, 100])('no line is wider than %d columns', (width) => {
    const examples = /^ {2}bpfcompat /;
    for (const topic of [undefined, 'kernels', ...COMMANDS.map(({ name }) => name)]) {
      for (const line of helpText(topic, width).split('\n')) {
        if (topic === undefined && (examples.test(line) || line.startsWith('Exit') || line.startsWith("'"))) continue;
        // A path is not divided.
        if (/^\s+bpfcompat-report\/\S+$/.test(line)) continue;
        expect(line.length).toBeLessThanOrEqual(width);
      }
    }
  });

  test('a silly width is corrected', () => {
    expect(helpText('test', 3)).toBe(helpText('test', 60));
    expect(helpText('test', 500)).toBe(helpText('test', 100));
  });
});

describe('environment', () => {
  test('rows have the fields of the contract, names are unique', () => {
    for (const row of ENV_VARIABLES) {
      expect(Object.keys(row)).toEqual(['Name', 'Default', 'Description', 'Category']);
      expect(row.Name).toMatch(/^[A-Z][A-Z0-9_]+$/);
    }
    expect(new Set(ENV_VARIABLES.map(({ Name }) => Name)).size).toBe(ENV_VARIABLES.length);
  });

  test('variables of flags are in the catalog', () => {
    for (const option of OPTIONS) {
      if ('env' in option) expect(ENV_VARIABLES.map(({ Name }) => Name)).toContain(option.env);
    }
  });

  test('Markdown and text', () => {
    expect(envMarkdown().split('\n')[4]).toBe(
      '| `BPFCOMPAT_VALIDATOR_BIN` | – | Validator | path of the validator to run in the guests, instead of the installed one |',
    );
    expect(envText()).toContain('BPFCOMPAT_ACCEL (default auto)\n    auto, kvm or tcg;');
  });
});

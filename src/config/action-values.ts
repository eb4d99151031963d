import { UsageError } from '../model/errors.ts';
import { ACTION_INPUTS, type ActionCommand, type ActionInput } from './action-inputs.ts';
import type { CommandName } from './commands.ts';
import type { OptionRow } from './option-row.ts';
import { optionsOf } from './options.ts';
import { didYouMean, enumerate } from './similar.ts';
import { parseBoolean, parseInteger, quoted } from './words.ts';

/** Texts of all inputs, trimmed, defaults filled in. */
export type InputTexts = ReadonlyMap<string, string>;

/** The Action's own inputs, checked. */
export interface ActionSettings {
  readonly mode: 'run' | 'plan' | 'merge';
  readonly reports: readonly string[];
  readonly jobSummary: 'all' | 'failed' | 'none';
  readonly annotations: boolean;
  readonly maxAnnotations: number;
  readonly uploadEvidence: boolean;
  readonly evidenceName: string;
  /** Days; 0 = what the repository says. */
  readonly retentionDays: number;
  readonly cache: boolean;
  readonly requireKvm: boolean;
  readonly allowFork: boolean;
  readonly installQemu: 'auto' | 'never';
  readonly comment: boolean;
  readonly githubToken: string;
  readonly binary: string;
}

/** The variable in which the runner hands over an input. */
export function inputVariable(name: string): string {
  return `INPUT_${name.replace(/ /g, '_').toUpperCase()}`;
}

/** Reads every input from the environment of a step. An input that is set to nothing is empty, not its default. */
export function readInputs(env: Readonly<Record<string, string | undefined>>): InputTexts {
  return new Map(ACTION_INPUTS.map((input) => [input.name, (env[inputVariable(input.name)] ?? input.default).trim()]));
}

function inputNamed(name: string): ActionInput {
  const input = ACTION_INPUTS.find((one) => one.name === name);
  if (input === undefined) throw new TypeError(`there is no input ${name}`);
  return input;
}

function wrong(name: string, rest: string): UsageError {
  return new UsageError('input_value', `input ${name} ${rest}`);
}

function text(inputs: InputTexts, name: string): string {
  return inputs.get(name) || inputNamed(name).default;
}

function readBoolean(name: string, word: string): boolean {
  const value = parseBoolean(word);
  if (value === undefined) throw wrong(name, `must be true or false, not ${quoted(word)}`);
  return value;
}

function booleanOf(inputs: InputTexts, name: string): boolean {
  return readBoolean(name, text(inputs, name));
}

function choiceOf<T extends string>(inputs: InputTexts, name: string): T {
  const value = text(inputs, name);
  const { choices = [] } = inputNamed(name);
  if (choices.includes(value)) return value as T;
  throw wrong(
    name,
    `must be ${enumerate([...choices], 'or')}, not ${quoted(value)}${didYouMean(value.toLowerCase(), [...choices])}`,
  );
}

function integerOf(inputs: InputTexts, name: string, max: number): number {
  const value = parseInteger(text(inputs, name));
  if (value !== undefined && value >= 0 && value <= max) return value;
  throw wrong(name, `must be a whole number from 0 to ${max}, not ${quoted(text(inputs, name))}`);
}

/** What is written one per line, without empty lines. */
function linesOf(value: string): string[] {
  return value
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** What people put around the lines of a list, as they would in YAML or on a command line. */
const AROUND_LINES = /^- |^\[.*\]$|^(["']).*\1$|,$|^#|\s#\s/;

/** The lines of an input. @throws UsageError for marks around them, which would become a part of a name */
function listOf(name: string, value: string): string[] {
  const lines = linesOf(value);
  const odd = lines.find((line) => AROUND_LINES.test(line));
  if (odd !== undefined) {
    throw wrong(
      name,
      `has the line ${quoted(odd)}; write one per line, with nothing around it: no dash, quotes, comma or #`,
    );
  }
  return lines;
}

/** @throws UsageError that names the input, what is wrong with it and what it takes */
export function checkSettings(inputs: InputTexts): ActionSettings {
  const evidenceName = text(inputs, 'evidence-name');
  if (/["<>|*?:\r\n\\/]/.test(evidenceName)) {
    throw wrong('evidence-name', `is ${quoted(evidenceName)}; GitHub takes no name with any of " : < > | * ? \\ /`);
  }
  for (const name of ['build', 'prebuilt'] as const) {
    if (name === 'build') booleanOf(inputs, name);
    else choiceOf(inputs, name);
  }
  return {
    mode: choiceOf(inputs, 'mode'),
    reports: listOf('reports', text(inputs, 'reports')),
    jobSummary: choiceOf(inputs, 'job-summary'),
    annotations: booleanOf(inputs, 'annotations'),
    maxAnnotations: integerOf(inputs, 'max-annotations', 9),
    uploadEvidence: booleanOf(inputs, 'upload-evidence'),
    evidenceName,
    retentionDays: integerOf(inputs, 'retention-days', 400),
    cache: booleanOf(inputs, 'cache'),
    requireKvm: booleanOf(inputs, 'require-kvm'),
    allowFork: booleanOf(inputs, 'allow-fork'),
    installQemu: choiceOf(inputs, 'install-qemu'),
    comment: booleanOf(inputs, 'comment'),
    githubToken: text(inputs, 'github-token'),
    binary: text(inputs, 'binary'),
  };
}

/**
 * The flags of a command from the inputs. Only what the user set: a suite file keeps what it says.
 * @param files values of flags that the step decides when its input is empty (`out`)
 * @param ignored inputs that do not count in this mode
 * @throws UsageError that names the input
 */
export function flagsFromInputs(
  inputs: InputTexts,
  command: ActionCommand,
  files: Readonly<Record<string, string>> = {},
  ignored: readonly string[] = [],
): string[] {
  const types = new Map<string, OptionRow['type']>(
    optionsOf(command as CommandName).map(({ name, type }) => [name, type]),
  );
  return ACTION_INPUTS.flatMap((input) => {
    const flag = input.flags[command];
    if (flag === undefined || ignored.includes(input.name)) return [];
    const value = inputs.get(input.name) || files[flag] || '';
    if (value === '') return [];
    switch (types.get(flag)) {
      case 'boolean':
        return [`--${flag}=${readBoolean(input.name, value)}`];
      case 'repeated':
        return listOf(input.name, value).map((line) => `--${flag}=${line}`);
      case 'list':
        return [`--${flag}=${listOf(input.name, value.replace(/,\s*$/gm, '')).join(',')}`];
      default:
        return [`--${flag}=${value}`];
    }
  });
}

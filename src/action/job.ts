import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ACTION_INPUTS, type ActionCommand } from '../config/action-inputs.ts';
import {
  type ActionSettings,
  checkSettings,
  flagsFromInputs,
  type InputTexts,
  readInputs,
} from '../config/action-values.ts';
import { inInputs } from '../config/action-words.ts';
import { type ParsedArgs, parseArgs } from '../config/parse-args.ts';
import { quoted } from '../config/words.ts';
import { UsageError } from '../model/errors.ts';
import { REPORT_FLAGS } from '../model/formats.ts';
import { spell } from '../model/wording.ts';
import type { Env } from './runner.ts';

/** What the step is to do, checked. */
export interface Job {
  readonly settings: ActionSettings;
  readonly command: ActionCommand;
  /** The same as a command line, without the program. */
  readonly argv: readonly string[];
  readonly parsed: ParsedArgs;
  /** Absolute paths; empty where none is written. */
  readonly json: string;
  readonly markdown: string;
  /** The reports that are written: the input that names each, and its absolute path. */
  readonly reports: readonly { readonly input: string; readonly path: string }[];
  /** Value of an input as it was written. */
  readonly input: (name: string) => string;
  /** Program that the user wants instead of ours, absolute; empty: ours. */
  readonly binary: string;
  /** What the reader of the log should know of the inputs. */
  readonly notes: readonly string[];
}

const OWN_BINARY = './bin/bpfcompat';

/** What a step runs; `run` where the input `mode` is none of its words. */
export function commandOf(inputs: InputTexts): ActionCommand {
  const mode = inputs.get('mode');
  if (mode === 'plan' || mode === 'merge') return mode;
  return inputs.get('suite') ? 'suite' : 'test';
}

/** Inputs that name a report which a command writes, and the flag of each. */
export function reportInputs(command: ActionCommand): { readonly input: string; readonly flag: string }[] {
  // A plan is an output of the step and no file.
  if (command === 'plan') return [];
  return ACTION_INPUTS.flatMap(({ name, flags }) => {
    const flag = flags[command];
    return REPORT_FLAGS.some((one) => one === flag) && flag !== undefined ? [{ input: name, flag }] : [];
  });
}

/** What a step needs before flags are looked at, in the words of a workflow. */
function checkBasics(command: ActionCommand, inputs: InputTexts): void {
  if (command === 'merge' && !inputs.get('reports')) {
    throw new UsageError(
      'missing_input',
      'there is nothing to merge: set the input reports to the reports of the shards, for example reports: shards/**/report.json',
    );
  }
  if (command !== 'test' || inputs.get('artifact') || inputs.get('command')) return;
  throw new UsageError(
    'missing_input',
    'there is nothing to check: set the input artifact to a compiled object, for example artifact: build/my.bpf.o, or the input suite to a suite file',
  );
}

/** Everything that a step reports is read from its reports, and its log is mixed with that of others: they are files. */
function checkReportFiles(command: ActionCommand, inputs: InputTexts): void {
  for (const { input: name } of reportInputs(command)) {
    const value = inputs.get(name) ?? '';
    if (!(value === '-' || /^\/(?:dev|proc)\//.test(value))) continue;
    const example = ACTION_INPUTS.find((one) => one.name === name)?.default || `reports/${name}.txt`;
    throw new UsageError(
      'input_value',
      `input ${name} is ${quoted(value)}, and the report of a step is a file; write ${name}: ${example}, or leave the input out`,
    );
  }
}

function defaultsOf(command: ActionCommand, inputs: InputTexts, scratch: string): Record<string, string> {
  const chosen = ['matrix', 'kernels', 'kernel', 'quick'].some((name) => inputs.get(name));
  const wantsKernels = command === 'test' || (command === 'plan' && !inputs.get('suite'));
  return {
    // Everything the step reports is read from the JSON report.
    ...(command === 'plan' ? {} : { out: join(scratch, 'report.json') }),
    ...(wantsKernels && !chosen ? { quick: 'true' } : {}),
  };
}

/** Flags of `plan` that print something else than the plan of a step. */
const NO_PLAN = ['sample', 'facts', 'offline'];

/** A suite names objects and kernels itself; a plan is an output of the step and no file. */
function ignoredIn(command: ActionCommand, inputs: InputTexts): string[] {
  if (command !== 'plan') return [];
  const own = ['out', ...NO_PLAN];
  return inputs.get('suite') ? [...own, 'artifact', 'matrix', 'kernels', 'quick'] : own;
}

/** A program of the user's own, when one is named and is there. */
function binaryOf({ binary }: ActionSettings, workspace: string): string {
  if (binary === '' || binary === OWN_BINARY) return '';
  const path = resolve(workspace, binary);
  return existsSync(path) && statSync(path).isFile() ? path : '';
}

/** Inputs of a single check that a suite does not look at, where the user set them. */
function ignoredBySuite(inputs: InputTexts): string[] {
  return ACTION_INPUTS.filter(
    ({ name, flags, default: fallback }) =>
      flags.test !== undefined && flags.suite === undefined && ![fallback, ''].includes(inputs.get(name) ?? ''),
  ).map(({ name }) => name);
}

function notesOf(command: ActionCommand, inputs: InputTexts, { binary }: ActionSettings, found: string): string[] {
  const ignored = command === 'suite' ? ignoredBySuite(inputs) : [];
  return [
    ...(ignored.length > 0 ? [`the suite file decides; ignored: ${ignored.join(', ')}`] : []),
    ...(binary !== OWN_BINARY && binary !== '' && found === ''
      ? [`binary: there is no ${binary}; the program of this action runs`]
      : []),
  ];
}

/** @throws UsageError that names the input, what is wrong with it and what it takes */
export function readJob(env: Env, workspace: string, scratch: string): Job {
  const inputs = readInputs(env);
  const settings = checkSettings(inputs);
  const command = commandOf(inputs);
  checkBasics(command, inputs);
  checkReportFiles(command, inputs);
  const flags = flagsFromInputs(inputs, command, defaultsOf(command, inputs, scratch), ignoredIn(command, inputs));
  const words = command === 'merge' ? settings.reports : [];
  const argv = [command, ...flags, ...(words.length > 0 ? ['--', ...words] : [])];
  const pathOf = (flag: string): string => {
    const prefix = `--${flag}=`;
    const text = flags.find((one) => one.startsWith(prefix))?.slice(prefix.length) ?? '';
    return text === '' ? '' : resolve(workspace, text);
  };
  const binary = binaryOf(settings, workspace);
  try {
    return {
      settings,
      command,
      argv,
      parsed: parseArgs(argv),
      json: pathOf('out'),
      markdown: pathOf('markdown'),
      reports: reportInputs(command)
        .map(({ input, flag }) => ({ input, path: pathOf(flag) }))
        .filter(({ path }) => path !== ''),
      input: (name) => inputs.get(name) ?? '',
      binary,
      notes: notesOf(command, inputs, settings, binary),
    };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(error.code, spell(error.wording, inInputs(command)), { cause: error });
  }
}

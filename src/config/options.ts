import { ISOLATIONS, LANE_CHOICES, VALIDATION_MODES } from '../model/cell.ts';
import { DEFAULT_CONCURRENCY, DEFAULT_TIMEOUT } from '../model/run-defaults.ts';
import { REPORT_DIRECTORY, WORK_DIRECTORY } from '../model/work-directory.ts';
import { ADMIN_OPTIONS } from './admin-option-rows.ts';
import { AGENT_OPTIONS } from './agent-option-rows.ts';
import { ATTEST_OPTIONS } from './attest-option-rows.ts';
import { BUILD_OPTIONS } from './build-option-rows.ts';
import { COMMAND_OPTIONS } from './command-option-rows.ts';
import type { CommandName } from './commands.ts';
import { COMPATIBILITY_OPTIONS } from './compatibility-option-rows.ts';
import { FRESHNESS_OPTIONS } from './freshness-option-rows.ts';
import { KERNEL_OPTIONS } from './kernel-option-rows.ts';
import { LOAD_OPTIONS } from './load-option-rows.ts';
import type { OptionRow } from './option-row.ts';

import { POLICY_OPTIONS } from './policy-option-rows.ts';
import { REPORT_OPTIONS } from './report-option-rows.ts';
import { RUNTIME_OPTIONS } from './runtime-option-rows.ts';
import { SERVE_OPTIONS } from './serve-option-rows.ts';
import { SHARD_OPTIONS } from './shard-option-rows.ts';
import { SITE_OPTIONS } from './site-option-rows.ts';
import { SUITE_OPTIONS } from './suite-option-rows.ts';

const RUNNING = ['check', 'test', 'test-command', 'watch', 'kernels fetch'] as const;
const CHOOSING = [...RUNNING, 'lock'] as const;
/** Commands that print tables for people and JSON for programs. */
const LISTING = [
  'suite',
  'bisect',
  'inspect',
  'kernels list',
  'kernels fetch',
  'kernels prune',
  'lock',
  'doctor',
] as const;

export const OPTIONS = [
  {
    name: 'artifact',
    type: 'repeated',
    default: '',
    placeholder: 'FILE',
    description:
      'compiled object (.bpf.o) to check, a directory, program or archive with some, or a quoted pattern ("build/*.bpf.o"); repeatable',
    commands: ['check', 'test', 'test-command', 'watch'],
  },
  {
    name: 'artifact',
    type: 'text',
    default: '',
    placeholder: 'NAME',
    description: 'object to explain if the report has several: file name, path or name',
    commands: ['explain'],
  },
  {
    name: 'kernel',
    type: 'text',
    default: '',
    placeholder: 'ID',
    description:
      'kernel to explain: profile id, version (6.1) or release (uname -r); default: list everything that did not pass',
    commands: ['explain'],
  },
  {
    name: 'matrix',
    type: 'text',
    default: '',
    placeholder: 'FILE|NAME',
    description: 'matrix of kernels: a file, or the name of a built-in one (quick, debian)',
    commands: [...CHOOSING, 'profile list'],
  },
  {
    name: 'quick',
    type: 'boolean',
    default: '',
    description: 'the built-in matrix quick: Debian kernels 5.10, 6.1, 6.12 and 7.3',
    commands: CHOOSING,
  },
  {
    name: 'kernels',
    type: 'list',
    default: '',
    placeholder: 'ID,ID...',
    description:
      'kernels to test on, separated by commas, all of them required: profile ids (see "kernels list"), vendors (ubuntu>=20.04, el@newest) or built-in matrices (lts)',
    commands: CHOOSING,
  },
  {
    name: 'kernel',
    type: 'repeated',
    default: '',
    placeholder: 'FILE|URL|IMAGE',
    description:
      'your own kernel, alone or in addition to the others: an image (bzImage, vmlinux), the tree it was built in, a URL (with ",sha256=HEX") or a container image (HOST/NAME:TAG); append ",modules=DIR" for its modules, ",config=FILE" for its configuration, ",name=ID" for its name in reports; repeatable',
    commands: [...RUNNING, 'suite', 'plan'],
  },
  ...KERNEL_OPTIONS,
  {
    name: 'out',
    type: 'text',
    default: '',
    placeholder: 'FILE',
    description: 'JSON report to write; missing directories are created',
    commands: ['test', 'test-command'],
  },
  {
    name: 'markdown',
    type: 'text',
    default: '',
    placeholder: 'FILE',
    description: 'also write a Markdown report',
    commands: ['test', 'test-command'],
  },
  {
    name: 'out',
    type: 'text',
    default: `${REPORT_DIRECTORY}/report.json`,
    placeholder: 'FILE',
    description: 'JSON report to write',
    commands: ['check'],
  },
  {
    name: 'markdown',
    type: 'text',
    default: `${REPORT_DIRECTORY}/report.md`,
    placeholder: 'FILE',
    description: 'Markdown report to write; an empty value writes none',
    commands: ['check'],
  },
  {
    name: 'manifest',
    type: 'text',
    default: '',
    placeholder: 'FILE',
    description:
      "manifest (YAML): which programs must attach, what the object's own loader would set, which tests to run",
    commands: ['check', 'test', 'test-command', 'watch', 'bisect'],
  },
  ...LOAD_OPTIONS,
  {
    name: 'validation-mode',
    type: 'text',
    default: '',
    placeholder: 'MODE',
    words: VALIDATION_MODES,
    description:
      'load_only, load_attach, or behavior (fails without functional tests); default: load, attach, and run the tests of the manifest',
    commands: ['check', 'test', 'watch', 'bisect'],
  },
  {
    name: 'max-insns',
    type: 'text',
    default: '',
    placeholder: 'N|N%',
    description:
      "fail if the verifier processes more than N instructions for a program, or more than N% of the kernel's limit",
    commands: ['check', 'test', 'watch'],
  },
  {
    name: 'artifact-name',
    type: 'text',
    default: '',
    placeholder: 'NAME',
    description: 'name of the object in the output and the history; default: the file name without extension',
    commands: ['test', 'test-command'],
  },
  {
    name: 'artifact-version',
    type: 'text',
    default: '',
    placeholder: 'TEXT',
    description:
      'version of the object in the history, for --base-version and --head-version of compare; default: the run id',
    commands: ['test', 'test-command'],
  },
  {
    name: 'artifact-variant',
    type: 'text',
    default: '',
    placeholder: 'TEXT',
    description: 'variant of the object, recorded in the report',
    commands: ['test', 'test-command'],
  },
  {
    name: 'artifact-uri',
    type: 'text',
    default: '',
    placeholder: 'URL',
    description: 'URL where the object is published (http, https, file); only recorded',
    commands: ['test', 'test-command'],
  },
  {
    name: 'workdir',
    type: 'text',
    default: WORK_DIRECTORY,
    placeholder: 'DIR',
    description: 'directory for the evidence of each run',
    commands: ['check', 'test', 'test-command', 'watch', 'bisect', 'serve'],
  },
  {
    name: 'runner',
    type: 'text',
    default: 'vm',
    placeholder: 'RUNNER',
    description: 'what boots the kernels: vm (QEMU), virtme-ng or firecracker; profiles say which one they are for',
    commands: ['test'],
  },
  {
    name: 'concurrency',
    type: 'integer',
    default: `${DEFAULT_CONCURRENCY}`,
    placeholder: 'N',
    description: 'number of guests that run at the same time',
    commands: ['check', 'test', 'test-command', 'watch'],
    min: 1,
    max: 256,
  },
  {
    name: 'isolation',
    type: 'text',
    default: 'cell',
    placeholder: 'cell|boot',
    words: ISOLATIONS,
    description: 'cell: restore a VM snapshot for each object on each kernel; boot: cold boot each time',
    commands: ['check', 'test', 'test-command', 'watch', 'suite'],
  },
  {
    name: 'lane',
    type: 'text',
    default: '',
    placeholder: LANE_CHOICES.join('|'),
    words: LANE_CHOICES,
    description:
      "direct: boot the vendor's kernel alone; image: boot the vendor's whole system from its disk image (image: block of the profile); default: direct, if the profile names a kernel",
    commands: ['check', 'test', 'test-command', 'watch', 'suite'],
  },
  {
    name: 'timeout',
    type: 'duration',
    default: DEFAULT_TIMEOUT,
    placeholder: 'TIME',
    description:
      'time limit for one object on one kernel, boot included (90s, 5m, 1h30m); an inconclusive check is tried once more',
    commands: ['check', 'test', 'test-command', 'watch', 'bisect'],
    min: 1,
    max: 7 * 24 * 3_600_000,
  },
  ...COMPATIBILITY_OPTIONS,
  {
    name: 'offline',
    type: 'boolean',
    default: '',
    description: 'use only stored kernels, without network access',
    commands: ['check', 'test', 'test-command', 'watch', 'suite', 'lock', 'doctor', 'serve'],
  },
  {
    name: 'release',
    type: 'boolean',
    default: '',
    description:
      'look for secrets and private paths in the git repository here, in its tracked files and its whole history, instead; patterns in .secretlintignore take paths out',
    commands: ['doctor'],
  },
  {
    name: 'refresh-kernels',
    type: 'boolean',
    default: '',
    description: 'look for newer kernel packages even if one is stored',
    commands: [...RUNNING, 'suite'],
  },
  {
    name: 'allow-profile-override',
    type: 'boolean',
    default: '',
    description:
      'allow a profile in this repository to replace the built-in kernel with the same id, or to name its own keyring; reports say so',
    commands: [...CHOOSING, 'suite', 'plan', 'kernels list', 'bisect', 'kernel-freshness', 'kernel-sweep'],
  },
  {
    name: 'markdown',
    type: 'boolean',
    default: '',
    description: 'print Markdown',
    commands: ['env', 'kernel-freshness'],
  },
  {
    name: 'json',
    type: 'boolean',
    default: '',
    description: 'print the JSON report on standard output, and all other output on standard error',
    commands: ['check', 'test', 'test-command'],
  },
  {
    name: 'json',
    type: 'boolean',
    default: '',
    description: 'print JSON',
    commands: [...LISTING, 'kernel-freshness', 'env', 'version'],
  },
  {
    name: 'quiet',
    type: 'boolean',
    default: '',
    description: 'no progress and no table: print only the fixed lines for scripts, and errors',
    commands: [...CHOOSING, 'suite', 'bisect'],
  },
  {
    name: 'no-color',
    type: 'boolean',
    default: '',
    description: 'no colors',
    env: 'NO_COLOR',
    commands: ['check', 'test', 'test-command', 'watch', 'explain', ...LISTING],
  },
  ...COMMAND_OPTIONS,
  ...REPORT_OPTIONS,
  ...SUITE_OPTIONS,
  ...SHARD_OPTIONS,
  ...BUILD_OPTIONS,
  ...FRESHNESS_OPTIONS,
  ...SITE_OPTIONS,
  ...SERVE_OPTIONS,
  ...RUNTIME_OPTIONS,
  ...ADMIN_OPTIONS,
  ...AGENT_OPTIONS,
  ...POLICY_OPTIONS,
  ...ATTEST_OPTIONS,
] as const satisfies readonly OptionRow[];

type Row = (typeof OPTIONS)[number];

/** What flags are called. */
export type OptionName = Row['name'];
export type NamedRow = OptionRow & { readonly name: OptionName };

type Camel<Name extends string> = Name extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<Camel<Tail>>}`
  : Name;
type KeyOf<R extends Row> = R['type'] extends 'duration' ? `${Camel<R['name']>}Ms` : Camel<R['name']>;
type ValueOf<R extends Row> = R['type'] extends 'boolean'
  ? boolean
  : R['type'] extends 'integer' | 'duration'
    ? number
    : R['type'] extends 'text'
      ? string
      : readonly string[];
type RowsOf<C extends CommandName, R extends Row = Row> = R extends Row
  ? C extends R['commands'][number]
    ? R
    : never
  : never;

/**
 * The flags of a command with their values: names in camelCase, durations in milliseconds with the suffix `Ms`. A text
 * that was not given is empty.
 */
export type ValuesOf<C extends CommandName> = { readonly [R in RowsOf<C> as KeyOf<R>]: ValueOf<R> };

/** The rows of one command. */
export function optionsOf(command: CommandName): readonly NamedRow[] {
  const rows: readonly NamedRow[] = OPTIONS;
  return rows.filter(({ commands }) => commands.includes(command));
}

/** Name of the value of an option in `ValuesOf`. */
export function keyOf({ name, type }: OptionRow): string {
  const camel = name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return type === 'duration' ? `${camel}Ms` : camel;
}

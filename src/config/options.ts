import { WORK_DIRECTORY } from '../model/work-directory.ts';
import { BUILD_OPTIONS } from './build-option-rows.ts';
import { COMMAND_OPTIONS } from './command-option-rows.ts';
import type { CommandName } from './commands.ts';
import { FRESHNESS_OPTIONS } from './freshness-option-rows.ts';
import type { OptionRow } from './option-row.ts';
import { REPORT_OPTIONS } from './report-option-rows.ts';
import { SHARD_OPTIONS } from './shard-option-rows.ts';
import { SUITE_OPTIONS } from './suite-option-rows.ts';

const RUNNING = ['test', 'test-command', 'watch', 'kernels fetch'] as const;
const CHOOSING = [...RUNNING, 'lock'] as const;
const ASKING = [
  'test',
  'test-command',
  'watch',
  'suite',
  'explain',
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
      'compiled object (.bpf.o) to check, or a pattern in quotes ("build/*.bpf.o"); may be given several times',
    commands: ['test', 'test-command', 'watch'],
  },
  {
    name: 'artifact',
    type: 'text',
    default: '',
    placeholder: 'NAME',
    description: 'object to explain, where the report has several: its file name, path or name',
    commands: ['explain'],
  },
  {
    name: 'kernel',
    type: 'text',
    default: '',
    placeholder: 'ID',
    description: 'kernel to explain: profile id, family (6.1) or release; without it, what did not pass is listed',
    commands: ['explain'],
  },
  {
    name: 'matrix',
    type: 'text',
    default: '',
    placeholder: 'FILE|NAME',
    description: 'matrix file, or the name of one that comes with bpfcompat (quick, debian)',
    commands: [...CHOOSING, 'profile list'],
  },
  {
    name: 'quick',
    type: 'boolean',
    default: '',
    description: 'the built-in matrix quick: kernels 5.10, 6.1, 6.12 and 7.3',
    commands: CHOOSING,
  },
  {
    name: 'kernels',
    type: 'list',
    default: '',
    placeholder: 'ID,ID...',
    description:
      'kernels, all required: ids, vendors (ubuntu>=20.04, el@newest) or names of matrices (lts), with commas',
    commands: CHOOSING,
  },
  {
    name: 'kernel',
    type: 'repeated',
    default: '',
    placeholder: 'FILE',
    description:
      'kernel of your own, besides the others or alone: a bzImage, a vmlinux or the tree that it was built in; FILE,modules=DIR adds its modules, ",config=FILE" its configuration, ",name=ID" what reports call it',
    commands: ['test', 'test-command', 'watch', 'plan'],
  },
  {
    name: 'all',
    type: 'boolean',
    default: '',
    description: 'the kernels of the matrix debian and of your own profiles',
    commands: ['kernels fetch'],
  },
  {
    name: 'search',
    type: 'list',
    default: '',
    placeholder: 'WORD',
    description: 'only kernels with this word in their id, vendor, version or release',
    commands: ['kernels list'],
  },
  {
    name: 'userland',
    type: 'boolean',
    default: '',
    description: 'the shell for commands in guests (busybox) as well, or alone; otherwise the first test fetches it',
    commands: ['kernels fetch'],
  },
  {
    name: 'out',
    type: 'text',
    default: '',
    placeholder: 'FILE',
    description: 'JSON report to write; directories are created',
    commands: ['test', 'test-command'],
  },
  {
    name: 'markdown',
    type: 'text',
    default: '',
    placeholder: 'FILE',
    description: 'Markdown report to write as well',
    commands: ['test', 'test-command'],
  },
  {
    name: 'manifest',
    type: 'text',
    default: '',
    placeholder: 'FILE',
    description: 'manifest: programs that must attach, tests to run, sizes to set',
    commands: ['test', 'test-command', 'watch', 'bisect'],
  },
  {
    name: 'set-rodata',
    type: 'repeated',
    default: '',
    placeholder: 'NAME=VALUE',
    description:
      'value of a global variable before the load, such as const volatile settings; NAME.MEMBER and NAME[N] too',
    commands: ['test', 'watch', 'bisect'],
  },
  {
    name: 'set-attach-target',
    type: 'repeated',
    default: '',
    placeholder: 'PROG=TARGET',
    description:
      'attach target, when the loader sets it at run time: a kernel function, or xdp:NAME and tc:NAME for a function of a BPF program that is made for it',
    commands: ['test', 'watch', 'bisect'],
  },
  {
    name: 'strict-libbpf',
    type: 'boolean',
    default: '',
    description: 'load objects as plain libbpf does: no sizes, types or inner maps filled in, settings left out',
    commands: ['test', 'watch', 'bisect'],
  },
  {
    name: 'validation-mode',
    type: 'text',
    default: '',
    placeholder: 'MODE',
    description: 'load_only, load_attach or behavior; without it everything the manifest asks for',
    commands: ['test', 'watch', 'bisect'],
  },
  {
    name: 'max-insns',
    type: 'text',
    default: '',
    placeholder: 'N|N%',
    description:
      'fail where a program costs the verifier more than N instructions, or more than N% of the limit of the kernel',
    commands: ['test', 'watch'],
  },
  {
    name: 'artifact-name',
    type: 'text',
    default: '',
    placeholder: 'NAME',
    description:
      'name of the object in the history and in what is printed; without it the file name without its extension',
    commands: ['test', 'test-command'],
  },
  {
    name: 'artifact-version',
    type: 'text',
    default: '',
    placeholder: 'TEXT',
    description: 'version in the history, which --base-version and --head-version find; without it the run id',
    commands: ['test', 'test-command'],
  },
  {
    name: 'artifact-variant',
    type: 'text',
    default: '',
    placeholder: 'TEXT',
    description: 'variant in the report',
    commands: ['test', 'test-command'],
  },
  {
    name: 'artifact-uri',
    type: 'text',
    default: '',
    placeholder: 'URL',
    description: 'where the object is published (http, https, file); only recorded',
    commands: ['test', 'test-command'],
  },
  {
    name: 'workdir',
    type: 'text',
    default: WORK_DIRECTORY,
    placeholder: 'DIR',
    description: 'directory for the evidence of each run',
    commands: ['test', 'test-command', 'watch', 'bisect'],
  },
  {
    name: 'runner',
    type: 'text',
    default: 'vm',
    placeholder: 'RUNNER',
    description: 'how kernels are booted; only vm in this version',
    commands: ['test'],
  },
  {
    name: 'concurrency',
    type: 'integer',
    default: '2',
    placeholder: 'N',
    description: 'guests that run at the same time',
    commands: ['test', 'test-command', 'watch'],
    min: 1,
    max: 256,
  },
  {
    name: 'isolation',
    type: 'text',
    default: 'cell',
    placeholder: 'cell|boot',
    description: 'cell: each object and kernel is restored from a VM snapshot; boot: cold boot each time',
    commands: ['test', 'test-command', 'watch', 'suite'],
  },
  {
    name: 'timeout',
    type: 'duration',
    default: '180s',
    placeholder: 'TIME',
    description:
      'time for one object on one kernel, boot included (90s, 5m, 1h30m); without an answer there is one second try',
    commands: ['test', 'test-command', 'watch', 'bisect'],
    min: 1,
    max: 7 * 24 * 3_600_000,
  },
  {
    name: 'keep-vm-on-failure',
    type: 'boolean',
    default: '',
    description: 'keep the files of guests that failed',
    commands: ['test', 'test-command'],
  },
  {
    name: 'disk-resize',
    type: 'integer',
    default: '0',
    placeholder: 'GIB',
    description: 'grow the disk of the guest; guests without a disk ignore it',
    commands: ['test'],
    min: 0,
    max: 1024,
  },
  {
    name: 'unsafe-allow-host-runner',
    type: 'boolean',
    default: '',
    description: 'accepted and without effect: objects are never loaded on this machine',
    commands: ['test'],
    hidden: true,
  },
  {
    name: 'offline',
    type: 'boolean',
    default: '',
    description: 'use stored kernels only, never the network',
    commands: ['test', 'test-command', 'watch', 'suite', 'lock', 'doctor'],
  },
  {
    name: 'refresh-kernels',
    type: 'boolean',
    default: '',
    description: 'look for newer kernel packages even where one is stored',
    commands: [...RUNNING, 'suite'],
  },
  {
    name: 'allow-profile-override',
    type: 'boolean',
    default: '',
    description:
      'let a profile of this repository replace the kernel that comes with bpfcompat under its id, or name another keyring; reports say so',
    commands: [...CHOOSING, 'suite', 'plan', 'kernels list', 'bisect', 'kernel-freshness', 'kernel-sweep'],
  },
  {
    name: 'keep',
    type: 'list',
    default: '',
    placeholder: 'ID,ID...',
    description: 'remove the kernels of all profiles but these',
    commands: ['kernels prune'],
  },
  {
    name: 'all',
    type: 'boolean',
    default: '',
    description: 'remove every stored kernel too; without flags saved guests and what no profile needs go',
    commands: ['kernels prune'],
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
    description: 'print JSON',
    commands: [
      'suite',
      'bisect',
      'inspect',
      'kernels list',
      'kernels fetch',
      'kernels prune',
      'lock',
      'kernel-freshness',
      'doctor',
      'env',
      'version',
    ],
  },
  {
    name: 'quiet',
    type: 'boolean',
    default: '',
    description: 'no progress and no table: only the lines scripts read, and errors',
    commands: [...CHOOSING, 'suite', 'bisect'],
  },
  {
    name: 'no-color',
    type: 'boolean',
    default: '',
    description: 'no colors',
    env: 'NO_COLOR',
    commands: ASKING,
  },
  ...COMMAND_OPTIONS,
  ...REPORT_OPTIONS,
  ...SUITE_OPTIONS,
  ...SHARD_OPTIONS,
  ...BUILD_OPTIONS,
  ...FRESHNESS_OPTIONS,
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

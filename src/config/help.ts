import { wrapWords } from '../text/wrap.ts';
import { COMMANDS, type CommandRow } from './commands.ts';
import type { OptionRow } from './option-row.ts';
import { optionsOf } from './options.ts';

/** Widths the help is laid out for, in columns. */
const MIN_WIDTH = 60;
const MAX_WIDTH = 100;

/** What a run ends with. */
export const EXIT_CODES = [
  [0, 'pass'],
  [1, 'inconclusive (usage or infrastructure error)'],
  [2, 'a required kernel rejects an object'],
] as const;

/** The help of one command, of the commands that begin with one word, or of everything. `width` in columns, 60 to 100. */
export function helpText(topic: string | undefined, width = 90): string {
  const columns = Math.min(Math.max(width, MIN_WIDTH), MAX_WIDTH);
  const row = COMMANDS.find(({ name }) => name === topic);
  if (row) return commandHelp(row, columns);
  return topic === undefined ? overview(columns) : groupHelp(topic, columns);
}

function overview(width: number): string {
  return [
    ...wrapWords('bpfcompat reports whether a compiled eBPF object loads and attaches on real distro kernels.', width),
    '',
    'Usage: bpfcompat FILE... [flags]',
    '       bpfcompat <command> [flags]',
    '',
    'Commands:',
    ...commandTable(COMMANDS, width),
    '',
    'Examples:',
    '  bpfcompat my.bpf.o',
    '  bpfcompat test --artifact my.bpf.o --quick --out report.json',
    '  bpfcompat test --artifact my.bpf.o --kernels debian-12-6.1 --out report.json',
    '  bpfcompat kernels list',
    '',
    ...wrapWords(`Exit codes: ${EXIT_CODES.map(([code, meaning]) => `${code} ${meaning}`).join(', ')}.`, width),
    "'bpfcompat <command> --help' shows the flags of a command.",
    '',
  ].join('\n');
}

function groupHelp(first: string, width: number): string {
  const rows = COMMANDS.filter(({ name }) => name.startsWith(`${first} `));
  return [`Usage: bpfcompat ${first} <command> [flags]`, '', 'Commands:', ...commandTable(rows, width), ''].join('\n');
}

function commandTable(rows: readonly CommandRow[], width: number): string[] {
  return table(
    rows.map(({ name, summary }) => [name, summary]),
    width,
  );
}

function commandHelp(row: CommandRow & { name: (typeof COMMANDS)[number]['name'] }, width: number): string {
  const options = optionsOf(row.name).filter(({ hidden }) => !hidden);
  const words = row.arguments ? ` ${row.arguments.name}` : '';
  return [
    `Usage: bpfcompat ${row.name}${words}${options.length === 0 ? '' : ' [flags]'}`,
    '',
    ...wrapWords(`${row.summary.slice(0, 1).toUpperCase()}${row.summary.slice(1)}`, width),
    ...(row.arguments ? ['', ...table([[row.arguments.name, row.arguments.description]], width)] : []),
    '',
    ...(options.length === 0 ? [] : flagHelp(options, width)),
  ].join('\n');
}

function flagHelp(options: readonly OptionRow[], width: number): string[] {
  return [
    'Flags:',
    ...table(
      options.map((option) => [synopsisOf(option), descriptionOf(option)]),
      width,
    ),
    '',
    ...wrapWords('Write --x V or --x=V; -x is the same as --x. --x=false turns off a flag that takes no value.', width),
    '',
  ];
}

function synopsisOf({ name, placeholder }: OptionRow): string {
  return placeholder ? `--${name} ${placeholder}` : `--${name}`;
}

function descriptionOf(option: OptionRow): string {
  const notes = [
    option.default === '' || option.default === '0' ? '' : `default ${option.default}`,
    option.env && option.default === '' ? `also by the environment variable ${option.env}` : '',
  ].filter((note) => note !== '');
  return notes.length === 0 ? option.description : `${option.description} (${notes.join('; ')})`;
}

/** Two columns: the left one as wide as it must be, at most half; the right one wrapped, and below a name that is wider. */
function table(rows: readonly (readonly [string, string])[], width: number): string[] {
  const left = Math.min(Math.max(...rows.map(([name]) => name.length)) + 4, Math.floor(width / 2));
  const indent = ' '.repeat(left);
  return rows.flatMap(([name, text]) => {
    const lines = wrapWords(text, width - left).map((line) => `${indent}${line}`);
    const [first = '', ...rest] = lines;
    const head = `  ${name}`;
    return head.length < left ? [`${head.padEnd(left)}${first.slice(left)}`, ...rest] : [head, ...lines];
  });
}

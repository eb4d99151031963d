import { flag } from '../model/wording.ts';
import { shownCommands } from './completion/shown.ts';
import { ENV_VARIABLES } from './env.ts';
import { EXIT_CODES } from './help.ts';
import type { OptionRow } from './option-row.ts';

/** Text that roff prints as it is. */
function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^([.'])/gm, '\\&$1');
}

function flagLines({ name, placeholder, description, default: fallback }: OptionRow): string[] {
  const value = placeholder === undefined ? '' : ` \\fI${roff(placeholder)}\\fR`;
  const note = fallback === '' || fallback === '0' ? '' : ` (default ${fallback})`;
  return ['.TP', `\\fB\\-\\-${roff(name)}\\fR${value}`, roff(`${description}${note}`)];
}

/** The manual page, for `man`. @param version of this program */
export function manPage(version: string): string {
  const commands = shownCommands().flatMap(({ row, flags }) => [
    `.SS "bpfcompat ${roff(row.name)}${row.arguments === undefined ? '' : ` ${roff(row.arguments.name)}`}"`,
    roff(`${row.summary.slice(0, 1).toUpperCase()}${row.summary.slice(1)}.`),
    ...(row.arguments === undefined ? [] : ['.TP', roff(row.arguments.name), roff(row.arguments.description)]),
    ...flags.flatMap(flagLines),
  ]);
  const variables = ENV_VARIABLES.flatMap(({ Name, Default, Description }) => [
    '.TP',
    `\\fB${roff(Name)}\\fR`,
    roff(`${Description}${Default === '' ? '' : ` (default ${Default})`}`),
  ]);
  return [
    `.TH BPFCOMPAT 1 "" "bpfcompat ${roff(version)}" "User Commands"`,
    '.SH NAME',
    'bpfcompat \\- check whether compiled eBPF objects load and attach on real kernels',
    '.SH SYNOPSIS',
    '.B bpfcompat\n.I FILE...\n.RI [ flags ]',
    '.br\n.B bpfcompat\n.I command\n.RI [ flags ]',
    '.SH DESCRIPTION',
    roff(
      'bpfcompat loads a compiled eBPF object (.bpf.o) on kernels of distributions, in disposable virtual machines, and reports on which of them it loads and attaches, and why not on the others.',
    ),
    '.SH COMMANDS',
    ...commands,
    '.SH EXIT STATUS',
    ...EXIT_CODES.flatMap(([code, meaning]) => ['.TP', `\\fB${code}\\fR`, roff(meaning)]),
    '.SH ENVIRONMENT',
    ...variables,
    '.SH EXAMPLES',
    '.nf',
    roff(
      `bpfcompat my.bpf.o\nbpfcompat my.bpf.o ${flag('kernels')} debian-12-6.1 ${flag('json')}\nbpfcompat kernels list`,
    ),
    '.fi',
    '',
  ].join('\n');
}

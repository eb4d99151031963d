import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/config/commands.ts';
import { completionScript } from '../../src/config/completion/completion.ts';
import { manPage } from '../../src/config/man-page.ts';
import { optionsOf } from '../../src/config/options.ts';
import { parseArgs } from '../../src/config/parse-args.ts';

/** What bash offers for the last word of a command line, as its own completion calls the function. */
function offered(...words: string[]): string[] {
  const call = `
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _bpfcompat; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const text = execFileSync(
    'bash',
    ['--norc', '-c', `${completionScript('bash')}${call}`, 'bash', 'bpfcompat', ...words],
    {
      encoding: 'utf8',
    },
  );
  return text.split('\n').filter((word) => word !== '');
}

describe('bash', () => {
  test.each([
    [['kern'], ['kernels', 'kernel-freshness', 'kernel-sweep']],
    [
      ['kernels', ''],
      ['list', 'fetch', 'prune'],
    ],
    [
      ['test', '--fail-on', ''],
      ['required', 'regression', 'any', 'never'],
    ],
    [['my.bpf.o', '--isolation', 'c'], ['cell']],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['explain', '--k'], ['--kernel']],
    [['kernels', 'prune', '--k'], ['--keep']],
    // Nothing of its own: bash offers files then.
    [['test', '--out', 'x'], []],
    [['my.bp'], []],
    [['check', 'my'], []],
  ])('%j', (words, expected) => {
    expect(offered(...words).sort()).toEqual([...expected].sort());
  });

  test('each command offers all flags that help shows', () => {
    // A few that differ most: each call starts a shell.
    for (const name of ['check', 'suite', 'kernels fetch', 'man'] as const) {
      const flags = optionsOf(name).flatMap((row) => (row.hidden ? [] : [`--${row.name}`]));
      expect(offered(...name.split(' '), '-').sort()).toEqual([...flags, '--help'].sort());
    }
  });
});

test.each(['zsh', 'fish'] as const)(
  'the script for %s names every flag of the table, and that shell reads it',
  (shell) => {
    const script = completionScript(shell);
    for (const { name } of COMMANDS)
      for (const row of optionsOf(name).filter(({ hidden }) => !hidden))
        expect(script).toContain(shell === 'zsh' ? `--${row.name}[` : ` -l ${row.name} `);
    const file = join(mkdtempSync(join(tmpdir(), 'completion-')), shell);
    writeFileSync(file, script);
    const read = spawnSync(shell, ['-n', file], { encoding: 'utf8' });
    rmSync(dirname(file), { recursive: true });
    // Most machines have neither.
    if (read.error === undefined) expect([read.status, read.stderr]).toEqual([0, '']);
  },
);

test('a shell without a script is an error that names those with one', () => {
  expect(() => parseArgs(['completion', 'csh'])).toThrow(/no completion for "csh"; write .* bash, zsh or fish/);
  expect(() => parseArgs(['completion'])).toThrow(/needs a shell/);
});

test('the manual page has every command, flag and exit code', () => {
  const page = manPage('1.2.3').replaceAll('\\-', '-');
  for (const { name } of COMMANDS) {
    expect(page).toContain(`.SS "bpfcompat ${name}`);
    for (const row of optionsOf(name).filter(({ hidden }) => !hidden)) expect(page).toContain(`\\fB--${row.name}\\fR`);
  }
  expect(page).toContain('.SH EXIT STATUS\n.TP\n\\fB0\\fR\npass\n');
  // A line that begins with a dot or a quote would be taken for a macro.
  expect(page.split('\n').filter((line) => /^[.'](?!(?:TH|SH|SS|TP|B|I|RI|br|nf|fi)\b)/.test(line))).toEqual([]);
});

import { isCheck } from '../config/implied-check.ts';
import { optionsOf } from '../config/options.ts';
import { REPORT_FLAGS } from '../model/formats.ts';

/** The words of a command line that name reports (`--out FILE`, `--out=FILE`), and all other words. */
export function reportWords(argv: readonly string[]): { readonly reports: string[]; readonly others: string[] } {
  const reports: string[] = [];
  const others: string[] = [];
  for (const [index, word] of argv.entries()) {
    const [, flag = '', value] = /^--([a-z]+)(?:=(.*))?$/s.exec(word) ?? [];
    const before = /^--([a-z]+)$/.exec(argv[index - 1] ?? '')?.[1] ?? '';
    const isReport = (name: string): boolean => REPORT_FLAGS.some((one) => one === name);
    if (isReport(flag) && value) reports.push(value);
    else if (isReport(before) && flag === '') reports.push(word);
    else others.push(value ?? word);
  }
  // What `check` writes where nothing is said.
  const own = argv[0] === 'check' || isCheck(argv) ? optionsOf('check') : [];
  const said = (name: string): boolean => argv.some((word) => new RegExp(`^--?${name}(?:=|$)`).test(word));
  const places = own.flatMap((row) =>
    (row.name === 'out' || row.name === 'markdown') && !said(row.name) ? [row.default] : [],
  );
  return { reports: [...reports, ...places].filter((word) => word !== '-'), others };
}

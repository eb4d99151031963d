import type { ValidationMode } from '../model/cell.ts';
import { printable } from './words.ts';

/** A case as `init` suggests it. */
export interface DraftCase {
  readonly name: string;
  /** Relative to the suite file. */
  readonly artifact: string;
  readonly mode: ValidationMode;
  /** What a reader wants to know before changing it. */
  readonly summary: string;
}

/** `words` as an id (docs/suites.md): other characters become `-`, and no two of `taken` are the same. */
export function draftId(words: string, taken: ReadonlySet<string> = new Set()): string {
  const plain = words.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '');
  const base = plain.slice(0, 60).replace(/-+$/, '') || 'object';
  for (let number = 1; ; number++) {
    const id = number === 1 ? base : `${base}-${number}`;
    if (!taken.has(id)) return id;
  }
}

/** A suite file with comments for whoever edits it. `matrix`: a file relative to it, or a built-in name. */
export function suiteDraft(name: string, matrix: string, cases: readonly DraftCase[]): string {
  return [
    '# Which objects must work on which kernels. Run it with: bpfcompat suite',
    '# Paths are relative to this file. All keys: docs/suites.md',
    `name: ${JSON.stringify(name)}`,
    '# Cases by kernels, to read; each case has a report of its own in report_dir.',
    'markdown: reports/suite.md',
    'defaults:',
    '  # A built-in matrix, or a file of yours with "profiles:"; "bpfcompat kernels list" shows the ids.',
    `  matrix: ${JSON.stringify(matrix)}`,
    '  report_dir: reports/suites',
    '  timeout: 3m',
    '# load_attach: a program that cannot be attached is a warning, and the case passes. To make it a failure, give the case a',
    '# "manifest:" with: programs: [{name: PROGRAM, attach: {required: true}}]',
    'cases:',
    ...cases.flatMap((one) => [
      `  # ${printable(one.summary, 110)}`,
      `  - name: ${JSON.stringify(one.name)}`,
      `    artifact: ${JSON.stringify(one.artifact)}`,
      `    validation_mode: ${one.mode}`,
    ]),
    '',
  ].join('\n');
}

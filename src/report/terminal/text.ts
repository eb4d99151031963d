import type { Target } from '../../model/cell.ts';
import type { Expected } from '../../model/gate.ts';
import type { RunReport, Verdict } from '../../model/report.ts';
import { wrap } from '../../text/wrap.ts';
import { baselineText } from '../compare-text.ts';
import type { CheckDocument } from '../document.ts';
import { terminal } from '../escape.ts';
import { runDocument } from '../finished-document.ts';
import { legendTexts, type Mark } from '../legend.ts';
import { loadersText } from '../loaders-text.ts';
import { fileNames, shortNames } from '../names.ts';
import { style } from '../style.ts';
import { versionsText } from '../versions.ts';
import { casesByKernels, type ShownDocument, type TerminalCase } from './cases.ts';
import { causeLines } from './causes.ts';
import { matrixLines } from './matrix.ts';
import { suiteBaselineText } from './suite-baseline.ts';
import { suiteDeclaredText, suiteSupportText } from './suite-parts.ts';
import { tally } from './tally.ts';

/** How text is laid out for a terminal. */
export interface TextOptions {
  /** Columns of the terminal; at least 40 are used. */
  readonly width: number;
  readonly color: boolean;
}

function legendLines(cases: readonly TerminalCase[], targets: readonly Target[]): string[] {
  const some = (is: (one: TerminalCase, target: number) => boolean): boolean =>
    cases.some((one) => one.views.some((_, target) => is(one, target)));
  const marks: readonly (readonly [Mark, boolean])[] = [
    ['optional', targets.some(({ required }) => !required)],
    ['failed', some(({ declared }, target) => declared.fails(target))],
    ['passed', some(({ declared }, target) => declared.passes(target))],
    ['inferred', some(({ views }, target) => views[target]?.outcome.status === 'inferred')],
    ['fixups', some(({ views }, target) => (views[target]?.fixups ?? 0) > 0)],
  ];
  return legendTexts(new Set(marks.flatMap(([mark, used]) => (used ? [mark] : []))));
}

/** Cases that share their kernels: the matrix, then what went wrong, each cause once, then the tally. */
function casesText(
  cases: readonly TerminalCase[],
  targets: readonly Target[],
  durationMs: number,
  options: TextOptions,
): string {
  const width = Math.max(40, options.width);
  const paint = style(options.color);
  const kernels = shortNames(targets);
  const legend = legendLines(cases, targets);
  const names = fileNames(cases).map((name) => terminal(name, 200));
  const views = cases.map((one) => one.views);
  const lines = [
    ...matrixLines(cases, targets, width, paint),
    ...(legend.length > 0 ? ['', ...legend.flatMap((text) => wrap(text, width)).map(paint.dim)] : []),
    ...causeLines(cases, kernels, width, paint),
    ...loadersText(names, views, kernels, { width, paint }),
    '',
    ...wrap(tally(cases, targets.length, durationMs), width),
  ];
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

/**
 * Objects by kernels, one matrix for all that share their kernels, then what went wrong, each cause once with the objects
 * and the kernels that it hits and those that are fine. Marks are explained below the matrix. No line is longer than `width`.
 */
export function documentMatrix(document: ShownDocument, options: TextOptions): string {
  return casesByKernels(document)
    .map((group) => casesText(group, group[0]?.targets ?? [], document.durationMs, options))
    .join('\n');
}

/** All there is to say about a check on a terminal, the matrix first; the lines for scripts are not part of it. */
export function documentText(document: CheckDocument, options: TextOptions): string {
  const matrix = documentMatrix(document, options);
  if (document.kind === 'run') {
    const run = document.cases[0]?.completed?.run;
    return `${matrix}\n${run === undefined ? '' : `${baselineText(run, options)}${versionsText(run, options)}`}`;
  }
  const parts = [
    matrix,
    suiteSupportText(document, options),
    suiteDeclaredText(document, options),
    suiteBaselineText(document, options),
  ];
  return parts
    .filter((part) => part !== '')
    .map((part) => `${part}\n`)
    .join('');
}

/**
 * The matrix of a run about which nothing is decided.
 * @param options `expected`: what became of declared failures; those that came as declared do not look like failures
 */
export function matrixText(
  run: RunReport,
  options: TextOptions & { readonly expected?: readonly Expected[] | undefined },
): string {
  const { durationMs, artifacts } = run;
  const verdict = { ...(options.expected && { expected: options.expected }) };
  const cases = artifacts.map(({ basename: name }, artifact) => ({ name, completed: { run, artifact, verdict } }));
  return documentMatrix({ kind: 'run', durationMs, cases }, options);
}

/** `documentText` of a suite, without the empty line at its end. */
export function suiteText(suite: CheckDocument, options: TextOptions): string {
  return documentText(suite, options).slice(0, -1);
}

/** `documentText` of a run. @param verdict of the whole run */
export function runText(run: RunReport, verdict: Verdict, options: TextOptions): string {
  const objects = run.artifacts.map(() => ({ verdict, json: '', markdown: '' }));
  return documentText(runDocument(run, verdict, objects), options);
}

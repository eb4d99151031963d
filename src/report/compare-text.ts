import type { ComparisonSummary } from '../model/comparison.ts';
import type { RunReport } from '../model/report.ts';
import { wrap } from '../text/wrap.ts';
import { byImportance, detailTexts, newsText, sideText } from './compare-words.ts';
import { terminal } from './escape.ts';
import { fileNames } from './names.ts';
import { style } from './style.ts';

/** The last line of `compare`, which scripts read. */
export function diffSummaryLine(summary: ComparisonSummary): string {
  return `Diff summary: profiles=${summary.total} changed=${summary.changed} improved=${summary.improved} regressed=${summary.regressed} required_regressions=${summary.requiredRegressions}`;
}

const LABELS = { new: 'new failure', known: 'known failure', fixed: 'fixed' } as const;

/** Kernels that are listed one by one on a terminal. */
const MAX_LISTED = 40;

/** What is new against the baseline of a run, for a terminal: object by object, new failures first. */
export function baselineText(
  run: Pick<RunReport, 'artifacts' | 'baseline'>,
  options: { readonly width: number; readonly color: boolean },
): string {
  const width = Math.max(40, options.width);
  const paint = style(options.color);
  const names = fileNames(run.artifacts);
  const lines = (run.baseline ?? []).flatMap((comparison, artifact) => {
    const name = names[artifact] ?? '';
    if (!comparison) return wrap(terminal(`${name}: the baseline does not have it`, 1000), width).map(paint.warn);
    const head = `${name} against ${comparison.base.path}: ${newsText(comparison.summary)}`;
    const bad = comparison.summary.newFailures > 0;
    const listed = byImportance(comparison).filter(({ failure }) => failure !== undefined);
    return [
      ...wrap(terminal(head, 1000), width).map(bad ? paint.bad : paint.bold),
      ...listed.slice(0, MAX_LISTED).flatMap((diff) => {
        const label = diff.failure === undefined ? '' : LABELS[diff.failure];
        const optional = diff.required ? '' : ' (optional)';
        const what = `${label}: ${diff.profile}${optional}: ${sideText(diff.base) || 'not tested'} -> ${sideText(diff.head)}`;
        // Of what is fixed only a warning in the place of the failure is worth a word.
        const details = detailTexts(diff).filter((text) => diff.failure !== 'fixed' || text.startsWith('warning new'));
        const texts = [what, ...details.map((text) => `  ${text}`)];
        return texts.flatMap((text) => indented(terminal(text, 600), width, text.startsWith('  ') ? '    ' : '  '));
      }),
      ...(listed.length > MAX_LISTED ? [`  and ${listed.length - MAX_LISTED} more kernels`] : []),
    ];
  });
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

function indented(text: string, width: number, lead: string): string[] {
  return wrap(text, width - lead.length - 2).map((line, index) => `${lead}${index === 0 ? '' : '  '}${line}`);
}

import { inferredText } from '../../model/inferred.ts';
import { oneLine, terminal } from '../escape.ts';
import { fixupWords } from '../fixups.ts';
import { AGREEMENTS, agreementWords, predictionWords } from '../prediction.ts';
import { bareFinding, type SavedFinding, type SavedReport, type SavedTarget, savedExpected } from '../saved-report.ts';
import { unseenText } from '../status-text.ts';
import { plural } from '../style.ts';
import { causeLines } from './cause.ts';
import { againLines } from './command.ts';
import { costLines } from './costs.ts';
import { type ExplainOptions, type Page, pageOf, paragraph, paths, quotedLines, section, textOf } from './layout.ts';
import { stageLines } from './stages.ts';
import { triedLines } from './tried.ts';

/** Programs whose verifier log is shown, and lines of each. */
const MAX_LOGS = 3;
const MAX_LOG_LINES = 15;

const VERDICTS = {
  pass: 'PASS',
  fail: 'FAIL',
  skipped: 'SKIPPED: it was not tested',
  inferred: 'INFERRED: it was not tested',
  infra_error: 'INCONCLUSIVE: neither pass nor fail',
} as const;

function headline(page: Page, report: SavedReport, target: SavedTarget): string {
  const { paint } = page;
  const text = terminal(`${report.artifact.basename} on ${target.profile_id}`, 300);
  const { status, failed_stage: stage, automatic_fixups: fixups } = target;
  const expected = status === 'fail' && savedExpected(report.gate, target.profile_id)?.met === 'failed';
  const where = status === 'fail' && stage !== '' ? ` at ${oneLine(stage, 20)}` : '';
  const unseen = unseenText(status, target.findings);
  const fixed = `${unseen === '' ? '' : `, ${unseen}`}${fixups > 0 ? `, ${fixupWords(fixups)}` : ''}`;
  const verdict = expected ? `fails${where}, as declared` : `${VERDICTS[status]}${where}${fixed}`;
  const painted = expected
    ? paint.dim
    : status === 'pass' && unseen === ''
      ? paint.good
      : status === 'fail'
        ? paint.bad
        : paint.warn;
  return `${paint.bold(text)}: ${painted(verdict)}`;
}

/** The findings of a target; of reports that have none, what their classification says. */
export function causesOf(target: SavedTarget): readonly SavedFinding[] {
  if (target.findings.length > 0 || target.classification_code === '') return target.findings;
  const { classification_code: code, classification_confidence: confidence, classification_reason: title } = target;
  return [bareFinding({ code, phase: '', confidence, title })];
}

function logLines(page: Page, target: SavedTarget): string[] {
  const logs = target.programs.filter(({ log_tail: log }) => log.trim() !== '');
  const left = logs.length - MAX_LOGS;
  return [
    ...logs
      .slice(0, MAX_LOGS)
      .flatMap(({ name, log_tail: log }) => [
        ...paragraph(page, `about ${name}:`),
        ...quotedLines(page, log, MAX_LOG_LINES),
      ]),
    ...(left > 0 ? [`  The logs of ${plural(left, 'more program')} stand in the report.`] : []),
  ];
}

function silenceLines(page: Page, target: SavedTarget): string[] {
  if (target.infra_error !== '') return paragraph(page, target.infra_error);
  if (target.inference !== undefined) return paragraph(page, inferredText(target.inference));
  return target.status === 'skipped' && target.skipped_reason !== '' ? paragraph(page, target.skipped_reason) : [];
}

function predictionLines(page: Page, { prediction }: SavedTarget): string[] {
  if (!prediction) return [];
  const { agreement } = prediction;
  const known = AGREEMENTS.find((name) => name === agreement);
  const words = known ? agreementWords(known) : '';
  const text = predictionWords({ ...prediction, floor: prediction.floor });
  return paragraph(page, words === '' ? text : `${text}; observed: ${words}`);
}

/** The story of one object on one kernel, for a person at a terminal. Prose keeps to the width; paths, commands
 * and tables are there to be copied and may be wider. */
export function explainCell(report: SavedReport, target: SavedTarget, options: ExplainOptions): string {
  const page = pageOf(options);
  const reported = (decisive: boolean): string[] =>
    causesOf(target)
      .filter((finding) => finding.decisive === decisive)
      .flatMap((finding, index) => [...(index > 0 ? [''] : []), ...causeLines(page, report, target, finding)]);
  return textOf([
    headline(page, report, target),
    ...section(page, 'Environment', triedLines(page, report, target)),
    ...section(page, 'Stages', stageLines(page, target)),
    ...section(page, 'Why it is inconclusive', silenceLines(page, target)),
    ...section(page, 'Findings', reported(true)),
    ...section(page, 'Warnings', reported(false)),
    ...section(page, 'What the verifier said', logLines(page, target)),
    ...section(page, 'Predicted from the object', predictionLines(page, target)),
    ...section(page, 'Margins', costLines(target)),
    ...section(
      page,
      'Files',
      paths([
        ['console', target.serial_log],
        ['validator', target.validator_result],
      ]),
    ),
    ...section(page, 'Reproduce', againLines(report, target, page.width)),
  ]);
}

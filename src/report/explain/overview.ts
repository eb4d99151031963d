import { inferredText } from '../../model/inferred.ts';
import { distinctNames, fileName } from '../../model/object-names.ts';
import { flag } from '../../model/wording.ts';
import { oneLine, terminal } from '../escape.ts';
import { placeText } from '../finding-facts.ts';
import { fixupWords } from '../fixups.ts';
import { type PassKind, passKind } from '../loaded-only.ts';
import { type SavedCase, type SavedReport, type SavedTarget, savedExpected } from '../saved-report.ts';
import { shellWord } from '../shell-words.ts';
import { unseenText } from '../status-text.ts';
import { plural } from '../style.ts';
import { type ExplainOptions, type Page, pageOf, paragraph, textOf } from './layout.ts';

const MARKS = {
  pass: 'pass ',
  loaded: 'load ',
  unloaded: 'none ',
  warned: 'warn ',
  fail: 'FAIL ',
  skipped: 'skip ',
  inferred: 'infer',
  infra_error: 'ERR  ',
  expected: 'xfail',
} as const;

const PASS_MARKS: Readonly<Record<PassKind, keyof typeof MARKS>> = {
  ...{ unloaded: 'unloaded', loaded: 'loaded', partly: 'warned', warned: 'warned', plain: 'pass' },
};

/** Objects of a collection that are listed. */
const MAX_CASES = 100;

/** Counts and titles of what one cell has: the first cause, or on a pass what it passes with. */
function shortly(page: Page, target: SavedTarget, expected: boolean): string[] {
  const causes = target.findings.filter(({ decisive }) => decisive);
  const warnings = target.findings.filter(({ decisive }) => !decisive);
  const passes = target.status === 'pass';
  const [first, ...rest] = passes ? warnings : causes;
  const fixups = fixupWords(target.automatic_fixups);
  const title = first?.title || target.classification_reason || target.classification_code;
  const why =
    title ||
    target.infra_error ||
    target.skipped_reason ||
    (target.inference && inferredText(target.inference)) ||
    (passes ? '' : 'the report does not say why');
  const place = first?.location ? ` (${placeText(first.location)})` : '';
  const counts = [
    rest.length > 0 ? plural(rest.length, passes ? 'more warning' : 'more cause') : '',
    !passes && warnings.length > 0 ? plural(warnings.length, 'warning') : '',
  ];
  const details = [unseenText(target.status, target.findings), fixups, why === '' ? '' : `${why}${place}`, ...counts]
    .filter((part) => part !== '')
    .join('; ');
  const kind = passKind(target.status, target.findings);
  const mark = kind === undefined ? (expected ? 'expected' : target.status) : PASS_MARKS[kind];
  const optional = target.required ? '' : ' (optional)';
  return paragraph(page, `${oneLine(target.profile_id, 64)}${optional}: ${details}`, `  ${MARKS[mark]} `);
}

function hint(page: Page, file: string, flags: string): string[] {
  const command = `bpfcompat explain ${shellWord(file)} ${flags}`;
  return ['', ...paragraph(page, 'All about one of them:'), `  ${command}`];
}

/**
 * The cells of one object that did not pass, each in a line or two, and how to hear more.
 * @param file the report as the user named it
 */
export function explainReport(
  report: SavedReport,
  file: string,
  artifactFlag: string | undefined,
  options: ExplainOptions,
): string {
  const page = pageOf(options);
  const { targets, artifact } = report;
  const failing = targets.filter(({ status }) => status !== 'pass');
  const warned = targets.filter(({ status, findings }) => status === 'pass' && findings.length > 0);
  const fixedUp = targets.filter(({ automatic_fixups: fixups }) => fixups > 0);
  const remarkable = targets.filter((target) => warned.includes(target) || fixedUp.includes(target));
  const listed = [...failing, ...remarkable];
  const passed = targets.length - failing.length;
  const count = [
    fixedUp.length > 0 ? `, ${fixedUp.length} of them with automatic fixups` : '',
    warned.length > 0 ? `, ${warned.length} of them with a warning` : '',
  ].join('');
  const example = listed[0] ?? targets[0];
  const which = artifactFlag === undefined ? '' : `${flag('artifact')} ${shellWord(artifactFlag)} `;
  return textOf([
    page.paint.bold(
      terminal(`${artifact.basename}: ${passed} of ${plural(targets.length, 'kernel')} pass${count}`, 300),
    ),
    ...listed.flatMap((target) =>
      shortly(page, target, savedExpected(report.gate, target.profile_id)?.met === 'failed'),
    ),
    ...(example ? hint(page, file, `${which}${flag('kernel')} ${shellWord(example.profile_id)}`) : []),
  ]);
}

function caseLines(page: Page, saved: SavedCase, called: string): string[] {
  const name = oneLine(called, 200);
  if (saved.targets.length === 0) {
    const why = saved.error === '' ? 'no kernel was tested' : `it could not start: ${saved.error}`;
    return paragraph(page, `${name}: ${why}`, `  ${MARKS.infra_error} `);
  }
  const failing = saved.targets.filter(({ status }) => status !== 'pass');
  const fixedUp = saved.targets.filter(({ automatic_fixups: fixups }) => fixups > 0).length;
  const fixups = fixedUp > 0 ? `, on ${fixedUp} with automatic fixups` : '';
  if (failing.length === 0) {
    const warned = saved.targets.filter(({ causes }) => causes.length > 0).length;
    const warnings = warned > 0 ? `, on ${warned} with a warning` : '';
    const passes = `${name}: passes on ${plural(saved.targets.length, 'kernel')}${fixups}${warnings}`;
    return paragraph(page, passes, `  ${warned > 0 ? MARKS.warned : MARKS.pass} `);
  }
  const causes = new Map<string, string[]>();
  for (const target of failing) {
    const cause =
      target.classification_code ||
      (target.status === 'fail'
        ? 'not classified'
        : target.status === 'inferred'
          ? 'not tested, inferred'
          : 'inconclusive');
    causes.set(cause, [...(causes.get(cause) ?? []), oneLine(target.profile_id, 64)]);
  }
  const lines = [...causes].map(([cause, kernels]) => `${oneLine(cause, 60)} on ${kernels.join(', ')}`);
  const failed = failing.filter(({ status }) => status === 'fail');
  const expected = failed.filter(({ profile_id: id }) => savedExpected(saved.gate, id)?.met === 'failed');
  const declared = failed.length === failing.length ? MARKS.expected : MARKS.infra_error;
  const mark = expected.length === failed.length ? declared : MARKS.fail;
  return paragraph(page, `${name}: ${lines.join('; ')}${fixedUp > 0 ? `; passes${fixups}` : ''}`, `  ${mark} `);
}

/**
 * What the cases of a collection are called on the command line: by the file name of the object, where several have that
 * by their own name, or by the end of the path that distinguishes them.
 */
export function namesOfCases(cases: readonly Pick<SavedCase, 'artifact' | 'name'>[]): string[] {
  const files = cases.map(({ artifact, name }) => fileName(artifact) || name);
  const distinct = distinctNames(cases.map(({ artifact: path, name }) => ({ name: name || fileName(path), path })));
  return files.map((file, index) =>
    files.indexOf(file) === files.lastIndexOf(file) ? file : (distinct[index] ?? file),
  );
}

/** The objects of a collection, failing ones first, and how to hear more. */
export function explainCollection(cases: readonly SavedCase[], file: string, options: ExplainOptions): string {
  const page = pageOf(options);
  const names = namesOfCases(cases);
  const nameOf = (one: SavedCase): string => names[cases.indexOf(one)] ?? '';
  const bad = cases.filter(({ targets }) => targets.length === 0 || targets.some(({ status }) => status !== 'pass'));
  const sorted = [...bad, ...cases.filter((one) => !bad.includes(one))];
  const example = sorted[0];
  const kernel = example?.targets.find(({ status }) => status !== 'pass') ?? example?.targets[0];
  const left = sorted.length - MAX_CASES;
  const flags =
    example &&
    `${flag('artifact')} ${shellWord(nameOf(example))}${kernel ? ` ${flag('kernel')} ${shellWord(kernel.profile_id)}` : ''}`;
  return textOf([
    page.paint.bold(`${plural(cases.length, 'object')}, ${cases.length - bad.length} of them pass everywhere`),
    ...sorted.slice(0, MAX_CASES).flatMap((one) => caseLines(page, one, nameOf(one))),
    ...(left > 0 ? [`  and ${left} more`] : []),
    ...(flags ? hint(page, file, flags) : []),
  ]);
}

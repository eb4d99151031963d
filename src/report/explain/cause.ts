import type { FindingGroup } from '../../model/finding.ts';
import { wrap } from '../../text/wrap.ts';
import { similarWords } from '../besides.ts';
import { oneLine, terminal } from '../escape.ts';
import { metWords } from '../expected-words.ts';
import { groupWords, placeText } from '../finding-facts.ts';
import { type SavedFinding, type SavedReport, type SavedTarget, savedExpected } from '../saved-report.ts';
import { type Page, paragraph, quotedLines } from './layout.ts';

const GROUPS: readonly FindingGroup[] = ['object', 'kernel', 'program', 'policy', 'infra'];

/** `caused by: this kernel; high confidence; UNSUPPORTED_MAP_TYPE (kernel_too_old)`. */
export function filing(finding: SavedFinding): string {
  const group = GROUPS.find((name) => name === finding.group);
  return [
    group ? `caused by: ${groupWords(group)}` : '',
    finding.confidence === '' ? '' : `${finding.confidence} confidence`,
    `${finding.code}${finding.reason === '' ? '' : ` (${finding.reason})`}`,
  ]
    .filter((part) => part !== '')
    .join('; ');
}

function sourceLines(page: Page, { location }: SavedFinding): string[] {
  if (!location) return [];
  const place = placeText(location) + (location.column > 0 ? `:${location.column}` : '');
  const where = [
    `at ${place}`,
    location.function === '' ? '' : `in ${oneLine(location.function, 100)}`,
    location.insn === undefined ? '' : `instruction ${location.insn}`,
  ];
  return [
    ...paragraph(page, where.filter((part) => part !== '').join(', ')),
    ...(location.text === '' ? [] : quotedLines(page, location.text.trim(), 3)),
  ];
}

function sameCause(a: SavedFinding, b: SavedFinding): boolean {
  return a.code === b.code && a.reason === b.reason && a.subject === b.subject;
}

/** What the other kernels of the report say about the same cause. */
export function onOtherKernels(report: SavedReport, target: SavedTarget, finding: SavedFinding, said: string): string {
  const { first_upstream_kernel: since } = finding;
  const others = report.targets.filter((other) => other !== target);
  const ids = (some: readonly SavedTarget[]): string => some.map(({ profile_id: id }) => oneLine(id, 64)).join(', ');
  const same = others.filter(({ findings }) => findings.some((other) => sameCause(other, finding)));
  const good = others.filter(({ status, findings }) => status === 'pass' && findings.length === 0);
  return [
    same.length > 0 ? `the same on ${ids(same)}` : '',
    good.length > 0 ? `passes on ${ids(good)}` : '',
    since === '' || said.includes(since) ? '' : `upstream since ${since}`,
  ]
    .filter((part) => part !== '')
    .join('; ');
}

/** One cause with its line, the kernel's own words, the remedy and what stands behind it. */
export function causeLines(page: Page, report: SavedReport, target: SavedTarget, finding: SavedFinding): string[] {
  const met = metWords(finding, savedExpected(report.gate, target.profile_id)?.causes ?? []);
  const said = `${finding.title} ${finding.explanation} ${finding.remediation}`;
  const near = (finding.args['near'] ?? '').split(', ').filter((name) => name !== '' && !said.includes(name));
  const others = onOtherKernels(report, target, finding, said);
  const title = wrap(terminal(finding.title || finding.code, 600), page.width - 2);
  return [
    ...title.map((line) => `  ${page.paint.bold(line)}`),
    ...paragraph(page, `[${filing(finding)}]`).map(page.paint.dim),
    ...sourceLines(page, finding),
    ...(finding.explanation === '' ? [] : paragraph(page, finding.explanation)),
    ...(finding.evidence
      ? [
          ...paragraph(page, `The guest said (${finding.evidence.origin || 'validator'}):`),
          ...quotedLines(page, finding.evidence.text, 10),
        ]
      : []),
    ...(near.length > 0 ? paragraph(page, `${similarWords(near)} on this kernel: ${near.slice(0, 5).join(', ')}`) : []),
    ...(finding.remediation === '' ? [] : paragraph(page, finding.remediation, '  -> ')),
    ...(finding.also.length > 0 ? paragraph(page, `Would fail next: ${finding.also.slice(0, 10).join('; ')}`) : []),
    ...met.flatMap((text) => paragraph(page, text)),
    ...(others === '' ? [] : paragraph(page, `On other kernels: ${others}`)),
  ];
}

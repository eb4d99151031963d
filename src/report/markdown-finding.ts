import { type Finding, type FindingGroup, folded } from '../model/finding.ts';
import { besidesOf } from './besides.ts';
import { code, md } from './escape.ts';
import { metWords, type ReportedCause } from './expected-words.ts';
import { findingFacts, groupWords, placeText } from './finding-facts.ts';
import type { SavedFinding } from './saved-report.ts';

interface Reported {
  readonly code: string;
  readonly subject: string | undefined;
  readonly filing: string;
  readonly title: string;
  readonly explanation: string;
  readonly remediation: string;
  readonly location: { readonly file: string; readonly line: number; readonly text: string } | undefined;
  readonly evidence: { readonly text: string; readonly origin: string } | undefined;
  readonly more: readonly string[];
}

function lines({ title, explanation, remediation, location, more, ...reported }: Reported): string[] {
  const source = location && [code(placeText(location), 320), code(location.text, 300)].filter((part) => part !== '');
  return [
    `- **${reported.code}**${reported.subject ? ` ${code(reported.subject, 160)}` : ''}${reported.filing === '' ? '' : ` (${reported.filing})`}: ${md(title)}`,
    ...(explanation === '' ? [] : [`  - ${md(explanation, 1000)}`]),
    ...(source ? [`  - Source: ${source.join(': ')}`] : []),
    ...(reported.evidence
      ? [`  - Evidence (${md(reported.evidence.origin)}): ${code(reported.evidence.text, 400)}`]
      : []),
    ...more.map((text) => `  - ${md(text, 1000)}`),
    ...(remediation === '' ? [] : [`  - What to do: ${md(remediation, 1000)}`]),
  ];
}

/** A finding of this run, or out of a report. */
interface Foldable {
  readonly code: string;
  readonly subject?: string | undefined;
  readonly args?: Readonly<Record<string, string>> | undefined;
  readonly decisive: boolean;
}

/** What follows from a finding, in one line under it: its remedy is that of the root. */
function followerLine({ code: name, subject }: Foldable, title: string): string {
  return `  - Caused by it: **${md(name, 80)}**${subject ? ` ${code(subject, 160)}` : ''}: ${md(title)}`;
}

/**
 * The findings of a cell, each as a bullet with its source line, evidence and remedy under it: first what makes it fail, then
 * the warnings under a heading of their own.
 */
function partedLines<T extends Foldable>(
  findings: readonly T[],
  bullet: (finding: T) => string[],
  titleOf: (finding: T) => string,
): string[] {
  const all = folded(findings);
  const lines = ({ root, followers }: (typeof all)[number]): string[] => [
    ...bullet(root),
    ...followers.map((one) => followerLine(one, titleOf(one))),
  ];
  const causes = all.filter(({ root }) => root.decisive).flatMap(lines);
  const warnings = all.filter(({ root }) => !root.decisive).flatMap(lines);
  if (warnings.length === 0) return causes;
  return [...causes, ...(causes.length > 0 ? [''] : []), '#### Warnings', '', ...warnings];
}

/** @param causes of the failure, with the declarations that they met */
export function findingsLines(findings: readonly Finding[], causes: readonly ReportedCause[] = []): string[] {
  const bullet = (finding: Finding): string[] => {
    const filing = `${groupWords(finding.group)}, ${finding.confidence} confidence`;
    const { more, ...facts } = findingFacts(finding);
    const reported = [...more, ...metWords(finding, causes)];
    return lines({
      ...facts,
      code: finding.code,
      subject: finding.subject,
      filing,
      evidence: finding.evidence,
      more: reported,
    });
  };
  return partedLines(findings, bullet, (finding) => findingFacts(finding).title);
}

const GROUPS: readonly FindingGroup[] = ['object', 'kernel', 'program', 'policy', 'infra'];

/** The same for findings out of a report, which may come from anywhere. */
export function savedFindingsLines(findings: readonly SavedFinding[], causes: readonly ReportedCause[]): string[] {
  return partedLines(
    findings,
    (finding) => savedFindingLines(finding, causes),
    ({ title, code: name }) => title || name,
  );
}

function savedFindingLines(finding: SavedFinding, causes: readonly ReportedCause[]): string[] {
  const { title, explanation, remediation, location, evidence, args, also } = finding;
  const group = GROUPS.find((name) => name === finding.group);
  const filing = [group ? groupWords(group) : '', finding.confidence === '' ? '' : `${finding.confidence} confidence`];
  return lines({
    code: md(finding.code, 80),
    subject: finding.subject,
    filing: md(filing.filter((part) => part !== '').join(', '), 100),
    title: title || finding.code,
    explanation,
    remediation,
    location,
    evidence,
    more: [...besidesOf({ title, explanation, remediation }, args, also), ...metWords(finding, causes)],
  });
}

import { FINDING_CODES } from '../../findings/findings.ts';
import type { FindingGroup } from '../../model/finding.ts';
import { findingUrl } from '../../model/project.ts';
import { besidesOf } from '../besides.ts';
import { logTails } from '../cell-log.ts';
import { kernelsText } from '../document-causes.ts';
import { type DocumentCell, reasonOf } from '../document-cells.ts';
import type { DocumentKernel } from '../document-kernels.ts';
import { sourcePlace } from '../document-place.ts';
import { code, fence, md } from '../escape.ts';
import { metWords, type ReportedCause } from '../expected-words.ts';
import { groupWords, placeText } from '../finding-facts.ts';
import { address, html } from '../html.ts';
import { MAX_LINE, reproduceCommand } from '../reproduce.ts';
import type { SavedFinding } from '../saved-report.ts';
import { markdownLink, type SummaryLinks, sourceLink } from './links.ts';

export interface BlockOptions {
  readonly links: SummaryLinks;
  /** Root of the checkout: paths below it are shown without it. */
  readonly workspace: string;
  /** Of the logs of one cell together. */
  readonly logLines: number;
}

const MAX_OTHERS = 8;
const MAX_TITLE = 300;
const GROUPS: readonly FindingGroup[] = ['object', 'kernel', 'program', 'policy', 'infra'];

function sourceLines(finding: SavedFinding, { links }: BlockOptions): string[] {
  const { location } = finding;
  if (!location) return [];
  const place = sourcePlace(finding);
  const where = markdownLink(code(placeText(location), 320), place && sourceLink(links, place));
  const inside = location.function === '' ? '' : ` in ${code(location.function, 100)}`;
  return [`Source: ${where}${inside}`, '', ...(location.text.trim() === '' ? [] : [fence(location.text, 400), ''])];
}

function filing({ code: name, group, confidence }: SavedFinding): string {
  const known = GROUPS.find((word) => word === group);
  const parts = [
    known ? `caused by: ${groupWords(known)}` : '',
    confidence === '' ? '' : `${md(confidence, 20)} confidence`,
  ];
  const ours = FINDING_CODES.find((one) => one === name);
  const shown = ours ? `[${code(name)}](${findingUrl(ours)})` : code(name, 60);
  return [shown, ...parts.filter((part) => part !== '')].join(' · ');
}

/** The cause that gives the cell its class, whole; its title stands in the heading of the block. */
function firstCause(finding: SavedFinding, met: readonly ReportedCause[], options: BlockOptions): string[] {
  const { title, explanation, remediation, evidence, args, also } = finding;
  const more = [...besidesOf({ title, explanation, remediation }, args, also), ...metWords(finding, met)];
  return [
    filing(finding),
    '',
    ...(explanation === '' ? [] : [md(explanation, 1000), '']),
    ...sourceLines(finding, options),
    ...(evidence ? [`${md(evidence.origin, 100)}: ${code(evidence.text, 400)}`, ''] : []),
    ...more.flatMap((text) => [md(text, 600), '']),
    ...(remediation === '' ? [] : [`**What to do:** ${md(remediation, 1000)}`, '']),
  ];
}

/** Further findings, shortly. @param lead what each of them begins with */
function shortLines(findings: readonly SavedFinding[], lead: string, met: readonly ReportedCause[]): string[] {
  const reported = findings.slice(0, MAX_OTHERS).map((finding) => {
    const { title, code: name, location, remediation } = finding;
    const where = location ? ` at ${code(placeText(location), 320)}` : '';
    const rest = [remediation, ...metWords(finding, met)].filter((text) => text !== '').map((text) => md(text, 400));
    return `- ${lead}**${md(title || name)}**${where}${rest.length === 0 ? '' : `: ${rest.join(' ')}`}`;
  });
  const rest = findings.length - reported.length;
  return reported.length === 0 ? [] : [...reported, ...(rest > 0 ? [`- and ${rest} more`] : []), ''];
}

/** `(new)`, `(optional)`: what a failure means besides. */
function note({ news, tolerated }: DocumentCell): string {
  const words = [news === 'new' ? 'new' : '', tolerated ?? (news === 'known' ? 'known' : '')];
  const reported = words.filter((word) => word !== '').join(', ');
  return reported === '' ? '' : ` <b>(${reported})</b>`;
}

const MAX_OBJECTS = 5;

/** `conn`, `conn, exec and 3 more`. */
function objectNames(cells: readonly DocumentCell[]): string {
  const names = [...new Set(cells.map(({ one }) => one.name))];
  const shown = names.slice(0, MAX_OBJECTS).map((name) => `<b>${html(name, 80)}</b>`);
  return `${shown.join(', ')}${names.length > MAX_OBJECTS ? ` and ${names.length - MAX_OBJECTS} more` : ''}`;
}

/**
 * Everything about cells that did not pass for the same reason, folded.
 * @param cells what differs between them (logs, the command) is shown of the first
 * @param all the kernels of the document
 * @param anchor id of the block
 */
export function failureBlock(
  cells: readonly [DocumentCell, ...DocumentCell[]],
  all: readonly DocumentKernel[],
  anchor: string,
  open: boolean,
  options: BlockOptions,
): string[] {
  const [cell] = cells;
  const { one, target, expected } = cell;
  const kernel = all.find(({ id }) => id === target.profile_id);
  // Whose log it is, where it could be that of several.
  const whose = cells.length > 1 ? ` (${md(`${one.name} on ${kernel?.name ?? target.profile_id}`)})` : '';
  const [first, ...others] = target.findings.filter(({ decisive }) => decisive);
  const warnings = target.findings.filter(({ decisive }) => !decisive);
  const met = expected?.causes ?? [];
  const silent = target.status !== 'fail';
  const verb = silent ? 'inconclusive: ' : '';
  const head = `${objectNames(cells)} on ${html(kernelsText(all, cells, 12), 600)}: ${verb}${html(reasonOf(target), MAX_TITLE)}${note(cell)}`;
  const command = reproduceCommand(cell, options.workspace);
  const evidence = address(options.links.evidence);
  const last = [
    command === undefined ? '' : `Reproduce${whose}: ${code(command, MAX_LINE)}`,
    evidence ? `[evidence](${evidence})` : '',
  ];
  return [
    `<details${open ? ' open' : ''} id="${anchor}"><summary>${head}</summary>`,
    '',
    ...(silent
      ? [
          ...(reasonOf(target).length > MAX_TITLE ? [md(reasonOf(target), 1000), ''] : []),
          'Infrastructure error, not an incompatibility. Re-run the job.',
          '',
        ]
      : []),
    ...(first && !silent ? firstCause(first, met, options) : []),
    ...(silent ? [] : shortLines(others, 'also ', met)),
    ...(silent || warnings.length === 0 ? [] : ['Warnings:', '', ...shortLines(warnings, '', met)]),
    ...(expected && expected.met !== 'no_answer'
      ? [`Expected: ${code(expected.code, 60)} (${md(expected.reason, 400)})`, '']
      : []),
    ...logTails(target, options.logLines).flatMap(({ title, text }) => [
      `End of the ${md(title)}${whose}:`,
      '',
      fence(text),
      '',
    ]),
    ...(last.some((part) => part !== '') ? [last.filter((part) => part !== '').join(' · '), ''] : []),
    '</details>',
    '',
  ];
}

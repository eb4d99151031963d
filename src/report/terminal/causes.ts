import { followsFrom } from '../../model/finding.ts';
import { grouped } from '../../model/once-per.ts';
import { wrap } from '../../text/wrap.ts';
import { terminal } from '../escape.ts';
import { type FindingGroup, groupFindings, groupSilence } from '../group.ts';
import { fileNames } from '../names.ts';
import type { Style } from '../style.ts';
import type { TerminalCase } from './cases.ts';
import { groupLines } from './group-lines.ts';

/** Lines about one cause, or one reason for having no result, with all kernels of one object that it hits. */
interface Entry {
  readonly lines: readonly string[];
  readonly warning: boolean;
}

function caseEntries(
  { views, declared }: TerminalCase,
  kernels: readonly string[],
  width: number,
  paint: Style,
): Entry[] {
  const groups = groupFindings(views);
  const followersOf = ({ finding, targets }: FindingGroup): FindingGroup[] =>
    groups.filter(
      (one) => followsFrom(one.finding, finding) && one.targets.every((target) => targets.includes(target)),
    );
  const followers = new Set(groups.flatMap(followersOf));
  const reported = groups
    .filter((group) => !followers.has(group))
    .map((group) => ({
      lines: groupLines(group, followersOf(group), kernels, declared, width, paint),
      warning: !group.decisive,
    }));
  const silent = groupSilence(views).map(({ message, targets }) => {
    const text = `${targets.map((index) => kernels[index]).join(', ')}: ${terminal(message, 1000)}`;
    const [first = '', ...more] = wrap(text, width - 4);
    return { lines: [`  ${paint.warn('?')} ${first}`, ...more.map((line) => `    ${line}`)], warning: false };
  });
  return [...reported, ...silent].filter(({ lines }) => lines.length > 0);
}

/** What went wrong, once for all cases of which the same is to be said, below their names. */
export function causeLines(
  cases: readonly TerminalCase[],
  kernels: readonly string[],
  width: number,
  paint: Style,
): string[] {
  const names = fileNames(cases);
  const seen = new Map<string, { readonly entry: Entry; readonly artifacts: number[] }>();
  for (const [artifact, one] of cases.entries()) {
    for (const entry of caseEntries(one, kernels, width, paint)) {
      const key = JSON.stringify(entry);
      const before = seen.get(key);
      if (before === undefined) seen.set(key, { entry, artifacts: [artifact] });
      else if (!before.artifacts.includes(artifact)) before.artifacts.push(artifact);
    }
  }
  const sections = grouped([...seen.values()], ({ artifacts }) => artifacts.join(' '));
  return [...sections.values()].flatMap((section) => {
    const artifacts = section[0]?.artifacts ?? [];
    const heading = artifacts.map((artifact) => terminal(names[artifact] ?? '')).join(', ');
    const linesOf = (warning: boolean): string[] =>
      section.filter(({ entry }) => entry.warning === warning).flatMap(({ entry }) => entry.lines);
    const warnings = linesOf(true);
    // One name may be longer than the line; several are wrapped.
    const titles = artifacts.length > 1 ? wrap(heading, width) : [heading];
    return [
      '',
      ...titles.map(paint.bold),
      ...linesOf(false),
      ...(warnings.length > 0 ? ['  Warnings', ...warnings] : []),
    ];
  });
}

import { createHash } from 'node:crypto';
import type { CheckDocument } from '../document.ts';
import type { DocumentCell } from '../document-cells.ts';
import { md } from '../escape.ts';
import { address } from '../html.ts';
import { plural } from '../style.ts';
import { brokenLines, contextLine, newsLine, overrideLines } from './context.ts';
import { type BlockOptions, failureBlock } from './failure-block.ts';
import { failureGroups } from './failure-groups.ts';
import { headingText } from './heading.ts';
import { matrix } from './matrix-table.ts';
import type { Detail, Parts } from './parts.ts';
import { causeTable, environmentLines, folded, supportLines, timingLines, warningLines } from './sections.ts';
import { legend } from './symbols.ts';

/** With so few failures each is shown whole, and a table of causes would say the same. */
const FEW = 3;

/** Beginning of the ids of a summary: several summaries may stand on one page. */
function anchorBase({ name }: CheckDocument): string {
  return `bpf-${createHash('sha256').update(name).digest('hex').slice(0, 6)}`;
}

/** Cells that get a block: what decides first, and of these what is new. */
function reportedCells(cells: readonly DocumentCell[]): DocumentCell[] {
  const rank = ({ target, decides, news, tolerated }: DocumentCell): number => {
    if (target.status === 'fail') return (tolerated !== undefined ? 3 : decides ? 0 : 1) + (news === 'new' ? 0 : 0.5);
    return decides ? 2 : 4;
  };
  return cells
    .filter(({ target, decides }) => target.status === 'fail' || target.status === 'infra_error' || decides)
    .filter(({ target }) => target.status !== 'pass')
    .sort((a, b) => rank(a) - rank(b));
}

/** Whether the reader has to do something about a cell that did not pass. */
function mattering({ decides, tolerated, target }: DocumentCell): boolean {
  return decides || (target.status === 'fail' && tolerated === undefined);
}

function matrixLines(
  { document, kernels, cells }: Parts,
  detail: Detail,
  anchors: Map<DocumentCell, string>,
): string[] {
  if (detail.list === 'none') return [];
  const passes = new Map(document.cases.map((one) => [one, true]));
  for (const { one, target } of cells) if (target.status !== 'pass') passes.set(one, false);
  const included =
    detail.list === 'all'
      ? document.cases
      : document.cases.filter((one) => one.targets.length === 0 || passes.get(one) === false);
  const cases = included.slice(0, detail.most);
  const { lines, used } = matrix({ cases, kernels, cells, anchor: (cell) => anchors.get(cell) });
  const passing = document.cases.length - included.length;
  const left = [
    passing > 0 ? `${plural(passing, 'object')} that ${passing === 1 ? 'passes' : 'pass'} everywhere` : '',
    included.length > cases.length ? `${plural(included.length - cases.length, 'object')} that do not` : '',
  ].filter((part) => part !== '');
  return [
    ...lines,
    ...(lines.length > 0 ? ['', legend(used), ''] : []),
    ...(left.length > 0 ? [`Not shown: ${left.join(', ')}.`, ''] : []),
  ];
}

/** The whole text at one level of detail. `shortened`: it says that it leaves things out. */
export function render(parts: Parts, detail: Detail, shortened: boolean): string {
  const { document, cells, kernels, causes, counts, options } = parts;
  const links = options.links ?? {};
  const block: BlockOptions = { links, workspace: options.workspace ?? '', logLines: detail.logLines };
  const reported = reportedCells(cells);
  const groups = failureGroups(reported);
  const shown = groups.slice(0, detail.most);
  const few = groups.filter((cells) => cells.some(mattering)).length <= FEW;
  const base = anchorBase(document);
  const anchors = new Map(
    shown.flatMap((group, index) => group.map((cell) => [cell, `${base}-${index + 1}`] as const)),
  );
  const blocks = shown.flatMap((group) =>
    failureBlock(group, kernels, anchors.get(group[0]) ?? '', few && group.some(mattering), block),
  );
  const failing = causes.filter(({ failed, cells: own }) => failed && own.some(mattering));
  const support = supportLines(document.cases, detail.most);
  const evidence = address(links.evidence);
  const where = evidence ? `the [evidence](${evidence})` : 'the report';
  const times = options.times ?? true;
  return [
    `## ${headingText(document, counts)}`,
    '',
    contextLine(parts),
    '',
    ...(options.note ? [`**⏹️ ${md(options.note, 600)}**`, ''] : []),
    ...overrideLines(document),
    ...(shortened ? [`This summary is shortened to fit the page: ${where} has everything.`, ''] : []),
    ...newsLine(parts),
    ...brokenLines(document, Math.min(detail.most, 20)),
    ...(!few ? causeTable(failing, kernels, Math.min(detail.most, 20)) : []),
    ...matrixLines(parts, detail, anchors),
    ...blocks,
    ...(groups.length > shown.length ? [`${groups.length - shown.length} more stand in ${where}.`, ''] : []),
    ...folded('Warnings', detail.extras ? warningLines(cells, causes, kernels) : []),
    ...(support.length > 0 && document.cases.length <= FEW
      ? [...support, '']
      : folded('Which kernels each object supports', detail.extras ? support : [])),
    ...(detail.extras && times && cells.length > 0
      ? folded('Timings and environment', [...timingLines(cells, kernels), '', ...environmentLines(cells, document)])
      : []),
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
}

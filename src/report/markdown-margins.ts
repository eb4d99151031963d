import { insnsText, milliseconds, percent, thousands } from './cost-text.ts';
import { codeCell, md } from './escape.ts';
import { costsOf, notablePrograms, type ProgramCost, shareOf, worst } from './margins.ts';
import { table } from './markdown-table.ts';
import type { TargetView } from './view.ts';

function highest(costs: readonly ProgramCost[], key: Parameters<typeof worst>[1], unit = ''): string {
  const cost = worst(costs, key);
  if (!cost || cost[key] === 0) return '';
  const value = key === 'loadUs' ? milliseconds(cost.loadUs) : `${thousands(cost[key])}${unit}`;
  return costs.length > 1 ? `${value} on ${md(cost.kernel)}` : value;
}

function highestInsns(costs: readonly ProgramCost[]): string {
  const cost = worst(costs, 'insns');
  if (!cost) return '';
  const limit = cost.limit === undefined ? '' : ` of ${thousands(cost.limit)} (${percent(shareOf(cost))})`;
  return `${thousands(cost.insns)}${limit}${costs.length > 1 ? ` on ${md(cost.kernel)}` : ''}`;
}

/** The section about what the programs cost the verifiers; nothing when no kernel said so. */
export function marginLines(views: readonly TargetView[]): string[] {
  const costs = costsOf(views);
  const { programs, others } = notablePrograms(costs);
  if (programs.length === 0) return [];
  const kernels = [...new Set(costs.map(({ kernel }) => kernel))];
  const rows = programs.map(({ name, costs: own }) => [
    codeCell(name),
    ...kernels.map((kernel) => {
      const cost = own.find((candidate) => candidate.kernel === kernel);
      return cost ? insnsText(cost) : '';
    }),
  ]);
  const peaks = programs.map(({ name, costs: own }) => [
    codeCell(name),
    highestInsns(own),
    highest(own, 'totalStates'),
    highest(own, 'peakStates'),
    highest(own, 'stackBytes', ' bytes'),
    highest(own, 'loadUs'),
  ]);
  return [
    '## Margins',
    '',
    'Instructions that the verifier processed, and their share of what it would process at most:',
    '',
    ...table(['Program', ...kernels.map((kernel) => md(kernel))], rows),
    '',
    'Each program at its highest:',
    '',
    ...table(['Program', 'Instructions', 'States', 'Peak states', 'Stack', 'Load time'], peaks),
    '',
    ...(others > 0 ? [`${others} cheaper programs stand in the JSON report.`, ''] : []),
  ];
}

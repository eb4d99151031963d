import type { VersionChange, VersionRow } from './version-rows.ts';

/** How each is written in a table. */
export const CHANGE_WORDS: Readonly<Record<VersionChange, string>> = {
  same: '',
  regression: 'regression',
  improvement: 'improvement',
  other_causes: 'other causes',
  inconclusive: 'inconclusive',
  new_object: 'new object',
};

/** `2 regressions, 1 improvement, 9 same`. */
export function tally(rows: readonly VersionRow[]): string {
  const count = (change: VersionChange): number => rows.filter((row) => row.change === change).length;
  const parts = (['regression', 'improvement'] as const).map((change) => {
    const number = count(change);
    return `${number} ${change}${number === 1 ? '' : 's'}`;
  });
  const others = (['other_causes', 'inconclusive', 'new_object'] as const)
    .filter((change) => count(change) > 0)
    .map((change) => `${count(change)} ${CHANGE_WORDS[change]}`);
  return [...parts, ...others, `${count('same')} same`].join(', ');
}

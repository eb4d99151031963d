import type { ShardPart } from '../model/shard.ts';

/** Names of cells that a sentence holds. */
const NAMED = 12;

/** Cells of its own that a part has a result of. */
function resultsOf({ index, runs }: ShardPart): number {
  const own = runs.flatMap(({ run, cells }) =>
    cells.filter(
      (one) =>
        one.shard === index &&
        run.results.some(({ cell }) => cell.artifact === one.artifact && cell.target === one.target),
    ),
  );
  return own.length;
}

/**
 * What was not run, one sentence per shard; empty when every cell of the plan was run.
 * @param parts of one plan
 */
export function missingShards(parts: readonly ShardPart[]): string[] {
  const [first] = parts;
  if (first === undefined) return [];
  const { total, plan } = first;
  return Array.from({ length: total }, (_, i) => i + 1).flatMap((index) => {
    const planned = plan.cells.filter(({ shard }) => shard === index);
    const part = parts.find((one) => one.index === index);
    const requested = part === undefined ? 0 : resultsOf(part);
    if (requested >= planned.length) return [];
    const names = planned.slice(0, NAMED).map(({ subject, kernel }) => `${subject} on ${kernel}`);
    const rest = planned.length > NAMED ? ` and ${planned.length - NAMED} more` : '';
    const what = part ? `holds ${requested} of ${planned.length} results` : 'is missing';
    return [`shard ${index}/${total} ${what}; not tested: ${names.join(', ')}${rest}`];
  });
}

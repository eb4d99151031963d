import type { Shard, ShardCase, ShardPart } from '../model/shard.ts';
import type { CompletedRun } from './check.ts';
import { shardPart } from './shard-part.ts';
import type { ShardPlan } from './shard-plan.ts';
import { caseFacts, type PreparedCase } from './suite-cases.ts';

/**
 * What this machine contributes to a suite.
 * @param completed runs of the cases that can start, in order
 */
export function suitePart(
  shard: Shard,
  plan: ShardPlan,
  suite: Omit<NonNullable<ShardPart['suite']>, 'cases'>,
  cases: readonly PreparedCase[],
  completed: readonly CompletedRun[],
): ShardPart {
  const facts = cases.map((one): ShardCase => {
    const position = completed.findIndex(({ run }) => run === one.ready?.run);
    return { ...caseFacts(one), ...(position >= 0 && { run: position }) };
  });
  return shardPart(shard, plan, suite.startedAt, completed, { ...suite, cases: facts });
}

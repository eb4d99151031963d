import type { ShardPart } from '../model/shard.ts';

/** The block `shard` of a report: what `merge` puts together. A part of another machine is never in it. */
export function shardJson(part: ShardPart) {
  const { index, total, format, version, startedAt, plan, runs, suite } = part;
  return { index, total, started_at: startedAt, plan, format, version, suite, runs };
}

import type { ShardPart } from '../model/shard.ts';

/** What a person should know who sees only one of several machines; nothing where one machine ran everything. */
export function shardNote(part: ShardPart | undefined): string {
  if (part === undefined) return '';
  const { index, total, plan } = part;
  const own = plan.cells.filter(({ shard }) => shard === index).length;
  const what = own === 0 ? 'has nothing to run' : `ran ${own} of ${plan.cells.length} cells`;
  return `note: shard ${index}/${total} ${what}; "bpfcompat merge" combines all shards and computes the verdict\n`;
}

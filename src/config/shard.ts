import { UsageError } from '../model/errors.ts';
import { MAX_SHARDS, type Shard } from '../model/shard.ts';
import { option, phrase } from '../model/wording.ts';
import { quoted } from './words.ts';

/** Reads `2/4`; undefined for an empty text. @throws UsageError `flag_value` for anything else */
export function parseShard(text: string): Shard | undefined {
  if (text === '') return undefined;
  const [, first = '', second = ''] = /^\s*(\d{1,6})\s*\/\s*(\d{1,6})\s*$/.exec(text) ?? [];
  const [index, total] = [Number(first), Number(second)];
  const wrong = (why: string): UsageError =>
    new UsageError('flag_value', phrase`${option('shard')} ${quoted(text)} ${why}; write 1/4 for the first of four`);
  if (first === '') throw wrong('is not a valid shard (I/N)');
  if (total < 1 || total > MAX_SHARDS) throw wrong(`must be one of 1 to ${MAX_SHARDS} shards`);
  if (index < 1 || index > total) throw wrong(`must be one of 1/${total} to ${total}/${total}`);
  return { index, total };
}

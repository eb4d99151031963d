import * as z from 'zod';
import { UsageError } from '../model/errors.ts';
import type { CrawlerWords } from './baselines.ts';
import { enumerate } from './similar.ts';

const Entry = z.looseObject({ kernelrelease: z.string(), target: z.string().default('') });
const List = z.record(z.string(), z.array(Entry));

/** What a kernel-crawler found: entries by distribution. */
export type CrawlerList = z.infer<typeof List>;

/**
 * Reads `list.json` of a kernel-crawler: an object with a list of `{kernelrelease, target, ...}` for each distribution.
 * @param origin where it comes from, for messages
 * @throws UsageError `crawler_list_invalid`
 */
export function readCrawlerList(origin: string, text: string): CrawlerList {
  try {
    return List.parse(JSON.parse(text));
  } catch (cause) {
    throw new UsageError(
      'crawler_list_invalid',
      `${origin}: this is not a list of a kernel-crawler, {"DISTRO": [{"kernelrelease": ...}]}; name its list.json`,
      { cause },
    );
  }
}

/** Releases that fit all words, in the order of the list. @throws UsageError for a distribution that the list has not */
export function releasesIn(origin: string, list: CrawlerList, words: CrawlerWords): string[] {
  const key = Object.keys(list).find((one) => one.toLowerCase() === words.distro.toLowerCase());
  if (key === undefined) {
    throw new UsageError(
      'crawler_list_invalid',
      `${origin} has no distribution ${words.distro}; it has ${enumerate(Object.keys(list).slice(0, 30), 'and')}`,
    );
  }
  return (list[key] ?? [])
    .filter(({ target }) => words.target === '' || target === words.target)
    .map(({ kernelrelease }) => kernelrelease)
    .filter((one) => one.startsWith(words.releasePrefix) && one.includes(words.releaseContains));
}

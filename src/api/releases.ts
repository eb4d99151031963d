import { join, resolve } from 'node:path';
import type { CrawlerWords } from '../config/baselines.ts';
import { type CrawlerList, readCrawlerList, releasesIn } from '../config/crawler-list.ts';
import { exactKernel } from '../config/exact-kernel.ts';
import type { Host } from '../host/host.ts';
import { offersOf } from '../kernels/offers.ts';
import { compareRpmVersions } from '../kernels/sources/rpm/version.ts';
import { exactly } from '../kernels/sources/sources.ts';
import { withoutEndSlashes } from '../model/end-slashes.ts';
import { UsageError } from '../model/errors.ts';
import type { KernelSource, Profile } from '../model/kernel.ts';
import { option, phrase } from '../model/wording.ts';

/** A kernel that is to be had, newest first in lists of them. */
export interface Release {
  /** `uname -r`; of packages that are not named after it their version. */
  readonly release: string;
  /** Of the package; empty where only a crawler's list says it. */
  readonly version: string;
  /** Address of the package; undefined where no one says. */
  readonly url: string | undefined;
  /** The block that fetches it; undefined where there is none. */
  readonly kernel: KernelSource | undefined;
}

/** Where releases are looked for. */
export interface ReleasesRequest {
  readonly host: Host;
  readonly cwd: string;
  /** Directory of lists, one `<arch>/list.json` each, or one list; both empty: the vendors' own repositories. */
  readonly crawlerBase: string;
  readonly crawlerFile: string;
  readonly signal: AbortSignal;
  readonly onNote: (message: string) => void;
}

const MAX_LIST = 256 * 1024 * 1024;

/** Newer first. */
function byRelease(a: string, b: string): number {
  return compareRpmVersions(b, a);
}

/** @param origin path of the list, or its address */
async function readList({ host, cwd, crawlerFile, signal }: ReleasesRequest, origin: string): Promise<CrawlerList> {
  if (crawlerFile !== '') {
    const text = await host.files.read(resolve(cwd, crawlerFile), MAX_LIST).catch((cause: unknown) => {
      throw new UsageError(
        'unreadable_file',
        phrase`${option('crawler-file')} ${origin} cannot be read; correct the path`,
        { cause },
      );
    });
    return readCrawlerList(origin, text.toString('utf8'));
  }
  await using work = await host.files.tempDir('bpfcompat-crawler-');
  const file = join(work.path, 'list.json');
  const { status } = await host.network.download(origin, file, { maxBytes: MAX_LIST, signal });
  if (status === 200) return readCrawlerList(origin, (await host.files.read(file, MAX_LIST)).toString('utf8'));
  throw new UsageError(
    'unreadable_file',
    phrase`${origin} returned status ${status}; correct ${option('crawler-base')}`,
  );
}

/** Looks for releases; each list is read once. */
export function releaseFinder(request: ReleasesRequest) {
  const { host, crawlerBase, crawlerFile, signal, onNote } = request;
  const lists = new Map<string, Promise<CrawlerList>>();

  const fromCrawler = async (words: CrawlerWords, profile: Profile | undefined): Promise<Release[]> => {
    const arch = words.arch || profile?.arch || 'x86_64';
    const origin = crawlerFile || `${withoutEndSlashes(crawlerBase)}/${arch}/list.json`;
    const list = lists.get(origin) ?? readList(request, origin);
    lists.set(origin, list);
    const releases = releasesIn(origin, await list, words);
    return [...new Set(releases)].sort(byRelease).map((release) => ({
      release,
      version: '',
      url: undefined,
      kernel: exactKernel({ release, packages: [] }, profile?.kernel),
    }));
  };

  return {
    /** A crawler's list was named. */
    crawls: crawlerBase !== '' || crawlerFile !== '',
    fromCrawler,
    /** What the profile's own repository offers, newest first. @throws as `offersOf` */
    async offered(profile: Profile): Promise<Release[]> {
      const builds = await offersOf(host, profile, { signal, onProgress: () => {}, onNote });
      return builds.map(({ name, version, release, url }) => ({
        release: release ?? version,
        version,
        url,
        kernel: profile.kernel && exactly(profile.kernel, { name, version }),
      }));
    },
  };
}

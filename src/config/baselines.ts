import { parseDocument } from 'yaml';
import * as z from 'zod';
import { withoutSlips } from './key-slips.ts';
import { profileId } from './manifest-schema.ts';
import { readYaml, type SourceFile } from './yaml-file.ts';
import { line, list } from './yaml-schema.ts';

const text = line({ maxBytes: 512 }).default('');

/** The file of docs/freshness.md. */
const BaselineFile = z.looseObject({
  baselines: list(
    withoutSlips(
      z.looseObject({
        profile: profileId,
        /** `uname -r` that was tested last; empty: none yet. */
        kernel: text,
        recorded: text,
        note: text,
        /** How entries of a kernel-crawler's list are found. */
        crawler: withoutSlips(
          z.looseObject({ distro: text, target: text, release_prefix: text, release_contains: text, arch: text }),
        ).optional(),
      }),
    ),
    { unique: 'profile', min: 1 },
  ),
});

/** Words that choose entries of a crawler's list; empty ones choose nothing. */
export interface CrawlerWords {
  readonly distro: string;
  readonly target: string;
  readonly releasePrefix: string;
  readonly releaseContains: string;
  /** Empty: x86_64. */
  readonly arch: string;
}

export interface Baseline {
  readonly profile: string;
  /** `uname -r` that was tested last; empty: none. */
  readonly kernel: string;
  readonly crawler: CrawlerWords | undefined;
}

/** @throws UsageError `baselines_invalid` with file, line and column of everything that is wrong */
export function readBaselines(source: SourceFile): Baseline[] {
  const { value } = readYaml(source, BaselineFile, 'baselines_invalid');
  return value.baselines.map(({ profile, kernel, crawler }) => ({
    profile,
    kernel,
    crawler: crawler && {
      distro: crawler.distro,
      target: crawler.target,
      releasePrefix: crawler.release_prefix,
      releaseContains: crawler.release_contains,
      arch: crawler.arch,
    },
  }));
}

/** A file with other kernels in it; its comments stay. @param kernels `uname -r` by profile @param day `2026-01-31` */
export function withKernels(source: string, kernels: ReadonlyMap<string, string>, day: string): string {
  const document = parseDocument(source);
  const entries = (document.toJS() as { readonly baselines: readonly { readonly profile: string; kernel?: string }[] })
    .baselines;
  for (const [index, { profile, kernel }] of entries.entries()) {
    const now = kernels.get(profile);
    if (now === undefined || now === kernel) continue;
    document.setIn(['baselines', index, 'kernel'], now);
    document.setIn(['baselines', index, 'recorded'], day);
  }
  return document.toString({ lineWidth: 0 });
}

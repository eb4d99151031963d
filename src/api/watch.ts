import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Host } from '../host/host.ts';
import { CancelledError, UsageError } from '../model/errors.ts';
import type { Expected } from '../model/gate.ts';
import { placeOfKernel } from '../model/local-kernel.ts';
import { IMAGE_SCHEME } from '../model/oci-source.ts';
import type { RunReport } from '../model/report.ts';
import { option, phrase, type Wording } from '../model/wording.ts';
import { type Latest, mergeLatest } from '../report/merge-latest.ts';
import { withoutArtifacts } from '../report/without-artifacts.ts';
import { containerOf, findArtifacts } from '../run/find-artifacts.ts';
import { WATCH_OPTIONS } from './call-options.ts';
import { checkOptions } from './check-options.ts';
import { GONE_MS, LOOK_MS, type Marks, marksOf, SETTLED_MS, sameMarks } from './file-marks.ts';
import { environmentOf } from './services.ts';
import { useStore } from './store-use.ts';
import { type ValidateOptions, validate } from './validate.ts';

/** As for `validate`, without what belongs to a run that ends. */
export interface WatchOptions
  extends Omit<ValidateOptions, 'out' | 'markdown' | 'sample' | 'facts' | 'acceptInferred'> {
  /**
   * Called with everything known after each round: the newest result of every object, and what became of the failures that
   * are declared for them.
   */
  readonly onResult: (report: RunReport, expected: readonly Expected[]) => void;
  /** Called when nothing is going on any more, and with the words (`String(problem)`) of a round that could not be run. */
  readonly onIdle?: (problem: Wording | undefined) => void;
}

/** What the files looked like at one moment. */
interface Look {
  /** Objects that are there and not empty. */
  readonly objects: Marks;
  /** What decides how they are tested; a file that is not there has an empty mark. */
  readonly settings: Marks;
}

async function look(host: Host, cwd: string, options: WatchOptions, assets: readonly string[]): Promise<Look> {
  // A pattern may match nothing for a moment, while a build starts over.
  const paths = await findArtifacts(host, cwd, options.artifacts, options.workDir).catch((error: unknown) => {
    if (error instanceof UsageError) return [];
    throw error;
  });
  const { manifest, matrix, command, loader, localKernels = [] } = options;
  const images = localKernels.flatMap((kernel) => (placeOfKernel(kernel) === 'file' ? [kernel.image] : []));
  const named = [manifest, matrix, command?.binary, loader?.btf, ...images].flatMap((file) =>
    file ? [resolve(cwd, file)] : [],
  );
  const files = await Promise.all(paths.map(async (path) => (await containerOf(host, path)) ?? path));
  const marks = await marksOf(host, files);
  const objects = paths.flatMap((path, index): [string, string][] => {
    const now = marks[index]?.[1] ?? '';
    return now === '' ? [] : [[path, now]];
  });
  return { objects: new Map(objects), settings: new Map(await marksOf(host, [...named, ...assets])) };
}

interface Change {
  readonly now: Look;
  /** Objects to test: those that are new or other than before, or all where a setting is. */
  readonly changed: readonly string[];
  readonly gone: readonly string[];
}

function changeOf(before: Look, now: Look): Change {
  // Assets come and go with the manifest that names them.
  const anew = [...now.settings].some(
    ([path, seen]) => before.settings.has(path) && before.settings.get(path) !== seen,
  );
  return {
    now,
    changed: [...now.objects.keys()].filter((path) => anew || before.objects.get(path) !== now.objects.get(path)),
    gone: [...before.objects.keys()].filter((path) => !now.objects.has(path)),
  };
}

/** What is other than `before`, once nothing has changed for a moment. */
async function nextChange(looking: () => Promise<Look>, before: Look, signal: AbortSignal): Promise<Change> {
  for (;;) {
    const first = changeOf(before, await looking());
    if (first.changed.length + first.gone.length > 0) {
      await sleep(first.gone.length > 0 ? GONE_MS : SETTLED_MS, undefined, { signal });
      const now = await looking();
      if (sameMarks(first.now.objects, now.objects) && sameMarks(first.now.settings, now.settings)) return first;
    }
    await sleep(LOOK_MS, undefined, { signal });
  }
}

/**
 * Checks the objects, and from then on each object again whenever its file changes, and all of them whenever the
 * manifest, the matrix file, a kernel of one's own, an asset or the program of the command does, until `signal` is aborted. An object whose
 * file is removed is left out of the output. Run directories of results that were replaced are removed.
 * @throws CancelledError after an abort; UsageError and HostError when even the first round cannot be run
 */
export async function watch(options: WatchOptions): Promise<never> {
  checkOptions('watch', options, WATCH_OPTIONS, ['artifacts', 'onResult']);
  const { host, cwd } = environmentOf(options);
  const { onResult, onIdle, ...request } = options;
  const signal = options.signal ?? new AbortController().signal;
  // Between two rounds, too: the next one must find its kernels.
  await using _store = await useStore(host, signal);
  let latest: Latest | undefined;
  // The first look must find something to do: a wrong path would be waited for for ever.
  const first = await findArtifacts(host, cwd, options.artifacts, options.workDir);
  const image = first.find((path) => path.startsWith(IMAGE_SCHEME));
  if (image !== undefined)
    throw new UsageError('artifact_unreadable', phrase`${option('artifact')} ${image}: files are watched, no images`);
  const looking = (): Promise<Look> =>
    look(host, cwd, options, latest?.report.assets?.map(({ source }) => source) ?? []);
  const start = await looking();
  const missing = first.filter((path) => !start.objects.has(path));
  if (missing.length > 0) onIdle?.(`${missing.join(', ')}: no such file, or an empty one; waiting for it`);
  let seen: Look = { objects: new Map(), settings: start.settings };
  for (;;) {
    try {
      const { now, changed, gone } = await nextChange(looking, seen, signal);
      seen = now;
      if (latest !== undefined) latest = withoutArtifacts(latest, gone);
      if (changed.length > 0) {
        const { report, verdict } = await validate({ ...request, artifacts: changed, host });
        const merged = mergeLatest(latest, { report, expected: verdict.expected ?? [] });
        for (const dir of merged.replacedDirs) await host.files.remove(dir);
        latest = merged;
        // What the manifest names is known now; what it looks like at this moment was tested.
        seen = { ...now, settings: new Map([...(await looking()).settings, ...now.settings]) };
      }
      if (latest !== undefined && latest.report.artifacts.length > 0) onResult(latest.report, latest.expected);
      onIdle?.(
        seen.objects.size > 0 ? undefined : `no object is left of ${options.artifacts.join(', ')}; waiting for one`,
      );
    } catch (error) {
      if (signal.aborted) throw new CancelledError('cancelled', { cause: error });
      // The object may be half-made or gone again; everything else will not get better by waiting.
      if (latest === undefined || !(error instanceof UsageError)) throw error;
      onIdle?.(error.wording);
    }
  }
}

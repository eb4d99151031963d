import { dirname, resolve } from 'node:path';
import { CancelledError, UsageError } from '../model/errors.ts';
import type { Wording } from '../model/wording.ts';
import type { CheckDocument } from '../report/document.ts';
import { WATCH_SUITE_OPTIONS } from './call-options.ts';
import { checkOptions } from './check-options.ts';
import { type Marks, marksOf, nextMarks } from './file-marks.ts';
import { localPaths } from './local-kernels.ts';
import { loadSuite } from './prepare-suite.ts';
import { environmentOf } from './services.ts';
import { useStore } from './store-use.ts';
import { type SuiteOptions, validateSuite } from './suite.ts';

/** As for `validateSuite`, without what belongs to a run that ends. */
export interface WatchSuiteOptions
  extends Omit<SuiteOptions, 'out' | 'markdown' | 'files' | 'shard' | 'sample' | 'facts' | 'acceptInferred'> {
  /** Called with the whole suite after each round. */
  readonly onResult: (suite: CheckDocument) => void;
  /** Called when nothing is going on any more, and with the words (`String(problem)`) of a round that could not be run. */
  readonly onIdle?: (problem: Wording | undefined) => void;
}

/**
 * Checks the cases of a suite, and all of them again whenever the suite file or a file that it names changes, until
 * `signal` is aborted. Reports of cases are written in each round; run directories of the round before are removed.
 * @throws CancelledError after an abort; UsageError and HostError when even the first round cannot be run
 */
export async function watchSuite(options: WatchSuiteOptions): Promise<never> {
  checkOptions('watchSuite', options, WATCH_SUITE_OPTIONS, ['suite', 'onResult']);
  const { host, cwd } = environmentOf(options);
  const { onResult, onIdle, ...request } = options;
  const signal = options.signal ?? new AbortController().signal;
  // Between two rounds, too: the next one must find its kernels.
  await using _store = await useStore(host, signal);
  const file = resolve(cwd, options.suite);
  const own = (options.localKernels ?? []).flatMap((kernel) => localPaths(cwd, kernel));
  let latest: CheckDocument | undefined;
  let named: readonly string[] = [];

  async function looking(): Promise<Marks> {
    // A suite that is being written names what it named before.
    const suite = await loadSuite(host, cwd, options.suite).catch(() => undefined);
    if (suite !== undefined) {
      const reads = suite.cases.flatMap(({ paths }) => paths.filter(({ use }) => use === 'read'));
      named = reads.map(({ path }) => resolve(dirname(file), path));
    }
    const assets = (latest?.cases ?? []).flatMap(
      ({ completed }) => completed?.run.assets?.map(({ source }) => source) ?? [],
    );
    return new Map(await marksOf(host, [...new Set([file, ...named, ...assets, ...own])]));
  }

  for (;;) {
    let seen = await looking();
    try {
      const before = latest;
      ({ suite: latest } = await validateSuite({ ...request, host }));
      for (const { completed } of before?.cases ?? []) {
        if (completed !== undefined) await host.files.remove(completed.run.runDir);
      }
      // Assets are known now; what else changed meanwhile is tested again.
      seen = new Map([...(await looking()), ...seen]);
      onResult(latest);
      onIdle?.(undefined);
    } catch (error) {
      if (signal.aborted) throw new CancelledError('cancelled', { cause: error });
      // The file may be half-written; everything else will not get better by waiting.
      if (latest === undefined || !(error instanceof UsageError)) throw error;
      onIdle?.(error.wording);
    }
    try {
      await nextMarks(looking, seen, signal);
    } catch (error) {
      if (signal.aborted) throw new CancelledError('cancelled', { cause: error });
      throw error;
    }
  }
}

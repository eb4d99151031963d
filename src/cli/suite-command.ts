import { relative } from 'node:path';
import type { SuiteCommandOptions } from '../config/suite-options.ts';
import { validateSuite } from '../index.ts';
import { scriptLines } from '../report/script-lines.ts';
import { withoutResultLines } from '../report/suite-lines.ts';
import { documentText } from '../report/terminal/text.ts';
import type { Io } from './io.ts';
import { progressView } from './live.ts';
import { shardNote } from './shard-note.ts';

/** `suite`: checks all cases of a suite file, shows cases by kernels, prints the lines that scripts read. */
export async function suiteCommand(options: SuiteCommandOptions, io: Io, signal: AbortSignal): Promise<number> {
  const view = progressView(io, options.quiet);
  try {
    const result = await validateSuite({
      suite: options.suite,
      localKernels: options.localKernels,
      out: options.out,
      markdown: options.markdown,
      files: options,
      shard: options.shard,
      workDir: options.workdir,
      timeoutMs: options.timeoutMs,
      concurrency: options.concurrency,
      baseline: options.baseline,
      failOn: options.failOn,
      stopOnFailure: options.stopOnFailure,
      sample: options.sample,
      facts: options.facts,
      acceptInferred: options.acceptInferred,
      isolation: options.isolation,
      lane: options.lane,
      offline: options.offline,
      refreshKernels: options.refreshKernels,
      allowProfileOverride: options.allowProfileOverride,
      lock: options.lock,
      env: io.env,
      cwd: io.cwd,
      signal,
      onEvent: view.onEvent,
    });
    const { suite, json, paths } = result;
    view.close();
    io.onResult?.(result);
    io.err(shardNote(suite.part));
    if (options.json) {
      io.out(json);
      return suite.exitCode;
    }
    if (!options.quiet) {
      const look = { width: io.width(), color: io.color && !options.noColor };
      io.out(documentText(suite, look));
      for (const path of [paths.json, paths.markdown]) if (path !== '') io.out(`Written: ${relative(io.cwd, path)}\n`);
    }
    if (options.quiet) for (const line of withoutResultLines(suite)) io.err(`${line}\n`);
    io.out(scriptLines(suite));
    return suite.exitCode;
  } finally {
    view.close();
  }
}

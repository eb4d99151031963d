import type { CheckDocument } from '../model/document.ts';
import type { RunReport, Verdict } from '../model/report.ts';
import { suiteJson } from './suite-json.ts';
import { suiteMarkdown } from './suite-markdown.ts';
import { collectionVersionsMarkdown } from './versions.ts';

/** One artifact of a run with several: its own verdict and where its own report lies. */
export interface CollectionCase {
  /** Index of the artifact in the run. */
  readonly artifact: number;
  readonly verdict: Verdict;
  readonly json: string;
  readonly markdown: string;
}

/** A run with several artifacts is reported like a suite with one case per artifact. */
export function runCollection(run: RunReport, verdict: Verdict, cases: readonly CollectionCase[]): CheckDocument {
  return {
    name: run.matrix.name,
    startedAt: run.startedAt,
    finishedAt: run.finishedAt,
    durationMs: run.durationMs,
    status: verdict.status,
    exitCode: verdict.exitCode,
    cases: cases.map(({ artifact, verdict: own, json, markdown }) => ({
      name: run.artifacts[artifact]?.name ?? '',
      artifact: run.artifacts[artifact]?.path ?? '',
      manifest: '',
      matrix: run.matrix.path,
      required: true,
      status: own.status,
      exitCode: own.exitCode,
      error: '',
      completed: { run, artifact, verdict: own },
      json,
      markdownPath: markdown,
    })),
    notRun: [],
    ...(run.part && { part: run.part }),
  };
}

/** A run with several artifacts as one document, `bpfcompat_suite.v0.1` (docs/report.md, Several objects). */
export function collectionJson(run: RunReport, verdict: Verdict, cases: readonly CollectionCase[]): string {
  return suiteJson(runCollection(run, verdict, cases));
}

/** The same for a person (as the Markdown of a suite). */
export function collectionMarkdown(run: RunReport, verdict: Verdict, cases: readonly CollectionCase[]): string {
  const versions = collectionVersionsMarkdown(run).join('\n');
  return `${suiteMarkdown(runCollection(run, verdict, cases))}${versions === '' ? '' : `\n${versions}`}`;
}

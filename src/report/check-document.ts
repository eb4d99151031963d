import { type CheckDocument, isCollection } from '../model/document.ts';
import type { RunReport, Verdict } from '../model/report.ts';
import { reportJson } from './json.ts';
import { reportMarkdown } from './markdown.ts';
import { suiteJson } from './suite-json.ts';
import { suiteMarkdown } from './suite-markdown.ts';
import { collectionVersionsMarkdown } from './versions.ts';

/** One object of a run: its own verdict and where its own report lies. */
export interface RunObject {
  readonly verdict: Verdict;
  /** Paths; empty when there is none. */
  readonly json: string;
  readonly markdown: string;
}

/**
 * The document of a run.
 * @param verdict of the whole run
 * @param objects in the order of the run
 */
export function runDocument(run: RunReport, verdict: Verdict, objects: readonly RunObject[]): CheckDocument {
  return {
    kind: 'run',
    name: run.matrix.name,
    startedAt: run.startedAt,
    finishedAt: run.finishedAt,
    durationMs: run.durationMs,
    status: verdict.status,
    exitCode: verdict.exitCode,
    cases: objects.map(({ verdict: own, json, markdown }, artifact) => ({
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

/** The JSON report: of one object `v0.1`, of several `bpfcompat_suite.v0.1` (docs/report.md). */
export function documentJson(document: CheckDocument): string {
  const [only] = document.cases;
  if (isCollection(document) || only?.completed === undefined) return suiteJson(document);
  const { json, markdownPath, completed } = only;
  const paths = { json, ...(markdownPath !== '' && { markdown: markdownPath }) };
  return reportJson(completed.run, completed.artifact, completed.verdict, paths);
}

/** The same for a person. */
export function documentMarkdown(document: CheckDocument): string {
  const run = document.kind === 'run' ? document.cases[0]?.completed?.run : undefined;
  const [only] = document.cases;
  if (!isCollection(document) && only?.completed !== undefined) {
    const { completed } = only;
    return reportMarkdown(completed.run, completed.artifact, completed.verdict);
  }
  const versions = run === undefined ? '' : collectionVersionsMarkdown(run).join('\n');
  return `${suiteMarkdown(document)}${versions === '' ? '' : `\n${versions}`}`;
}

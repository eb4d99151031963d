import { type CheckDocument, isCollection } from './document.ts';
import { reportJson } from './json.ts';
import { reportMarkdown } from './markdown.ts';
import { suiteJson } from './suite-json.ts';
import { suiteMarkdown } from './suite-markdown.ts';
import { collectionVersionsMarkdown } from './versions.ts';

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

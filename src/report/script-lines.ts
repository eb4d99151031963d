import type { CheckDocument } from './document.ts';
import { stableLines } from './stable-lines.ts';
import { suiteLines } from './suite-lines.ts';

/** The lines that scripts look for: a group for each object of a run, or those about a suite. */
export function scriptLines(document: CheckDocument): string {
  const groups =
    document.kind === 'suite'
      ? [suiteLines(document)]
      : document.cases.map(({ completed, json, markdownPath: markdown }) =>
          completed ? stableLines(completed.run, completed.artifact, completed.verdict, { json, markdown }) : [],
        );
  return groups.map((lines) => `${lines.join('\n')}\n`).join('');
}

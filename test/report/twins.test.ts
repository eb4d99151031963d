import { expect, test } from 'vitest';
import { gate } from '../../src/gate/gate.ts';
import { junit } from '../../src/report/junit.ts';
import { reportMarkdown } from '../../src/report/markdown.ts';
import { sarif } from '../../src/report/sarif/sarif.ts';
import { stableLines } from '../../src/report/stable-lines.ts';
import { stepSummary } from '../../src/report/summary/step-summary.ts';
import { matrixText } from '../../src/report/terminal/text.ts';
import { documentOf } from '../fixtures/documents.ts';
import { failed, result, runReport, target } from '../fixtures/run.ts';

// Two profiles of one distribution and family, such as a generic kernel and one for a cloud: every name but the id is
// the same, and one of them fails.
const GENERIC = 'debian-12-6.1';
const CLOUD = 'debian-12-6.1-cloud';
const run = runReport({
  targets: [target(GENERIC), target(CLOUD)],
  results: [result({ artifact: 0, target: 0 }), result({ artifact: 0, target: 1 }, failed())],
});
const verdict = gate(run);
const document = documentOf(run);

test.each<[string, string]>([
  ['the terminal', matrixText(run, { width: 100, color: false })],
  ['the stable lines', stableLines(run, 0, verdict, { json: '', markdown: '' }).join('\n')],
  ['Markdown', reportMarkdown(run, 0, verdict)],
  ['the job summary', stepSummary(document)],
  ['JUnit', junit(document)],
  ['SARIF', sarif(document, { workspace: '/src', version: '1.0.0' })],
])('%s says which of the two failed', (_name, text) => {
  // The failing one is named in full; the other id alone is a part of its name.
  expect(text).toContain(CLOUD);
});

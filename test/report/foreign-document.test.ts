import { XMLValidator } from 'fast-xml-parser';
import { describe, expect, test } from 'vitest';
import { annotations } from '../../src/report/annotations.ts';
import { badge } from '../../src/report/badge.ts';
import { comment } from '../../src/report/comment.ts';
import type { CheckDocument } from '../../src/report/document.ts';
import { gcc } from '../../src/report/gcc.ts';
import { reportJson } from '../../src/report/json.ts';
import { junit } from '../../src/report/junit.ts';
import { collectionDocument, reportDocument } from '../../src/report/read-document.ts';
import { sarif } from '../../src/report/sarif/sarif.ts';
import { SavedCollection, SavedReport } from '../../src/report/saved-report.ts';
import { suiteJson } from '../../src/report/suite-json.ts';
import { stepSummary } from '../../src/report/summary/step-summary.ts';
import { PLACE, placedRun, suiteOf } from '../fixtures/documents.ts';
import { HOSTILE } from '../fixtures/hostile.ts';
import { mixedRun } from '../fixtures/scenes.ts';
import { elements, rawTree, textOf } from '../tools/github-page.ts';

/** Words of the format: other ones are rejected, or change what is looked at. */
const KEPT = new Set(['schema_version', 'status', 'failure', 'match', 'met', 'verdict', 'accel']);

/** A document in which every text is `text`, names of kernels and all. */
function bent(value: unknown, text: string, key = ''): unknown {
  if (typeof value === 'string') return KEPT.has(key) ? value : text;
  // A report has each kernel once.
  if (key === 'targets' && Array.isArray(value))
    return value.map((one, index) => ({
      ...Object(bent(one, text)),
      profile_id: `${text}${index === 0 ? '' : index}`,
    }));
  if (Array.isArray(value)) return value.map((one) => bent(one, text));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, bent(item, text, name)]));
}

function documents(text: string): CheckDocument[] {
  const verdict = { status: 'fail', exitCode: 2, reasons: ['x'], failOn: 'any' } as const;
  const reports = [mixedRun(), placedRun(PLACE)].map((run) =>
    SavedReport.parse(bent(JSON.parse(reportJson(run, 0, verdict, { json: 'x' })), text)),
  );
  const collection = SavedCollection.parse(bent(JSON.parse(suiteJson(suiteOf())), text));
  return [...reports.map(reportDocument), collectionDocument(collection, [undefined, ...reports])];
}

const TEXTS = [
  ...HOSTILE,
  ':',
  '',
  '../../x',
  '/etc/passwd',
  ':tada:',
  '<!--',
  '-->',
  ']]>',
  'a\n\n## b',
  '\ufffe',
  '{0}',
];

describe.each(TEXTS)('a report in which every text is %j', (text) => {
  const all = documents(text);

  test('the summary and the comment stay text', () => {
    for (const document of all) {
      for (const markdown of [stepSummary(document, { note: text, links: { evidence: text, source: text } })]) {
        const tree = rawTree(markdown);
        const page = elements(tree).map(({ tagName }) => tagName);
        expect(page.filter((tag) => tag === 'h2')).toHaveLength(1);
        expect(page.filter((tag) => /^(?:h1|h3|script|img|em|del|hr|blockquote|ol|input)$/.test(tag ?? ''))).toEqual(
          [],
        );
        expect(textOf(tree, true)).not.toMatch(/@[A-Za-z]|#\d|GH-\d|:\/\/|www\.|:tada:/);
      }
      expect(comment(document).split('\n')[0]).toMatch(/^<!-- bpfcompat:[0-9a-f]{16} -->$/);
    }
  });

  test('the formats for programs stay what they are', () => {
    for (const document of all) {
      expect(XMLValidator.validate(junit(document))).toBe(true);
      expect(JSON.parse(badge(document)).message).toMatch(/^\d+\/\d+ (?:kernels|checks)$|^unknown$/);
      const { results } = JSON.parse(sarif(document)).runs[0];
      for (const { ruleId } of results) expect(ruleId).toBe('UNKNOWN');
      for (const line of gcc(document, { workspace: '/src' }).split('\n').slice(0, -1)) {
        expect(line).toMatch(
          /^(?!\s*::)[^\u0000-\u001f\u202a-\u202e]*: (?:error|warning|note): .* \[bpfcompat: [A-Z0-9_]+\]$/,
        );
        expect(line).not.toContain('##[');
      }
      for (const { title, message } of annotations(document, { workspace: '/src' })) {
        expect(`${title}\n${message}`).not.toMatch(/^\s*::|##\[|[\u0000-\u0009\u000b-\u001f\u202a-\u202e]/m);
      }
    }
  });
});

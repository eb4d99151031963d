import { describe, expect, test } from 'vitest';
import { comment, commentMarker, commentName, sameComment } from '../../src/report/comment.ts';
import type { CheckDocument } from '../../src/report/document.ts';
import { documentCells } from '../../src/report/document-cells.ts';
import { stepSummary } from '../../src/report/summary/step-summary.ts';
import {
  documentOf,
  hostileDocuments,
  largeRun,
  mixedDocument,
  PLACE,
  placedRun,
  quickDocument,
  suiteOf,
} from '../fixtures/documents.ts';
import { expectGolden } from '../fixtures/golden.ts';
import { HOSTILE } from '../fixtures/hostile.ts';
import { artifact, failed, result, runReport, target } from '../fixtures/run.ts';
import { cleanTree, elements, type PageNode, rawTree, textOf } from '../tools/github-page.ts';

const links = {
  evidence: 'https://github.com/o/r/actions/runs/1/artifacts/2',
  run: 'https://github.com/o/r/actions/runs/1',
  source: 'https://github.com/o/r/blob/0123abc',
};
const options = { links, workspace: '/src' };

function pageOf(markdown: string): PageNode[] {
  return elements(rawTree(markdown));
}

function tags(page: readonly PageNode[], name: string): PageNode[] {
  return page.filter(({ tagName }) => tagName === name);
}

const large = documentOf(largeRun(30, 20));

/** Cells of the page, files of the repository, and what the codes of findings stand for. */
const OUR_LINKS =
  /^(?:#user-content-bpf-|https:\/\/github\.com\/(?:o\/r\/|Kernel-Guard\/bpfcompat\/blob\/main\/docs\/findings\.md#))/;

describe('the summary', () => {
  test.each([
    ['mixed', mixedDocument()],
    ['quick', quickDocument()],
    ['suite', suiteOf()],
    ['placed', documentOf(placedRun(PLACE, 1))],
  ])('golden %s', (name, document) => {
    expectGolden(`step-summary/${name}.md`, stepSummary(document, options));
  });

  test.each<[string, CheckDocument, string]>([
    ['a pass', documentOf(runReport()), '✅ bpfcompat: 1 of 1 compatible'],
    ['nothing to do', { ...documentOf(runReport()), cases: [] }, '✅ bpfcompat: nothing to check here'],
    ['a failure', quickDocument(), '❌ bpfcompat: 1 of 12 incompatible (1 new)'],
    ['no result', mixedDocument(), '❌ bpfcompat: 2 of 4 incompatible, 1 of 4 inconclusive'],
    [
      'errors first',
      suiteOf(),
      '⚠️ bpfcompat: 3 of 8 incompatible, 1 of 8 inconclusive, 1 case could not start, 1 case not run',
    ],
  ])('begins with the verdict in words: %s', (_, document, heading) => {
    const page = pageOf(stepSummary(document));
    expect(textOf(tags(page, 'h2')[0] as PageNode)).toBe(heading);
    expect(page[0]?.tagName).toBe('h2');
  });

  test('every cell that did not pass leads to a block, one for each cause of an object whatever the kernels', () => {
    const document = documentOf(largeRun(6, 12));
    const page = pageOf(stepSummary(document, options));
    const blocks = tags(page, 'details').flatMap(({ properties }) => properties?.['id'] ?? []);
    const targets = tags(page, 'a')
      .map(({ properties }) => String(properties?.['href']))
      .filter((href) => href.startsWith('#'));
    const failing = documentCells(document).filter(({ target: { status } }) => status !== 'pass');
    expect(targets).toHaveLength(failing.length);
    expect([...new Set(targets.map((href) => href.replace('#user-content-', '')))].sort()).toEqual([...blocks].sort());
    const causes = failing.map(
      ({ one, target: { status, required, findings, infra_error: why, skipped_reason: reason } }) =>
        status === 'fail' ? `${one.name} ${required} ${findings[0]?.title}` : `${why} ${reason}`,
    );
    // One title may have several places or explanations.
    expect(blocks.length).toBeGreaterThanOrEqual(new Set(causes).size);
    expect(blocks.length).toBeLessThan(failing.length);
  });

  test('a block has the source line with a link, the remedy, and the command that reproduces it', () => {
    const text = stepSummary(documentOf(placedRun(PLACE, 1)), options);
    expect(text).toContain('Source: [`bpf/conn.bpf.c:53`](https://github.com/o/r/blob/0123abc/bpf/conn.bpf.c#L53)');
    expect(text).toContain('**What to do:** Use a bounded or unrolled loop on older kernels.');
    expect(text).toContain(
      '`bpfcompat test --artifact conn.bpf.o --kernels debian-11-5.10 --manifest compat/conn.yaml --out again.json`',
    );
  });

  test('a command without an object is run again without one', () => {
    const run = { ...placedRun(PLACE, 1), flags: ['--command', 'bpftool prog load x'] };
    const text = stepSummary(documentOf({ ...run, artifacts: [artifact('x', { path: 'command://x' })] }), options);
    expect(text).toContain(
      "`bpfcompat test --kernels debian-11-5.10 --command 'bpftool prog load x' --out again.json`",
    );
  });

  test('shows at most 40 lines of a log', () => {
    const [, log = ''] = /```text\n([\s\S]*?)\n```/.exec(stepSummary(documentOf(largeRun(18, 4)))) ?? [];
    expect(log.split('\n')).toHaveLength(41);
    expect(log.split('\n')[0]).toBe('[... 22 lines left out ...]');
  });

  test('tables fit the page: kernels are rows where there are many, or several tables', () => {
    const columns = (objects: number, kernels: number): number[] =>
      tags(pageOf(stepSummary(documentOf(largeRun(objects, kernels)))), 'tr')
        .filter((row) => !textOf(row).includes('What to do'))
        .map(({ children = [] }) => children.filter(({ type }) => type === 'element').length);
    for (const [objects, kernels] of [
      [2, 4],
      [6, 12],
      [6, 20],
      [30, 20],
    ] as const) {
      expect(Math.max(...columns(objects, kernels))).toBeLessThanOrEqual(13);
    }
  });

  test('architectures stand over their kernels', () => {
    const two = [target('debian-11-5.10'), target('debian-12-6.1')];
    const arm = two.map((one) => ({
      ...one,
      profile: { ...one.profile, id: `${one.profile.id}-arm`, arch: 'aarch64' },
    }));
    const text = stepSummary(documentOf(runReport({ targets: [...two, ...(arm as typeof two)] })));
    expect(text).toContain('<th colspan="2">x86_64</th><th colspan="2">aarch64</th>');
  });

  test('a failure on one of two architectures names it', () => {
    const own = target('debian-12-6.1');
    const arm: typeof own = { ...own, profile: { ...own.profile, id: 'debian-12-6.1-arm64', arch: 'aarch64' } };
    const results = [
      result({ artifact: 0, target: 0 }, { status: 'pass', findings: [] }),
      result({ artifact: 0, target: 1 }, failed()),
    ];
    const text = stepSummary(documentOf(runReport({ targets: [own, arm], results })));
    expect(text).toContain(' on Debian 12 (6.1) aarch64: ');
    expect(text).not.toMatch(/ on Debian 12 \(6\.1\)[,:]/);
  });

  test('long names do not stand side by side', () => {
    const document = documentOf(largeRun(6, 20));
    const heads = (cases: typeof document.cases): string[] =>
      tags(pageOf(stepSummary({ ...document, cases })), 'th').map((one) => textOf(one));
    expect(heads(document.cases)).toContain('Kernel');
    const long = document.cases.map((one) => ({ ...one, name: `${one.name}-with-a-name-of-some-length` }));
    expect(heads(long).filter((text) => text === 'Object').length).toBeGreaterThanOrEqual(2);
  });

  test('a list of failures leaves out what passes everywhere, and says so', () => {
    const text = stepSummary(quickDocument(), { list: 'failed' });
    expect(text).toContain('Not shown: 2 objects that pass everywhere.');
    expect(text.match(/<tr><td/g)).toHaveLength(1);
    expect(stepSummary(quickDocument(), { list: 'none' })).not.toContain('<table>');
  });

  test('says first what the reader must know', () => {
    expect(stepSummary(quickDocument(), { note: 'cancelled: 3 of 12 were tested' })).toMatch(
      /^## .*\n\n.*\n\n\*\*⏹️ cancelled: 3 of 12 were tested\*\*/,
    );
  });

  test('what decides nothing is folded, and no reason to do something', () => {
    const expectation = { kernels: undefined, code: 'ATTACH_TARGET_NOT_FOUND', reason: 'renamed', origin: 'm:1:1' };
    const text = stepSummary(quickDocument({ expectations: [{ ...expectation, profiles: ['debian-13-7.3'] }] }));
    expect(text).toContain('## 🟡 bpfcompat: 1 of 12 incompatible (not blocking), 4 of 12 attached in part');
    expect(text).toMatch(/<details id="[^"]+"><summary><b>unlink<\/b>.* <b>\(new, expected\)<\/b>/);
    expect(text).toContain('Expected: `ATTACH_TARGET_NOT_FOUND` (renamed)');
    expect(text).toContain('🔶');
  });

  test('a case that could not start has no cells', () => {
    const document = suiteOf();
    const cases = document.cases.filter(({ name }) => name === 'good' || name === 'gone');
    expect(stepSummary({ ...document, cases })).not.toContain('not part of the run');
  });

  test('says what was declared and passes', () => {
    const expectation = { kernels: undefined, code: 'MISSING_BTF', reason: 'too old', origin: 'm.yaml:1:1' };
    const expectations = [{ ...expectation, profiles: ['debian-12-6.1'] }];
    expect(stepSummary(quickDocument({ expectations }))).toContain(
      '`unlink` passes on `debian-12-6.1`, and `MISSING_BTF` was expected (too old): remove it from expectations',
    );
  });
});

describe('too large', () => {
  const bytes = (text: string): number => Buffer.byteLength(text);

  test.each([40_000, 30_000, 12_000, 5_000, 2_000])('%i bytes are kept, and it says where the rest is', (maxBytes) => {
    const text = stepSummary(large, { ...options, maxBytes });
    expect(bytes(text)).toBeLessThanOrEqual(maxBytes);
    expect(text).toContain('29 of 600 incompatible');
    expect(text).toContain(`This summary is shortened to fit the page: the [evidence](${links.evidence})`);
    const page = pageOf(text);
    expect(text.match(/<details/g) ?? []).toHaveLength(tags(page, 'details').length);
    expect(text.match(/<\/details>/g) ?? []).toHaveLength(tags(page, 'details').length);
  });

  test('less and less is reported', () => {
    const sizes = [1_000_000, 40_000, 30_000, 12_000].map((maxBytes) => bytes(stepSummary(large, { maxBytes })));
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
    expect(new Set(sizes).size).toBe(sizes.length);
  });

  test('the default stays below 1 MiB, however much the guests say', () => {
    const cases = Array.from({ length: 60 }, (_, copy) =>
      large.cases.map((one) => ({ ...one, name: `${one.name}-${copy}` })),
    );
    expect(bytes(stepSummary({ ...large, cases: cases.flat() }))).toBeLessThan(1024 * 1024);
  });
});

describe('hostile text', () => {
  const KNOWN = new Set(
    'h2 p strong code a ul li table thead tbody tr th td br sub i b details summary pre'.split(' '),
  );
  const plain = hostileDocuments('plain').map((document) => pageOf(stepSummary(document, options)));

  test.each([
    ...HOSTILE,
    '</summary></details><h1>x',
    '"><a href="http://evil.example">x</a>',
    ':tada:',
    '`'.repeat(40),
  ])('%j stays text', (text) => {
    for (const [index, document] of hostileDocuments(text).entries()) {
      const markdown = stepSummary(document, options);
      const tree = rawTree(markdown);
      const page = elements(tree);
      expect(page.filter(({ tagName }) => !KNOWN.has(tagName ?? '')).map(({ tagName }) => tagName)).toEqual([]);
      for (const name of ['h2', 'table', 'tr', 'td', 'details', 'summary', 'li', 'pre']) {
        expect([name, tags(page, name).length]).toEqual([name, tags(plain[index] ?? [], name).length]);
      }
      for (const { properties } of tags(page, 'a')) {
        expect(String(properties?.['href'])).toMatch(OUR_LINKS);
      }
      expect(textOf(tree, true)).not.toMatch(/@[A-Za-z]|#\d|GH-\d|:\/\/|www\.|:tada:/);
      const shown = elements(cleanTree(markdown)).map(({ tagName }) => tagName);
      expect(shown).toEqual(page.map(({ tagName }) => tagName));
    }
  });
});

describe('the comment', () => {
  test('begins with a marker of its own for each suite', () => {
    const text = comment(quickDocument(), options);
    expect(text.startsWith(`${commentMarker('supported-kernels')}\n## `)).toBe(true);
    const legs = ['x86', 'arm'].map((leg) => commentMarker(commentName('suite', 'kernels', leg)));
    expect(new Set([...legs, commentMarker('suite')]).size).toBe(3);
    expect(commentName('suite', '', '')).toBe('suite');
    expect(commentMarker('--> <script>')).toMatch(/^<!-- bpfcompat:[0-9a-f]{16} -->$/);
    expect(comment(quickDocument(), { name: 'x' })).toContain(commentMarker('x'));
  });

  test('says the same for the same results, whenever they came', () => {
    const run = placedRun(PLACE);
    const later = {
      ...run,
      runId: '20270102T030405Z-ffffff',
      startedAt: '2027-01-02T03:04:05Z',
      durationMs: 99_000,
      results: run.results.map((one) => ({ ...one, timings: { ...one.timings, totalMs: 5, bootMs: 3 } })),
    };
    expect(comment(documentOf(later))).toBe(comment(documentOf(run)));
    const other = { ...links, evidence: 'https://github.com/o/r/actions/runs/9/artifacts/9' };
    const bodies = [links, other].map((some) => comment(documentOf(run), { ...options, links: some }));
    expect(bodies[0]).not.toBe(bodies[1]);
    // GitHub keeps comments without their last line feed.
    expect(sameComment(bodies[0]?.trimEnd() ?? '', bodies[1] ?? '')).toBe(true);
    expect(sameComment(bodies[0] ?? '', comment(documentOf(placedRun(PLACE, 2)), options))).toBe(false);
    expect(sameComment('', bodies[0] ?? '')).toBe(false);
  });

  test('keeps below what GitHub takes', () => {
    expect(comment({ ...large, cases: [...large.cases, ...large.cases] }).length).toBeLessThanOrEqual(65_536);
  });
});

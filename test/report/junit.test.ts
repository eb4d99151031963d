import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { describe, expect, test } from 'vitest';
import { documentCounts } from '../../src/report/document-cells.ts';
import { junit } from '../../src/report/junit.ts';
import { verdictText } from '../../src/report/summary/verdict-text.ts';
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

type Node = Record<string, unknown>;

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  isArray: (name) => ['testsuite', 'testcase'].includes(name),
  parseAttributeValue: false,
});

function suites(text: string): Node[] {
  expect(XMLValidator.validate(text)).toBe(true);
  return (parser.parse(text) as { testsuites: { testsuite: Node[] } }).testsuites.testsuite;
}

/** What the readers of Jenkins, GitLab and others agree on: elements, attributes and the order of children. */
const ALLOWED: Readonly<Record<string, readonly [attributes: readonly string[], children: readonly string[]]>> = {
  testsuites: [['name', 'tests', 'failures', 'errors', 'skipped', 'time'], ['testsuite']],
  testsuite: [['name', 'tests', 'failures', 'errors', 'skipped', 'time', 'timestamp'], ['testcase']],
  testcase: [
    ['name', 'classname', 'time', 'file', 'line'],
    ['skipped', 'error', 'failure', 'system-out', 'system-err'],
  ],
  failure: [['message', 'type'], []],
  error: [['message', 'type'], []],
  skipped: [['message'], []],
  'system-out': [[], []],
};

function check(text: string): void {
  const ordered = new XMLParser({ preserveOrder: true, ignoreAttributes: false, attributeNamePrefix: '' });
  const walk = (nodes: Node[], parent: string): void => {
    const allowed = parent === '' ? ['?xml', 'testsuites'] : (ALLOWED[parent]?.[1] ?? []);
    const names = nodes.map((node) => Object.keys(node).find((key) => key !== ':@') ?? '').filter((n) => n !== '#text');
    for (const name of names) expect(allowed).toContain(name);
    const ranks = names.map((name) => allowed.indexOf(name));
    expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
    for (const node of nodes) {
      const name = Object.keys(node).find((key) => key !== ':@') ?? '';
      if (name === '#text' || name === '?xml') continue;
      for (const attribute of Object.keys((node[':@'] as Node) ?? {})) expect(ALLOWED[name]?.[0]).toContain(attribute);
      walk(node[name] as Node[], name);
    }
  };
  walk(ordered.parse(text) as Node[], '');
}

function counted(suite: Node): Node {
  const cases = suite['testcase'] as Node[];
  const count = (name: string): string => String(cases.filter((one) => name in one).length);
  return {
    '@tests': String(cases.length),
    '@failures': count('failure'),
    '@errors': count('error'),
    '@skipped': count('skipped'),
  };
}

describe('JUnit XML', () => {
  test.each([
    ['mixed', mixedDocument()],
    ['quick', quickDocument()],
    ['suite', suiteOf()],
  ])('golden %s: counts are true, elements and their order are what readers know', (name, document) => {
    const text = junit(document);
    expectGolden(`junit/${name}.xml`, text);
    check(text);
    for (const suite of suites(text)) expect(suite).toMatchObject(counted(suite));
  });

  test('what decides nothing is skipped, with its reason', () => {
    const [, , , extra, gone, later] = suites(junit(suiteOf()));
    expect(extra).toMatchObject({ '@name': 'extra', '@failures': '0', '@skipped': '1' });
    expect(JSON.stringify(extra)).toContain('fails, optional: ');
    expect(gone).toMatchObject({ '@errors': '1' });
    expect(JSON.stringify(gone)).toContain('there is no such file');
    expect(later).toMatchObject({ '@name': 'later', '@skipped': '1' });
  });

  test('an expected failure is not a failure; a pass that was not expected is one where it decides', () => {
    const expectation = {
      kernels: undefined,
      code: 'ATTACH_TARGET_NOT_FOUND',
      reason: 'renamed',
      origin: 'm.yaml:1:1',
    };
    const expected = quickDocument({ expectations: [{ ...expectation, profiles: ['debian-13-7.3'] }] });
    expect(junit(expected)).not.toContain('<failure');
    expect(junit(expected)).toContain('fails, expected (renamed): ');
    const passes = quickDocument({
      failOn: 'any',
      expectations: [{ ...expectation, profiles: ['debian-12-6.1'] }],
    });
    expect(junit(passes)).toContain('type="UNEXPECTED_PASS"');
  });

  test('a check that is not green has an error, also where no kernel is to blame', () => {
    const document = { ...quickDocument({ failOn: 'never' }), exitCode: 1, status: 'error' } as const;
    const [one] = document.cases;
    const green =
      one === undefined
        ? document
        : { ...document, cases: [{ ...one, targets: [], reasons: ['debian-1 is promised, and was not run'] }] };
    const text = junit({ ...green, cases: green.cases.map((some) => ({ ...some, required: false })) });
    check(text);
    expect(text).toContain('<error message="debian-1 is promised, and was not run" type="VERDICT">');
    expect(suites(text).at(-1)).toMatchObject({ '@name': 'verdict', '@errors': '1' });
    expect(junit({ ...document, exitCode: 0 })).not.toContain('VERDICT');
  });

  test('a policy that never fails a run has no failure, and says what it would have been', () => {
    const document = quickDocument({ failOn: 'never' });
    const text = junit(document);
    check(text);
    expect(document).toMatchObject({ status: 'fail', exitCode: 0 });
    expect(text).not.toMatch(/<failure|<error/);
    expect(text).toContain('<skipped message="fails, and fail_on is never: ');
    // The causes are there all the same, and a kernel without a result is an error as ever.
    expect(text).toContain('ATTACH_TARGET_NOT_FOUND: ');
    expect(junit(quickDocument())).toContain('<failure');
    expect(verdictText(document, documentCounts(document))).toMatch(
      /incompatible \(.*not blocking under fail_on: never\)/,
    );
  });

  test('the source line is where the repository has it', () => {
    expect(junit(documentOf(placedRun(PLACE, 1)))).toContain('file="bpf/conn.bpf.c" line="53"');
    const stale = { ...PLACE, repository: { path: 'bpf/conn.bpf.c', line: 53, match: 'stale' } } as const;
    expect(junit(documentOf(placedRun(stale, 1)))).not.toContain('file=');
  });

  test('a large run stays well formed and keeps at most 40 lines of a log', () => {
    const text = junit(documentOf(largeRun(30, 20)));
    expect(suites(text)).toHaveLength(30);
    const [log = ''] = /verifier log of[\s\S]*?<\/system-out>/.exec(text) ?? [];
    expect(log.split('\n').length).toBeLessThan(44);
    expect(log).toContain('lines left out');
  });

  test.each([...HOSTILE, ']]>', '\ufffe\uffff\u0000', '&amp;<![CDATA['])('%j stays text', (text) => {
    for (const document of hostileDocuments(text)) {
      const xml = junit(document);
      expect(XMLValidator.validate(xml)).toBe(true);
      check(xml);
      expect(xml).not.toMatch(/[\u0000-\u0008\u000b-\u001f\ufffe\uffff]|<script|<img/);
      expect(xml).not.toMatch(/^\s*::|##\[/m);
    }
  });
});

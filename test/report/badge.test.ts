import { describe, expect, test } from 'vitest';
import { badge } from '../../src/report/badge.ts';
import type { CheckDocument } from '../../src/report/document.ts';
import { documentOf, mixedDocument, quickDocument, suiteOf } from '../fixtures/documents.ts';
import { failed, infra, result, runReport, target } from '../fixtures/run.ts';

const two = [target('debian-12-6.1'), target('debian-13-7.3', { required: false })];
const optional = runReport({
  targets: two,
  results: [result({ artifact: 0, target: 0 }), result({ artifact: 0, target: 1 }, failed())],
});
const unheard = runReport({
  targets: two,
  results: [result({ artifact: 0, target: 0 }), result({ artifact: 0, target: 1 }, infra())],
});
const silent = runReport({ results: [result({ artifact: 0, target: 0 }, infra())] });

describe('badge', () => {
  test.each<[string, CheckDocument, string, string]>([
    ['passes', documentOf(runReport()), '1/1 kernels', 'brightgreen'],
    ['a required kernel fails', mixedDocument(), '0/4 kernels', 'red'],
    ['an optional kernel fails', documentOf(optional), '1/2 kernels', 'yellow'],
    ['an optional kernel has no result', documentOf(unheard), '1/2 kernels', 'yellow'],
    ['several objects', quickDocument(), '11/12 checks', 'red'],
    ['nothing decides, and still it fails', quickDocument({ failOn: 'never' }), '11/12 checks', 'red'],
    ['no result', documentOf(silent), 'unknown', 'lightgrey'],
    ['failures beside errors', suiteOf(), '2/8 checks', 'red'],
  ])('%s', (_, document, message, color) => {
    expect(JSON.parse(badge(document))).toEqual({ schemaVersion: 1, label: 'compat', message, color });
  });
});

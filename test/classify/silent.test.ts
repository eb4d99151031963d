import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { makeFinding } from '../../src/classify/make-finding.ts';
import { withSilentFaults } from '../../src/classify/silent.ts';
import { words } from '../../src/findings/words.ts';
import type { Outcome } from '../../src/model/cell.ts';
import type { Stage } from '../../src/model/evidence.ts';
import type { Finding } from '../../src/model/finding.ts';
import { readObject } from '../../src/object/read-object.ts';
import { confusionObject } from '../e2e/support/places.ts';
import * as fx from '../fixtures/evidence.ts';

const PASS: Outcome = { status: 'pass', findings: [] };

/** What is remarked about an object of the confusion matrix that loads. */
function notes(object: string, more: readonly Stage[] = [], outcome: Outcome = PASS): readonly Finding[] {
  const facts = readObject(readFileSync(confusionObject(object)));
  if (!facts.ok) throw new Error(`${object} is not an object`);
  const stages = [fx.open(), fx.program('probe'), ...more, fx.load(), fx.exit()];
  const after = withSilentFaults(outcome, fx.evidence(stages), facts);
  return 'findings' in after ? after.findings : [];
}

function format(offset: number, tracepoint = 'block/block_rq_issue'): Stage {
  const fields = [
    { name: 'common_type', offset: 0, size: 2 },
    { name: 'nr_sector', offset: 24, size: 4 },
    { name: 'bytes', offset: 28, size: 4 },
    { name: 'rwbs', offset, size: 8 },
  ];
  return { stage: 'format', tracepoint, fields };
}

describe('a format that the helper rejects', () => {
  test('is reported with its line', () => {
    const [finding, ...more] = notes('helper_print_float');
    expect(more).toEqual([]);
    expect(finding).toMatchObject({
      code: 'PRINTS_NOTHING',
      group: 'program',
      decisive: false,
      subject: 'probe',
      args: { conversion: '%4.2f', helper: 'bpf_trace_printk' },
      location: { text: expect.stringContaining('bpf_printk("load is %4.2f"') },
    });
    expect(finding && words(finding).title).toBe('program probe prints nothing: bpf_trace_printk knows no %4.2f');
  });

  test('is not a remark where the object does not load', () => {
    const fail: Outcome = { status: 'fail', failedStage: 'load', findings: [] };
    expect(notes('helper_print_float', [], fail)).toEqual([]);
  });
});

describe('a field of a record', () => {
  test('that lies elsewhere on this kernel is reported with its line', () => {
    const [finding, ...more] = notes('attach_tracepoint_moved_field', [format(34)]);
    expect(more).toEqual([]);
    expect(finding).toMatchObject({
      code: 'TRACEPOINT_CONTEXT_MISMATCH',
      subject: 'probe',
      args: { reason: 'moved_field', field: 'rwbs', offset: '34', read: '32', type: 'struct issued' },
      location: { text: expect.stringContaining('ctx->rwbs[0]') },
    });
    expect(finding && words(finding).title).toBe(
      'program probe reads field rwbs of tracepoint block/block_rq_issue where it is not',
    );
  });

  test('is why the kernel rejected the program that reads past the record', () => {
    const rejected = makeFinding({
      code: 'TRACEPOINT_CONTEXT_MISMATCH',
      confidence: 'medium',
      phase: 'attach',
      subject: 'probe',
      args: { program: 'probe', reason: 'record_too_short', function: 'block/block_rq_issue' },
    });
    const other = { ...rejected, args: { ...rejected.args, program: 'another' } };
    const [untouched, finding, ...more] = notes('attach_tracepoint_moved_field', [format(20)], {
      status: 'pass',
      findings: [other, rejected],
    });
    expect(more).toEqual([]);
    expect(untouched).toBe(other);
    expect(finding).toMatchObject({
      confidence: 'high',
      args: { reason: 'record_too_short', field: 'rwbs', offset: '20', read: '32' },
      location: { text: expect.stringContaining('ctx->rwbs[0]') },
    });
    expect(finding && words(finding).explanation).toContain(
      'Field rwbs is at byte 20 of it, the program reads byte 32.',
    );
    expect(finding && words(finding).explanation).not.toContain('Nothing rejects that');
  });

  test.each([
    ['is where the program reads it', 'attach_tracepoint_moved_field', [format(32)]],
    ['is one of another tracepoint', 'attach_tracepoint_moved_field', [format(34, 'block/block_rq_insert')]],
    ['is not known', 'attach_tracepoint_moved_field', []],
    ['is found by CO-RE', 'attach_tracepoint_moved_field_fixed', [format(34)]],
  ] as const)('that %s is not a remark', (_, object, stages) => {
    expect(notes(object, stages)).toEqual([]);
  });
});

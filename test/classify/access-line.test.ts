import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { accessLine } from '../../src/classify/access-line.ts';
import { locateFindings } from '../../src/classify/locate.ts';
import { makeFinding } from '../../src/classify/make-finding.ts';
import type { SourceLocation } from '../../src/model/finding.ts';
import type { ObjectFacts } from '../../src/object/facts.ts';
import { readObject } from '../../src/object/read-object.ts';
import { confusionObject } from '../e2e/support/places.ts';
import * as fx from '../fixtures/evidence.ts';

const INSN_BYTES = 8;

/** A program with these lines of C, each from the instruction it is given with. */
function reported(
  lines: readonly (readonly [insn: number, text: string])[],
  insn: number,
  access: string,
): SourceLocation {
  const sectionName = 'raw_tp/x';
  const facts = {
    btf: { string: (index: number) => ['a.bpf.c', ...lines.map(([, text]) => text)][index] },
    lines: new Map([
      [
        sectionName,
        {
          offsets: Uint32Array.from(lines, ([at]) => at * INSN_BYTES),
          files: lines.map(() => 0),
          texts: lines.map((_, index) => index + 1),
          places: lines.map((_, index) => (10 + index) << 10),
        },
      ],
    ]),
    functions: [{ name: 'probe', sectionName, offset: 0, insns: 1000 }],
  } as unknown as ObjectFacts;
  const program = { name: 'probe', layout: { parts: [{ fn: 0, start: 0 }] } } as never;
  const index = lines.findLastIndex(([at]) => at <= insn);
  const [, text = ''] = lines[index] ?? [];
  const at = {
    file: 'a.bpf.c',
    line: 10 + index,
    column: 0,
    text,
    function: 'probe',
    insn,
    certainty: 'exact',
  } as const;
  return accessLine(at, access, program, facts);
}

const STATE = 'struct task_struct.state';

describe('the line of an access', () => {
  test('is the next that names the field, where the compiler took its place earlier', () => {
    const lines = [
      [0, 'long old = t->state;'],
      [6, 'last = BPF_CORE_READ(t, pid);'],
      [18, 'last += BPF_CORE_READ(t, state);'],
      [30, 'last += u->state;'],
    ] as const;
    const found = reported(lines, 14, STATE);
    expect(found).toMatchObject({ line: 12, insn: 14, certainty: 'table', text: lines[2][1] });
  });

  test('is the last before it, where none follows', () => {
    const lines = [
      [0, 'a = t->state;'],
      [4, 'b = t->state;'],
      [8, 'return b;'],
    ] as const;
    expect(reported(lines, 9, STATE)).toMatchObject({ line: 11 });
  });

  test('stays where it names the field, or no other does as a word', () => {
    expect(
      reported(
        [
          [0, 'a = t->state;'],
          [4, 'b = u->state;'],
        ],
        2,
        STATE,
      ),
    ).toMatchObject({ line: 10, certainty: 'exact' });
    expect(
      reported(
        [
          [0, 'a = READ(t);'],
          [4, 'b = t->exit_state;'],
        ],
        2,
        STATE,
      ),
    ).toMatchObject({ line: 10 });
  });

  test('is none that is far off, and none of a type as a whole', () => {
    expect(
      reported(
        [
          [0, 'a = READ(t);'],
          [100, 'b = t->state;'],
        ],
        2,
        STATE,
      ),
    ).toMatchObject({ line: 10 });
    expect(
      reported(
        [
          [0, 'a = READ(t);'],
          [4, 'struct task_struct *t;'],
        ],
        2,
        'struct task_struct',
      ),
    ).toMatchObject({ line: 10 });
  });

  test('is reported for enumerators, and for elements of a field', () => {
    const lines = [
      [0, 'int a = 1;'],
      [4, 'return bpf_core_enum_value(enum bpf_cmd, BPF_X);'],
      [8, 'return t->comm[3];'],
    ] as const;
    expect(reported(lines, 2, 'enum bpf_cmd::BPF_X = 5')).toMatchObject({ line: 11 });
    expect(reported(lines, 2, 'struct task_struct.comm[3]')).toMatchObject({ line: 12 });
  });
});

test('a compiled object: the field that is missing is read one line below the one that the log prints', () => {
  const facts = readObject(readFileSync(confusionObject('core_field_hoisted')));
  if (!facts.ok) throw new Error('no object');
  const subject = 'struct task_struct.bpfcompat_no_such_field';
  const finding = makeFinding({
    code: 'CORE_RELOCATION_FAILURE',
    confidence: 'high',
    phase: 'load',
    subject,
    args: { program: 'probe', field: subject, reason: 'field_missing' },
    evidence: { text: `<invalid CO-RE relocation> ${subject}`, origin: 'libbpf' },
  });
  const evidence = fx.evidence([fx.open(), fx.program('probe', { status: 'fail' }), fx.load({ status: 'fail' })]);
  const outcome = locateFindings({ status: 'fail', findings: [finding] } as never, evidence, facts);
  const [located] = 'findings' in outcome ? outcome.findings : [];
  expect(located?.location?.text).toContain('bpfcompat_no_such_field); /* here */');
});

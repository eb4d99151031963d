import { describe, expect, test } from 'vitest';
import type { InspectedFloors, InspectedProgram, Inspection } from '../../src/model/inspection.ts';
import { inspectText } from '../../src/report/inspect-text.ts';
import { HOSTILE } from '../fixtures/hostile.ts';

const ANY: InspectedFloors = { load: null, unless_guarded: null, attach: null };
const floor = (kernel: string, why: string, file = '', line = 0) =>
  ({ kernel, why, subject_kind: 'program', subject: 'main_program', file, line }) as const;

function program(changes: Partial<InspectedProgram> = {}): InspectedProgram {
  return {
    name: 'main_program',
    section: 'xdp',
    type: 'xdp',
    attach_type: 'xdp',
    target: '',
    autoload: true,
    known_section: true,
    sleepable: false,
    insns: 10,
    total_insns: 30,
    subprograms: ['helper_function'],
    maps: [],
    guarded: false,
    floor: ANY,
    ...changes,
  };
}

function inspection(changes: Partial<Inspection> = {}): Inspection {
  return {
    path: 'a.bpf.o',
    size_bytes: 1000,
    sha256: '',
    license: 'GPL',
    gpl_compatible: true,
    isa: 3,
    has_btf: true,
    has_lines: true,
    floor: ANY,
    programs: [program()],
    maps: [],
    helpers: [],
    externs: [],
    core: [],
    altering_programs: [],
    loader: [],
    problems: [],
    ...changes,
  };
}

const plain = (object: Inspection, width = 80): string => inspectText(object, { width, color: false });

test('programs that can alter what is observed', () => {
  const writer = { name: 'writes', section: 'tracepoint/x', uses: ['bpf_probe_write_user', 'fmod_ret'] };
  expect(plain(inspection({ altering_programs: [writer] }))).toContain(
    '  Can alter what is observed while attached\n    - writes: bpf_probe_write_user, fmod_ret\n',
  );
});

test('the smallest object', () => {
  expect(plain(inspection())).toBe(`a.bpf.o
  1 program, 0 maps, instruction set v3, license GPL, BTF with source lines

  Loads from  any kernel with BPF, as far as versions go

  Programs
    NAME          TYPE  SECTION            INSNS  FROM
    main_program  xdp   xdp (+1 function)     30  any
`);
});

test('floors say what sets them and where', () => {
  const floors = {
    load: floor('5.3', 'loops', '/src/a.bpf.c', 12),
    unless_guarded: floor('5.17', 'helper bpf_loop'),
    attach: floor('6.6', 'attach type tcx_ingress'),
  };
  const text = plain(inspection({ floor: floors, programs: [program({ guarded: true, floor: floors })] }), 120);
  expect(text).toContain('Loads from     5.3: loops (program main_program, a.bpf.c:12)');
  expect(text).toContain(
    'Needs          5.17 unless guarded: helper bpf_loop (program main_program); its code or its loader',
  );
  expect(text).toContain('Attaches from  6.6: attach type tcx_ingress');
  expect(text).toMatch(/main_program .* 5\.3 \(5\.17\)/);
});

test('a feature of no known kernel, a foreign section, a program that waits', () => {
  const never = { ...ANY, load: floor('', 'map flag bit 30') };
  const programs = [program({ known_section: false, autoload: false, floor: never })];
  const text = plain(inspection({ floor: never, programs, license: null, gpl_compatible: false, has_btf: false }), 120);
  expect(text).toContain('Loads from  no known kernel: map flag bit 30');
  expect(text).toMatch(/main_program +xdp\? .* never +not loaded on its own/);
  expect(text).toContain('no license, no BTF');
});

describe('hostile text', () => {
  test.each(HOSTILE)('%j', (text) => {
    const object = inspection({
      path: text,
      license: text,
      programs: [program({ name: text, section: text, floor: { ...ANY, load: floor('5.1', text, text, 3) } })],
      maps: [
        {
          name: text,
          type: text,
          origin: 'btf',
          key_size: 4,
          value_size: 4,
          max_entries: 1,
          flags: [text],
          key_type: text,
          value_type: text,
          pinning: 'none',
          inner: null,
        },
      ],
      externs: [{ name: text, kind: 'kfunc', weak: true, type: text, programs: [text] }],
      core: [{ kind: 'byte_off', access: text, only_asks: false, count: 1, file: text, line: 1 }],
      loader: [{ reason: 'map_size', subject: text, words: text }],
      problems: [text],
    });
    const lines = plain(object).split('\n');
    for (const line of lines) {
      expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
      expect(line).not.toMatch(/^\s*::|##\[/);
    }
  });
});

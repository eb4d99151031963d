import { always, type Cell, fails, failsAt, from, PASS, type Row } from '../cells.ts';

/** Definitions of maps that libbpf does not read, and what programs hand over or read in place of what was meant. */
const unread = (reason: string, subject: string): Cell => fails('OBJECT_NOT_LIBBPF_COMPATIBLE', reason, subject);
const rejected = (...causes: readonly (readonly [reason: string, program: string])[]): Cell =>
  failsAt(...causes.map(([reason, program]) => ['VERIFIER_REJECTION', reason, program] as const));
const standIns = (field: string): Cell =>
  failsAt(
    ['VERIFIER_REJECTION', 'null_argument', 'hands_null'],
    ['VERIFIER_REJECTION', field, 'hands_field'],
    ['MAP_PROG_INCOMPATIBLE', 'map', 'jumps'],
    ['MAP_PROG_INCOMPATIBLE', 'map', 'redirects'],
    ['VERIFIER_REJECTION', 'null_check', 'follows'],
  );
const MAPS_ONLY: Cell = { ...PASS, reported: fails('NOTHING_LOADED', 'no_program', undefined).reported };
const NO_ARENA = fails('UNSUPPORTED_MAP_TYPE', 'kernel_too_old', 'arena');
const NO_KFUNCS: Cell = {
  status: 'fail',
  reported: [{ code: 'MISSING_KFUNC', reason: 'strong', subject: 'bpf_task_acquire', mark: 'hands_null' }],
  unattached: [],
};

export const REPORTED_DEFINITIONS: readonly Row[] = [
  always('map_plain_type', unread('map_plain_type', 'counts')),
  always('map_plain_type_fixed', MAPS_ONLY),
  always('map_values', unread('map_values', 'outer')),
  always('map_values_fixed', MAPS_ONLY),
  always('map_static', unread('map_static', 'counts')),
  always('map_static_fixed', PASS),
  // sched-ext/scx#1801
  always('map_arena_missing', unread('arena_missing', 'probe')),
  from('6.12', 'map_arena_missing_fixed', NO_ARENA),
  always('map_arena_small', fails('OBJECT_NOT_LIBBPF_COMPATIBLE', 'arena_small', undefined)),
  from('6.12', 'map_arena_small_fixed', NO_ARENA),
  always('map_arena_second', unread('arena_second', 'second')),
  from('6.12', 'map_arena_second_fixed', NO_ARENA),
  // isovalent/ebpf-docs#206
  always(
    'verifier_socket_hooks',
    rejected(
      ['context_field', 'binds'],
      ['context_field', 'binds_other'],
      ['context_field', 'marks'],
      ['context_field', 'creates'],
    ),
  ),
  always('verifier_socket_hooks_fixed', PASS),
  // bpftrace/bpftrace#3021
  always('file_function_section', {
    status: 'fail',
    reported: [{ code: 'OBJECT_NOT_LIBBPF_COMPATIBLE', reason: 'function_section', subject: 'twice', mark: 'probe' }],
    unattached: [],
  }),
  always('file_function_section_fixed', PASS),
  always('file_static_function', failsAt(['OBJECT_NOT_LIBBPF_COMPATIBLE', 'static_program', 'twice'])),
  always('file_static_function_fixed', PASS),
  // near systemd/systemd#31869
  always('core_fixed_offset', rejected(['fixed_offset', 'opens'], ['fixed_offset', 'exits'])),
  always('core_fixed_offset_fixed', PASS),
  // libbpf/libbpf#591 (hands_null)
  from(
    '6.12',
    'kfunc_stand_in',
    NO_KFUNCS,
    rejected(['null_argument', 'hands_null'], ['number_argument', 'hands_number'], ['own_memory', 'hands_variable']),
  ),
  from('6.12', 'kfunc_stand_in_fixed', NO_KFUNCS),
  // From 7.1 on a field of the context is rejected in other words.
  from('7.1', 'helper_stand_in', standIns('type_mismatch'), standIns('context_address')),
  always('helper_stand_in_fixed', PASS),
];

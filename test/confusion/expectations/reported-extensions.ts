import { always, type Cell, fails, failsHere, from, PASS, type Row } from '../cells.ts';

/** Arenas, exceptions and kptrs, and definitions of maps and indices that people got wrong and reported. */
type Cause = Cell['reported'][number];
const at = (code: string, reason: string, subject: string, mark?: string): Cause => ({ code, reason, subject, mark });
const failing = (...reported: readonly Cause[]): Cell => ({ status: 'fail', reported, unattached: [] });
const rejected = (reason: string, program: string) => at('VERIFIER_REJECTION', reason, program, program);
const missing = (...functions: readonly string[]): Cell =>
  failing(...functions.map((name) => at('MISSING_KFUNC', 'strong', name)));
const noNetfilter = failing(
  ...['steals', 'marks'].map((program) => at('UNSUPPORTED_PROGRAM_TYPE', 'kernel_too_old', program)),
);
const noArena = fails('UNSUPPORTED_MAP_TYPE', 'kernel_too_old', 'arena');

export const REPORTED_EXTENSIONS: readonly Row[] = [
  // sched-ext/scx#3689, sched-ext/scx#3827
  {
    object: 'verifier_arena',
    since: [
      // Nor has it programs of the type syscall.
      ['5.10', failing(...noArena.reported, at('UNSUPPORTED_PROGRAM_TYPE', 'kernel_too_old', 'names_none'))],
      ['6.1', failing(...noArena.reported, at('UNSUPPORTED_INSTRUCTION', 'reserved', 'names_none', 'names_none'))],
      [
        '6.12',
        failing(
          rejected('arena_cast', 'casts'),
          rejected('arena_pointer', 'stores'),
          rejected('arena_unnamed', 'names_none'),
        ),
      ],
    ],
  },
  from('6.12', 'verifier_arena_fixed', noArena),
  // Two programs on one hook: each gets a priority of its own.
  from(
    '6.12',
    'verifier_netfilter',
    noNetfilter,
    failing(rejected('return_value', 'steals'), rejected('btf_access', 'marks')),
  ),
  from('6.12', 'verifier_netfilter_fixed', noNetfilter),
  // near libbpf/libbpf#874
  from(
    '6.12',
    'verifier_exceptions',
    missing('bpf_throw'),
    failing(at('VERIFIER_REJECTION', 'throw_place', 'in_callback'), rejected('throw_value', 'with_number')),
  ),
  from('6.12', 'verifier_exceptions_fixed', missing('bpf_throw')),
  // near sched-ext/sched_ext#71
  from(
    '6.12',
    'verifier_kptr_untagged',
    missing('bpf_cpumask_create', 'bpf_cpumask_set_cpu'),
    failing(rejected('no_kptr', 'keeps'), rejected('number_argument', 'uses')),
  ),
  from(
    '6.12',
    'kfunc_forward_declared',
    missing('bpf_cpumask_create'),
    failing(at('KFUNC_SIGNATURE_MISMATCH', 'proto', 'bpf_cpumask_create', 'here')),
  ),
  from('6.12', 'kfunc_forward_declared_fixed', missing('bpf_cpumask_create')),
  from('6.12', 'kfunc_lists', missing('bpf_obj_new_impl'), failing(rejected('node_access', 'adds'))),
  from('6.12', 'kfunc_lists_fixed', missing('bpf_obj_new_impl')),
  // The type of the elements is only named: the kernel says nothing of the BTF that it rejects.
  from(
    '6.12',
    'kfunc_list_types',
    missing('bpf_obj_new_impl'),
    failing(
      at('INVALID_MAP_PARAMS', 'types_rejected', 'lists'),
      at('BTF_LOAD_REJECTED', 'program', 'allocates', 'allocates'),
    ),
  ),
  from('6.12', 'kfunc_list_types_fixed', missing('bpf_obj_new_impl')),
  from('6.12', 'kfunc_slices', missing('bpf_dynptr_from_skb'), failing(rejected('read_only_memory', 'writes_slice'))),
  from('6.12', 'kfunc_slices_fixed', missing('bpf_dynptr_from_skb')),
  // r-caamano/zfw#102: a field that libbpf does not know is passed over; a slip is not.
  always('map_field_misspelled', fails('OBJECT_NOT_LIBBPF_COMPATIBLE', 'map_field', 'seen')),
  always('map_field_misspelled_fixed', PASS),
  // libbpf/libbpf-rs#54
  always('map_without_type', fails('OBJECT_NOT_LIBBPF_COMPATIBLE', 'map_type', 'seen')),
  always('map_without_type_fixed', PASS),
  // josefbacik/systing#220
  always('verifier_signed_index', failsHere('VERIFIER_REJECTION', 'out_of_bounds')),
  always('verifier_signed_index_fixed', PASS),
];

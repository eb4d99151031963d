import { always, type Cell, fails, from, PASS, type Row } from '../cells.ts';

/** Definitions, places and names of the kernel that people got wrong and reported, several to an object. */
const reported = (
  status: Cell['status'],
  causes: readonly (readonly [code: string, reason: string, subject: string, mark?: string])[],
): Cell => ({
  status,
  reported: causes.map(([code, reason, subject, mark]) => ({ code, reason, subject, mark })),
  unattached: [],
});
/** An object of maps alone: nothing of it runs, which is said. */
const mapsOnly: Cell = {
  status: 'pass',
  reported: [{ code: 'NOTHING_LOADED', reason: 'no_program', subject: undefined, mark: undefined }],
  unattached: [],
};
const shape = (reason: string, map: string) => ['INVALID_MAP_PARAMS', reason, map] as const;
const flag = (map: string) => ['UNSUPPORTED_MAP_FLAG', 'refused', map] as const;
const field = (access: string, mark: string) =>
  ['CORE_RELOCATION_FAILURE', 'field_missing', `struct ${access}`, mark] as const;

const SECTIONS = [
  ['ATTACH_TARGET_NOT_TRACEABLE', 'inside_instruction', 'amid_instruction'],
  ['ATTACH_TARGET_NOT_TRACEABLE', 'return_offset', 'amid_function'],
  ['NEEDS_ATTACH_TARGET', 'tracepoint_category', 'no_category'],
  ['ATTACH_TARGET_NOT_FOUND', 'syscall_prefix', 'prefixed'],
] as const;
const FOUR_ARGUMENTS = ['TRACEPOINT_CONTEXT_MISMATCH', 'argument', 'four_arguments'] as const;

// What moved with 5.12, 5.14 and 5.17.
const MOVED = [
  field('iov_iter.type', 'kind'),
  field('bio.bi_disk', 'block'),
  // iovisor/bcc#3954
  field('request.rq_disk', 'disk'),
  field('page.slab_cache', 'cache'),
];
// With 6.4 and 6.6.
const MOVED_TWICE = [
  ...MOVED,
  field('iov_iter.iov', 'vectors'),
  field('module.core_layout.base', 'layout'),
  field('inode.i_ctime.tv_sec', 'changed'),
];

const NO_OUTER = ['ATTACH_TARGET_NOT_FOUND', 'renamed_or_removed', 'outer'] as const;

export const REPORTED_PLACES: readonly Row[] = [
  from('6.1', 'attach_sections', reported('pass', [...SECTIONS, FOUR_ARGUMENTS]), reported('pass', SECTIONS)),
  always('attach_sections_fixed', PASS),
  always('loader_fentry_nameless', fails('LOADER_CONTRACT', 'btf_target', 'probe')),
  always('loader_fentry_nameless_fixed', PASS),
  always(
    'attach_fentry_variadic',
    reported('fail', [
      ['TRAMPOLINE_UNSUPPORTED', 'variable_arguments', 'probe'],
      ['ATTACH_TARGET_NOT_TRACEABLE', 'not_sleepable', 'sleeps'],
      ['TRAMPOLINE_UNSUPPORTED', 'struct_result', 'returns_time'],
    ]),
  ),
  always('attach_fentry_variadic_fixed', PASS),
  // microsoft/retina#246. Modules have types since 5.11.
  from(
    '6.1',
    'attach_fexit_module',
    reported('fail', [NO_OUTER, ['MISSING_MODULE_BTF', 'module_btf', 'inner']]),
    reported('fail', [NO_OUTER]),
  ),
  always('attach_fexit_module_fixed', PASS),
  always(
    'map_shapes',
    reported('fail', [
      shape('value_size', 'stacks'),
      shape('sizes', 'jobs'),
      shape('value_size', 'ports'),
      shape('definition', 'sockets'),
      shape('sizes', 'routes'),
      shape('max_entries', 'groups'),
      shape('value_size', 'events'),
      flag('recent'),
      flag('shared'),
    ]),
  ),
  always('map_shapes_fixed', mapsOnly),
  always('map_value_unsized', fails('OBJECT_NOT_LIBBPF_COMPATIBLE', 'type_size', 'flows')),
  always('map_value_unsized_fixed', mapsOnly),
  always('map_two_sizes', fails('OBJECT_NOT_LIBBPF_COMPATIBLE', 'two_sizes', 'flows')),
  always('map_two_sizes_fixed', mapsOnly),
  always('prog_struct_ops_incomplete', reported('pass', [['STRUCT_OPS_MISMATCH', 'refused', 'lazy']])),
  // sched-ext/sched_ext#12
  from('6.12', 'prog_struct_ops_link', fails('UNSUPPORTED_MAP_FLAG', 'kernel_too_old', 'linked')),
  always('prog_struct_ops_link_fixed', PASS),
  {
    object: 'core_moved_fields',
    since: [
      ['5.10', PASS],
      ['6.1', reported('fail', MOVED)],
      ['6.12', reported('fail', MOVED_TWICE)],
      ['6.16', reported('fail', [...MOVED_TWICE, field('dentry.d_iname[2]', 'name')])],
    ],
  },
  always('core_moved_fields_fixed', PASS),
  // OpenGamingCollective/cardwire#38 (its kind): into thread_info with 5.16, out of d_u with 7.1.
  {
    object: 'core_nested_fields',
    since: [
      ['5.10', PASS],
      ['6.1', reported('fail', [field('task_struct.cpu', 'runs_on')])],
      ['7.1', reported('fail', [field('task_struct.cpu', 'runs_on'), field('dentry.d_u.d_alias.next', 'next_name')])],
    ],
  },
  always('core_nested_fields_fixed', PASS),
  always(
    'core_other_machine',
    reported('fail', [['CORE_RELOCATION_FAILURE', 'type_missing', 'struct user_pt_regs.regs[0]', 'here']]),
  ),
  always('core_other_machine_fixed', PASS),
];

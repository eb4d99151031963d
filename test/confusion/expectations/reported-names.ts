import { always, type Cell, fails, from, PASS, type Row } from '../cells.ts';

/** Definitions of maps, options, names and fields of the kernel that people got wrong and reported, several to an object. */
type Cause = Cell['reported'][number];
const at = (code: string, reason: string | undefined, subject: string, mark?: string): Cause => ({
  code,
  reason,
  subject,
  mark,
});
const failing = (...reported: readonly Cause[]): Cell => ({ status: 'fail', reported, unattached: [] });
const warned = (...reported: readonly Cause[]): Cell => ({ status: 'pass', reported, unattached: [] });
/** An object of maps alone: nothing of it runs, which is said. */
const mapsOnly: Cell = {
  status: 'pass',
  reported: [{ code: 'NOTHING_LOADED', reason: 'no_program', subject: undefined, mark: undefined }],
  unattached: [],
};
const flag = (map: string, reason = 'refused') => at('UNSUPPORTED_MAP_FLAG', reason, map);
const shape = (reason: string, map: string) => at('INVALID_MAP_PARAMS', reason, map);
const tooOld = at('UNSUPPORTED_MAP_TYPE', 'kernel_too_old', 'notes');

const LIMITS = [
  flag('counts'),
  flag('settings'),
  shape('value_size', 'steps'),
  shape('sizes', 'sockets'),
  shape('value_size', 'queues'),
  flag('both_ways'),
  flag('recent'),
  flag('far'),
  shape('sizes', 'routes'),
  shape('value_size', 'groups'),
  flag('extra', 'map_extra'),
  shape('value_size', 'servers'),
];

const missing = (reason: string, program: string) => at('ATTACH_TARGET_NOT_FOUND', reason, program);
const NAMES = [
  // iovisor/ply#46, iovisor/bcc#748
  missing('syscall_raw', 'raw_syscall'),
  missing('renamed_or_removed', 'old_stat'),
  missing('renamed_or_removed', 'umounts'),
  missing('renamed_or_removed', 'suffixed'),
  missing('raw_category', 'with_category'),
  at('NEEDS_ATTACH_TARGET', 'tracepoint_category', 'with_colon'),
  missing('renamed_or_removed', 'no_syscall'),
];
const GONE = [
  // iovisor/bcc#3293, iovisor/bcc#4937
  missing('compiler_transformed', 'switches'),
  // iovisor/bcc#4434, cloudflare/ebpf_exporter#132
  missing('removed', 'dirties'),
  missing('removed', 'allocates'),
];

const lsmOff = (program: string) => at('LSM_BPF_NOT_ENABLED', undefined, program);
const mayNotSleep = (program: string) => at('ATTACH_TARGET_NOT_TRACEABLE', 'not_sleepable', program);

const field = (access: string, mark: string) =>
  at('CORE_RELOCATION_FAILURE', 'field_missing', `struct ${access}`, mark);
const FIELDS_612 = [
  // facebookincubator/below#8188
  field('mm_struct.rss_stat.count[1].counter', 'pages'),
  field('fd.file', 'opened'),
  // falcosecurity/libs#1719
  field('cred.cap_effective.cap[0]', 'may'),
];
// exein-io/pulsar#351
const PARENT = field('kernfs_node.parent', 'parent');
// open-telemetry/opentelemetry-ebpf-instrumentation#1649
const TERMINAL = field('tty_driver.type', 'terminal');

export const REPORTED_NAMES: readonly Row[] = [
  from('5.11', 'map_limits', failing(tooOld, ...LIMITS), failing(shape('definition', 'notes'), ...LIMITS)),
  from('5.11', 'map_limits_fixed', failing(tooOld), mapsOnly),
  always('map_two_locks', fails('INVALID_MAP_PARAMS', 'field_twice', 'accounts')),
  always('map_two_locks_fixed', PASS),
  always('map_percpu_lock', fails('INVALID_MAP_PARAMS', 'special_field', 'counts')),
  always('map_percpu_lock_fixed', PASS),
  always('map_plain_field', fails('OBJECT_NOT_LIBBPF_COMPATIBLE', 'map_number', 'counts')),
  always('map_plain_field_fixed', mapsOnly),
  // Done without the pin, which is reported.
  always('map_pinning', PASS),
  always('map_pinning_fixed', PASS),
  // libbpf/libbpf#667, libbpf/libbpf#678, xdp-project/xdp-tutorial#85
  always('file_no_types', fails('MISSING_OBJECT_BTF', 'object', 'counts')),
  always('file_no_types_fixed', PASS),
  always('extern_kconfig_type', fails('UNRESOLVED_KCONFIG', 'type', 'CONFIG_HZ')),
  always('extern_kconfig_type_fixed', PASS),
  always('extern_kconfig_small', fails('UNRESOLVED_KCONFIG', 'range', 'CONFIG_HZ')),
  always('extern_kconfig_small_fixed', PASS),
  always('prog_struct_ops_name', warned(at('ATTACH_CONFLICT', 'occupied', 'taken'))),
  always('prog_struct_ops_name_fixed', PASS),
  always('prog_struct_ops_nameless', warned(at('STRUCT_OPS_MISMATCH', 'refused', 'nameless'))),
  always('prog_struct_ops_nameless_fixed', PASS),
  {
    object: 'prog_sleepable_maps',
    since: [
      ['5.10', failing(mayNotSleep('counts'), mayNotSleep('queues'))],
      ['6.1', failing(at('MAP_PROG_INCOMPATIBLE', 'sleepable', 'queues'))],
      ['6.12', PASS],
    ],
  },
  from('6.1', 'prog_sleepable_maps_fixed', warned(lsmOff('counts'), lsmOff('queues'))),
  always('helper_sockmap_place', failing(at('MAP_PROG_INCOMPATIBLE', 'map', 'probe', 'here'))),
  always('helper_sockmap_place_fixed', PASS),
  // blk_account_io_start: iovisor/bcc#4261, iovisor/bcc#4478, bpftrace/bpftrace#3621
  {
    object: 'attach_names',
    since: [
      ['5.10', warned(...NAMES)],
      ['6.1', warned(...NAMES, ...GONE, missing('removed', 'starts_io'))],
      ['6.12', warned(...NAMES, ...GONE, at('ATTACH_TARGET_NOT_TRACEABLE', 'notrace', 'starts_io'))],
    ],
  },
  always('attach_names_fixed', PASS),
  always(
    'attach_names_btf',
    failing(
      // iovisor/bcc#4607
      missing('syscall_prefix', 'plain_syscall'),
      missing('renamed_or_removed', 'with_prefix'),
      missing('syscall_raw', 'typed_syscall'),
      missing('renamed_or_removed', 'every_task'),
      missing('raw_category', 'with_category'),
    ),
  ),
  from('6.1', 'attach_names_btf_fixed', warned(lsmOff('with_prefix'))),
  {
    object: 'core_more_fields',
    since: [
      ['5.10', PASS],
      ['6.12', failing(...FIELDS_612)],
      ['6.16', failing(...FIELDS_612, PARENT, TERMINAL)],
    ],
  },
  always('core_more_fields_fixed', PASS),
];

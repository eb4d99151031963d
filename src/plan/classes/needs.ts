import { mapOption, structOption, typeOption } from '../../classify/build-options.ts';
import type { ObjectFacts } from '../../object/facts.ts';
import { helper } from '../../object/first-kernel.ts';
import { floorsOf } from '../../object/floor.ts';
import type { MapFacts } from '../../object/map-facts.ts';
import type { ProgramFacts } from '../../object/programs.ts';
import { attachOptions, GENERAL_OPTIONS, typeAttachOptions } from './attach-options.ts';
import { VERIFIER_MARKS } from './verifier-marks.ts';

/** One thing about a kernel that matters to an object. */
export interface Need {
  readonly kind: NeedKind;
  /** `BPF_MAP_TYPE_RINGBUF`, `5.18`, `CONFIG_BPF_LSM`, `vfs_read`, `sched/sched_switch`, `byte_off struct task_struct.mm`. */
  readonly name: string;
}

type NeedKind =
  | 'enumerator'
  | 'helper'
  | 'since'
  | 'option'
  | 'function'
  | 'variable'
  | 'tracepoint'
  | 'record'
  | 'raw_tracepoint'
  | 'type'
  | 'field'
  | 'verifier';

/** Structures that programs of a type get as their context. */
const CONTEXTS: ReadonlyMap<string, string> = new Map([
  ...['socket_filter', 'sched_cls', 'sched_act', 'cgroup_skb', 'sk_skb', 'flow_dissector'].map(
    (type) => [type, '__sk_buff'] as const,
  ),
  ...['lwt_in', 'lwt_out', 'lwt_xmit', 'lwt_seg6local'].map((type) => [type, '__sk_buff'] as const),
  ['xdp', 'xdp_md'],
  ['sock_ops', 'bpf_sock_ops'],
  ['cgroup_sock', 'bpf_sock'],
  ['cgroup_sock_addr', 'bpf_sock_addr'],
  ['cgroup_sockopt', 'bpf_sockopt'],
  ['cgroup_sysctl', 'bpf_sysctl'],
  ['cgroup_device', 'bpf_cgroup_dev_ctx'],
  ['sk_msg', 'sk_msg_md'],
  ['sk_lookup', 'bpf_sk_lookup'],
  ['sk_reuseport', 'sk_reuseport_md'],
  ['netfilter', 'bpf_nf_ctx'],
]);

/** What owns the programs of a map: whether programs of two kinds may share it. */
const SHARED_BY_PROGRAMS: ReadonlySet<string> = new Set(['prog_array', 'devmap', 'devmap_hash', 'cpumap']);

function targetNeeds({ kind, section }: ProgramFacts): Need[] {
  const { target, type, attachType } = kind;
  // Behind an offset nothing is a name, and in front of a colon stands a module.
  const name = target.replace(/\+.*$/, '').replace(/^.*:/, '');
  const functions = (...names: string[]): Need[] => names.map((one) => ({ kind: 'function', name: one }));
  if (name === '' || kind.usdt || /^u(?:ret)?probe/.test(section)) return [];
  if (type === 'tracepoint') return [{ kind: 'tracepoint', name: target }];
  if (type.startsWith('raw_tracepoint') || attachType === 'trace_raw_tp') return [{ kind: 'raw_tracepoint', name }];
  if (attachType === 'trace_iter') return functions(`bpf_iter_${name}`);
  if (type === 'lsm')
    return [{ kind: 'option', name: 'CONFIG_LSM' }, ...functions(`bpf_lsm_${name}`, `security_${name}`)];
  if (/^k(?:ret)?syscall/.test(section))
    return functions(...['__x64', '__arm64', '__se'].map((abi) => `${abi}_sys_${name}`));
  return type === 'kprobe' || type === 'tracing' ? functions(name) : [];
}

function externNeeds({ externs }: ProgramFacts): Need[] {
  return externs.map(({ name, kind }) => {
    if (kind === 'kconfig') return { kind: 'option', name };
    return { kind: kind === 'kfunc' ? 'function' : 'variable', name };
  });
}

function optionNeeds(...names: (string | undefined)[]): Need[] {
  return names.flatMap((name) => (name === undefined ? [] : [{ kind: 'option', name } as const]));
}

/** What programs of a type have to do with, in libbpf's word for it. */
export function typeNeeds(type: string): Need[] {
  const context = CONTEXTS.get(type);
  return [
    { kind: 'enumerator', name: `BPF_PROG_TYPE_${type.toUpperCase()}` },
    ...optionNeeds(typeOption(type), ...typeAttachOptions(type)),
    ...(context === undefined ? [] : [{ kind: 'type', name: context } as const]),
  ];
}

/** The same of maps of a type. */
export function mapTypeNeeds(type: string): Need[] {
  return [{ kind: 'enumerator', name: `BPF_MAP_TYPE_${type.toUpperCase()}` }, ...optionNeeds(mapOption(type))];
}

function programNeeds(program: ProgramFacts): Need[] {
  const { kind, helpers } = program;
  const attach = kind.attachType === '' ? [] : [kind.attachType];
  return [
    ...typeNeeds(kind.type),
    ...attach.map((name) => ({ kind: 'enumerator', name: `BPF_${name.toUpperCase()}` }) as const),
    ...optionNeeds(...attachOptions(program)),
    ...[...helpers.keys()].map((id) => ({ kind: 'helper', name: helper(id)?.name ?? `helper ${id}` }) as const),
    ...externNeeds(program),
    ...targetNeeds(program),
  ];
}

function mapNeeds(map: MapFacts): Need[] {
  if (map.origin === 'data' || !map.autocreate) return [];
  const struct = map.valueType.replace(/^struct /, '');
  const types = [
    ...(map.origin === 'struct_ops' ? [struct, `bpf_struct_ops_${struct}`] : []),
    ...(SHARED_BY_PROGRAMS.has(map.type) ? ['bpf_map_owner', 'bpf_array_aux'] : []),
    ...map.valueFields.filter((field) => field !== 'kptr'),
  ];
  return [
    ...mapTypeNeeds(map.type),
    ...optionNeeds(map.origin === 'struct_ops' ? structOption(struct) : undefined),
    ...types.map((name) => ({ kind: 'type', name }) as const),
    ...(map.inner ? mapNeeds(map.inner) : []),
  ];
}

/** Records of tracepoints that the object has a structure for: programs read them without CO-RE, too. */
function recordNeeds({ btf, programs }: ObjectFacts): Need[] {
  const needs: Need[] = [];
  for (let id = 1; id <= (btf?.count ?? 0); id++) {
    const type = btf?.kind(id) === 'struct' ? btf.type(id) : undefined;
    if (type?.name.startsWith('trace_event_raw_')) needs.push({ kind: 'type', name: type.name.replace(/___.*$/, '') });
  }
  if (needs.length > 0) return needs;
  // With a structure of its own name the object says nothing of the record that it takes it for.
  return programs.flatMap(({ kind: { type, target } }): Need[] =>
    type === 'tracepoint' && !target.startsWith('syscalls/') ? [{ kind: 'record', name: target }] : [],
  );
}

/** Everything of a kernel that an object has to do with, each once, in an order that does not depend on the object's. */
export function needsOf(facts: ObjectFacts): Need[] {
  const { programs, maps } = floorsOf(facts);
  const versions = [...maps, ...programs.flatMap(({ requirements }) => requirements)].map(({ since }) => since);
  const marks = VERIFIER_MARKS.filter(({ concerns }) => concerns === undefined || concerns(facts));
  const needs: Need[] = [
    ...versions.filter((since) => since !== '').map((name) => ({ kind: 'since', name }) as const),
    ...marks.map(({ member }) => ({ kind: 'verifier', name: member }) as const),
    ...facts.programs.flatMap(programNeeds),
    ...facts.maps.flatMap(mapNeeds),
    ...optionNeeds(...GENERAL_OPTIONS),
    ...recordNeeds(facts),
    ...facts.core
      .filter(({ kind }) => kind !== 'local_type_id')
      .map(({ kind, access }) => ({ kind: 'field', name: `${kind} ${access}` }) as const),
  ];
  const distinct = new Map(needs.map((need) => [`${need.kind} ${need.name}`, need]));
  return [...distinct].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, need]) => need);
}

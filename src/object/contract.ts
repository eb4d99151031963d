import type { ObjectFacts } from './facts.ts';
import type { MapFacts } from './map-facts.ts';
import type { ProgramFacts } from './programs.ts';

/** Something that the object leaves to its own loader, or that libbpf does not take: the same on every kernel. */
export interface ContractFact {
  readonly reason: ContractReason;
  /** Name of the map, program, section or symbol. */
  readonly subject: string;
  /** A sentence for a person. */
  readonly words: string;
}

type ContractReason =
  | 'legacy_map'
  | 'map_size'
  | 'map_key_value'
  | 'inner_map'
  | 'map_attribute'
  | 'freplace_target'
  | 'btf_target'
  | 'unknown_section'
  | 'static_program'
  | 'struct_ops_unreferenced'
  | 'unknown_extern'
  | 'missing_btf'
  | 'missing_license'
  | 'settings';

const SIZELESS: ReadonlySet<string> = new Set([
  'perf_event_array',
  'sk_storage',
  'inode_storage',
  'task_storage',
  'cgrp_storage',
  'cgroup_storage',
  'percpu_cgroup_storage',
  'struct_ops',
]);
const FIXED_SIZES: ReadonlyMap<string, string> = new Map([
  ['perf_event_array', '4 and 4'],
  ['cgroup_array', '4 and 4'],
  ['stack_trace', '4 and 8 per frame'],
]);
/** Names that stand where a loader puts the real function. */
const PLACEHOLDER = /^(?:dummy\w*|placeholder\w*|func|function|target|foo|bar|tc|xdp|test|_+|x+)$/i;
/** Program types that kernels take only under the GPL. */
const GPL_TYPES: ReadonlySet<string> = new Set(['lsm', 'struct_ops']);

/** All facts of this kind, in the order object, maps, programs, externs. */
export function contractFacts(facts: ObjectFacts): ContractFact[] {
  return [
    ...objectFacts(facts),
    ...facts.maps.flatMap(mapFacts),
    ...facts.programs.flatMap((program) => programFacts(program, facts)),
    ...facts.externs
      .filter(({ kind }) => kind === 'unknown')
      .map(({ name }) => ({
        reason: 'unknown_extern' as const,
        subject: name,
        words: `"${name}" is declared and defined nowhere; link the object, or mark it __ksym or __kconfig`,
      })),
  ];
}

function objectFacts({ btf, maps, programs, license, settings }: ObjectFacts): ContractFact[] {
  const found: ContractFact[] = [];
  if (!btf && maps.length > 0) {
    const words = 'the object has no BTF, so maps and types are not known; compile it with -g';
    found.push({ reason: 'missing_btf', subject: '.BTF', words });
  }
  const needsGpl = programs.find(({ kind }) => GPL_TYPES.has(kind.type));
  if (license.text === undefined || (needsGpl && !license.gplCompatible)) {
    const what =
      license.text === undefined ? 'there is no license section' : `the license "${license.text}" is not GPL`;
    const rejected = needsGpl ? `kernels reject ${needsGpl.kind.type} programs` : 'many helpers are rejected';
    found.push({ reason: 'missing_license', subject: 'license', words: `${what}: ${rejected}` });
  }
  if (settings.length > 0) {
    const words = 'the loader may set these before the load, and turn code on or off with them';
    found.push({ reason: 'settings', subject: settings.join(', '), words });
  }
  return found;
}

function mapFacts(map: MapFacts): ContractFact[] {
  const { name, type } = map;
  const fact = (reason: ContractReason, words: string): ContractFact => ({ reason, subject: name, words });
  if (map.origin === 'legacy') {
    return [fact('legacy_map', `is defined in section "${map.section}", which libbpf does not read; use SEC(".maps")`)];
  }
  if (map.origin !== 'btf') return [];
  const found = map.problems.map((problem) => fact('map_attribute', problem));
  if (map.maxEntries === 0 && !SIZELESS.has(type) && map.typeId !== 0) {
    found.push(fact('map_size', 'has no max_entries; its loader sets them at run time'));
  }
  const sizes = FIXED_SIZES.get(type);
  if (sizes !== undefined && (map.keySize === 0 || map.valueSize === 0)) {
    found.push(fact('map_key_value', `gives no sizes of key and value; its loader fills in ${sizes}`));
  }
  if (type === 'ringbuf' && (map.keySize !== 0 || map.valueSize !== 0)) {
    found.push(fact('map_key_value', 'is a ring buffer with a key or value, which its loader takes away'));
  }
  if (type.endsWith('_of_maps') && !map.inner) {
    found.push(fact('inner_map', 'does not say what its inner maps look like; its loader gives one'));
  }
  return found;
}

function programFacts(program: ProgramFacts, { structOpsPrograms }: ObjectFacts): ContractFact[] {
  const { name, kind, section } = program;
  const fact = (reason: ContractReason, words: string): ContractFact => ({ reason, subject: name, words });
  const found: ContractFact[] = [];
  if (!kind.known) {
    const guess = kind.type === '' ? 'nothing says what it is' : `other loaders take it for ${kind.type}`;
    found.push(fact('unknown_section', `is in section "${section}", which libbpf does not know; ${guess}`));
  }
  if (program.isStatic) found.push(fact('static_program', 'is a static function, which libbpf does not take'));
  if (kind.type === 'ext' && kind.known) {
    found.push(fact('freplace_target', 'replaces a function of another program, which its loader names'));
  } else if (kind.btfTarget && (kind.target === '' || PLACEHOLDER.test(kind.target))) {
    const what = kind.target === '' ? 'names no function' : `names "${kind.target}", which looks like a placeholder`;
    found.push(fact('btf_target', `${what}; its loader sets the target at run time`));
  }
  if (kind.type === 'struct_ops' && !structOpsPrograms.has(name)) {
    found.push(fact('struct_ops_unreferenced', 'belongs to no struct_ops map, so libbpf does not load it'));
  }
  return found;
}

import type { ReasonOf } from '../findings/findings.ts';
import { errnoName, errnoNumber } from '../model/errno.ts';
import { type Evidence, firstStage, type StageOf, stagesOf } from '../model/evidence.ts';
import type { Finding } from '../model/finding.ts';
import { kernelVersion, olderThan } from '../model/kernel-range.ts';
import { grouped, oncePer } from '../model/once-per.ts';
import { mapTypeSince, plainType } from './first-kernel.ts';
import { nameFinding } from './kernel-name.ts';
import { libbpfLines } from './libbpf-log.ts';
import { evidenceLine, findingBy, makeFinding } from './make-finding.ts';
import { mapVerdict } from './map-probes.ts';
import { denied } from './policy.ts';
import { MAP_INIT_FAILED, MAP_REFUSED } from './rules/kernel.ts';

type MapFacts = StageOf<'open'>['maps'][number];

const PAGE = 4096;
const EEXIST = -17;

/** What is wrong with a definition by rules that hold on every kernel; undefined when nothing is. */
function definitionFault(map: MapFacts): ReasonOf<'LOADER_CONTRACT'> | undefined {
  const { key_size: key, value_size: value, max_entries: entries } = map;
  switch (plainType(map.type)) {
    case 'ringbuf':
    case 'user_ringbuf':
      if (key !== 0 || value !== 0) return 'map_key_value';
      return entries === 0 || entries % PAGE !== 0 || (entries & (entries - 1)) !== 0 ? 'map_size' : undefined;
    case 'perf_event_array':
    case 'cgroup_array':
    case 'prog_array':
      return key !== 4 || value !== 4 ? 'map_key_value' : undefined;
    case 'stack_trace':
      return key !== 4 || value === 0 || value % 8 !== 0 ? 'map_key_value' : undefined;
    case 'array':
    case 'percpu_array':
      return key !== 4 || value === 0 ? 'map_key_value' : entries === 0 ? 'map_size' : undefined;
    case 'hash':
    case 'lru_hash':
    case 'percpu_hash':
    case 'lru_percpu_hash':
    case 'lpm_trie':
      return key === 0 || value === 0 ? 'map_key_value' : entries === 0 ? 'map_size' : undefined;
    default:
      return undefined;
  }
}

export interface MapRejection {
  readonly name: string;
  /** libbpf's type name; empty when not known. */
  readonly type: string;
  readonly errno: number;
  /** libbpf could not make the prototype of a map-in-map. */
  readonly inner: boolean;
  /** The map exists, filling or freezing it failed. */
  readonly init: boolean;
  readonly line: string | undefined;
  readonly probes: StageOf<'map'>['probes'];
}

/** Every map a guest could not make: from its map stages, and from libbpf's warnings where a stage is missing. */
export function mapRejections(evidence: Evidence): MapRejection[] {
  const found = new Map<string, MapRejection>();
  const logs = [...stagesOf(evidence, 'load'), ...stagesOf(evidence, 'program')].map((stage) => stage.log);
  for (const line of logs.flatMap(libbpfLines)) {
    const rejected = MAP_REFUSED.exec(line);
    const match = rejected ?? MAP_INIT_FAILED.exec(line);
    const name = match?.groups?.['map'];
    if (!match || name === undefined || found.has(name)) continue;
    const { error = '', number = '' } = match.groups ?? {};
    const errno = number === '' ? (errnoNumber(error) ?? 0) : Number(number);
    const inner = match.groups?.['inner'] !== undefined;
    found.set(name, { name, type: '', errno, inner, init: rejected === null, line, probes: undefined });
  }
  for (const stage of stagesOf(evidence, 'map')) {
    if (stage.status !== 'fail') continue;
    const seen = found.get(stage.name);
    const { name, type, errno } = stage;
    found.set(name, {
      name,
      type,
      errno: errno || (seen?.errno ?? 0),
      inner: seen?.inner ?? false,
      init: seen?.init ?? false,
      line: seen?.line ?? (stage.error || undefined),
      probes: stage.probes,
    });
  }
  return [...found.values()];
}

const openedMaps = oncePer((evidence: Evidence) =>
  grouped(firstStage(evidence, 'open')?.maps ?? [], ({ name }) => name),
);

/**
 * Why a map could not be made: what the probes of the guest name, else what is known and no more. EINVAL alone says
 * little: without probes the type is blamed only where the kernel is too old for it.
 */
export function mapFinding(rejection: MapRejection, evidence: Evidence): Finding {
  const { hello } = evidence;
  const facts = openedMaps(evidence).get(rejection.name)?.[0];
  const type = plainType(rejection.type || facts?.type || '');
  const errno = errnoName(rejection.errno);
  const since = mapTypeSince(type);
  const common = { phase: 'map', subject: rejection.name, evidence: evidenceLine(rejection.line, 'libbpf') } as const;
  const args = { map: rejection.name, type, errno, since, release: hello.kernel.release };
  const version = kernelVersion(hello.kernel.release);
  const named = rejection.init ? undefined : nameFinding('map', rejection.name, rejection.errno, common);
  if (named) return named;
  const verdict = rejection.init ? undefined : mapVerdict(rejection.probes, rejection.errno, facts, type, version);
  if (verdict?.code === 'policy') return denied(hello, { ...common, errno });
  if (verdict) {
    // The first kernel of the type says nothing about a flag or a size.
    const about = { ...args, since: undefined, ...verdict.args, reason: verdict.reason };
    return findingBy(verdict.code, { ...common, confidence: 'high', args: about });
  }
  if (rejection.errno === -1) return denied(hello, { ...common, errno });
  // The validator lets no arena lie over its own memory (validator-c/src/load/arena-place.h).
  if (rejection.errno === EEXIST && /failed to mmap arena: /.test(rejection.line ?? '')) {
    return makeFinding({
      ...common,
      code: 'INVALID_MAP_PARAMS',
      confidence: 'high',
      args: { ...args, since: undefined, reason: 'arena_place' },
    });
  }
  const medium = { ...common, confidence: 'medium' } as const;
  if (rejection.errno === -12) {
    const entries = facts === undefined ? undefined : String(facts.max_entries);
    return makeFinding({ ...medium, code: 'OUT_OF_MEMORY', args: { ...args, entries } });
  }
  if (rejection.inner)
    return makeFinding({ ...medium, code: 'LOADER_CONTRACT', args: { ...args, reason: 'inner_map' } });
  const fault = facts && definitionFault(facts);
  if (!rejection.init && olderThan(version, since) && [-22, -7, -524].includes(rejection.errno)) {
    return makeFinding({ ...medium, code: 'UNSUPPORTED_MAP_TYPE', args: { ...args, reason: 'kernel_too_old' } });
  }
  if (fault !== undefined && rejection.errno === -22) {
    return makeFinding({ ...medium, code: 'LOADER_CONTRACT', args: { ...args, reason: fault } });
  }
  const reason = rejection.init ? 'not_initialized' : 'refused';
  return makeFinding({ ...common, code: 'MAP_CREATE_FAILED', confidence: 'low', args: { ...args, reason } });
}

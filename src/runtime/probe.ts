import * as z from 'zod';
import { KernelIdentity } from '../model/kernel-identity.ts';
import { compareVersions, kernelNumber } from '../model/kernel-range.ts';
import { canonicalJson, sha256 } from './canonical.ts';
import type { HostFacts } from './read-host.ts';

const Feature = z.object({
  status: z.enum(['supported', 'unsupported', 'unknown']),
  confidence: z.enum(['low', 'medium', 'high']),
  source: z.enum(['heuristic', 'filesystem', 'bpftool']),
  reason: z.string().max(1024),
});
type Feature = z.infer<typeof Feature>;

/** First release of upstream with a feature: a hint only, since vendors carry features back. */
const SINCE = {
  map_ringbuf: '5.8',
  map_perf_event_array: '4.3',
  prog_tracepoint: '4.7',
  prog_kprobe: '4.1',
  prog_tracing: '5.5',
  prog_xdp: '4.8',
} as const;

const Features = z.object({
  map_ringbuf: Feature,
  map_perf_event_array: Feature,
  prog_tracepoint: Feature,
  prog_kprobe: Feature,
  prog_tracing: Feature,
  prog_xdp: Feature,
  attach_tracefs: Feature,
  attach_kprobe_events: Feature,
});

const text = z.string().max(4096);

/** What decides about a load besides the build of the kernel. */
const HostConstraints = z.object({
  byte_order: z.enum(['little', 'big']),
  page_size: z.number().int().nonnegative(),
  /** Level in force; empty: the kernel has none to show. */
  lockdown: text,
  lsm: z.array(text).max(64),
  unprivileged_bpf_disabled: text,
  bpf_jit_enable: text,
  perf_event_paranoid: text,
  bpffs: z.boolean(),
  tracefs: z.boolean(),
  cgroup_version: z.number().int().min(0).max(2),
  livepatches: z.array(text).max(1024),
});
type HostConstraints = z.infer<typeof HostConstraints>;

/** `runtime_probe.v0.1` (docs/runtime.md). */
export const Probe = z.object({
  schema_version: z.literal('runtime_probe.v0.1'),
  collected_at: text,
  host: z.object({ hostname: text, arch: text }),
  os: z.object({ id: text, version_id: text, pretty_name: text }),
  kernel: z.object({ release: text, version: text.optional() }),
  btf: z.object({ kernel_available: z.boolean(), size_bytes: z.number().int().nonnegative().optional() }),
  probe_mode: text,
  features: Features,
  identity: KernelIdentity,
  constraints: HostConstraints,
  /** Of identity and constraints: the same for a host that did not change. */
  probe_sha256: z.string(),
  warnings: z.array(text).optional(),
});
export type Probe = z.infer<typeof Probe>;

/** Values of os-release(5), unquoted. */
function osRelease(source: string): Readonly<Record<string, string>> {
  const pairs = source.matchAll(/^([A-Z_]+)=(?:"([^"\n]*)"|'([^'\n]*)'|([^\n]*))$/gm);
  return Object.fromEntries([...pairs].map(([, key = '', ...values]) => [key, values.find((one) => one) ?? '']));
}

function heuristic(since: string, release: string): Feature {
  if (kernelNumber(release) === undefined)
    return { status: 'unknown', confidence: 'low', source: 'heuristic', reason: `release ${release} has no number` };
  const known = compareVersions(release, since) >= 0;
  const reason = `kernel ${release} is ${known ? 'not ' : ''}older than ${since}`;
  return { status: known ? 'supported' : 'unknown', confidence: known ? 'medium' : 'low', source: 'heuristic', reason };
}

function fileSystem(there: boolean, what: string): Feature {
  const reason = `${what} ${there ? 'is there' : 'is not visible'}`;
  return { status: there ? 'supported' : 'unknown', confidence: there ? 'high' : 'low', source: 'filesystem', reason };
}

function featuresOf(facts: Pick<HostFacts, 'release' | 'kprobeEvents'>, tracefs: boolean): z.infer<typeof Features> {
  const since = (name: keyof typeof SINCE): Feature => heuristic(SINCE[name], facts.release);
  return {
    map_ringbuf: since('map_ringbuf'),
    map_perf_event_array: since('map_perf_event_array'),
    prog_tracepoint: since('prog_tracepoint'),
    prog_kprobe: since('prog_kprobe'),
    prog_tracing: since('prog_tracing'),
    prog_xdp: since('prog_xdp'),
    attach_tracefs: fileSystem(tracefs, 'tracefs'),
    attach_kprobe_events: fileSystem(facts.kprobeEvents, 'kprobe_events'),
  };
}

function constraintsOf({ mounts, lockdown, lsm, ...facts }: HostFacts): HostConstraints {
  const types = mounts.split('\n').map((line) => line.split(' ')[2]);
  return {
    byte_order: 'little',
    page_size: facts.pageSize,
    lockdown: /\[(\w+)\]/.exec(lockdown)?.[1] ?? '',
    lsm: lsm.split(',').filter((name) => name !== ''),
    ...facts.sysctls,
    bpffs: types.includes('bpf'),
    tracefs: types.includes('tracefs'),
    cgroup_version: types.includes('cgroup2') ? 2 : types.includes('cgroup') ? 1 : 0,
    livepatches: [...facts.livepatches],
  };
}

function identityOf(facts: HostFacts, os: Readonly<Record<string, string>>): KernelIdentity {
  return KernelIdentity.parse({
    arch: facts.arch,
    release: facts.release,
    ...(facts.version !== '' && { version: facts.version }),
    ...(facts.buildId !== undefined && { build_id: facts.buildId }),
    // What could not be read is not known; what is not there is none.
    ...(!facts.unreadable.includes('/sys/kernel/btf/vmlinux') && { btf_sha256: facts.btf?.sha256 ?? null }),
    ...(facts.configSha256 !== undefined && { config_sha256: facts.configSha256 }),
    ...(os['ID'] && { distro: os['ID'] }),
    ...(os['VERSION_ID'] && { distro_version: os['VERSION_ID'] }),
  });
}

/** Digest of what decisions depend on, and of nothing that changes by itself. */
export function probeDigest({ identity, constraints }: Pick<Probe, 'identity' | 'constraints'>): string {
  const known = Object.fromEntries(Object.entries(identity).filter(([, value]) => value !== undefined));
  return sha256(canonicalJson({ identity: known as Record<string, string | null>, constraints }));
}

/** Statuses of features by the release, and by what is mounted; the source of kprobe_events is nowhere else in a probe. */
function derived({ identity, constraints }: Pick<Probe, 'identity' | 'constraints'>) {
  const facts = { release: identity.release, kprobeEvents: false };
  const { attach_kprobe_events: _seen, ...features } = featuresOf(facts, constraints.tracefs);
  return {
    'host.arch': identity.arch === 'aarch64' ? 'arm64' : 'amd64',
    'os.id': identity.distro ?? '',
    'os.version_id': identity.distro_version ?? '',
    'kernel.release': identity.release,
    'kernel.version': identity.version ?? '',
    'btf.kernel_available': typeof identity.btf_sha256 === 'string',
    ...Object.fromEntries(Object.entries(features).map(([name, { status }]) => [`features.${name}.status`, status])),
  };
}

/**
 * Why a probe is not as it was written; empty: it is. Identity and constraints have a digest, and what else decides follows
 * from them: labels of the host, whether it has BTF, features.
 */
export function probeProblem(probe: Probe): string {
  if (probeDigest(probe) !== probe.probe_sha256) return 'its probe_sha256 is not that of its contents';
  const at = (path: string): unknown =>
    path.split('.').reduce<unknown>((value, key) => (value as Readonly<Record<string, unknown>>)[key], probe);
  const [path, is] = Object.entries(derived(probe)).find(([key, value]) => (at(key) ?? '') !== value) ?? [];
  return path === undefined ? '' : `${path} is not ${JSON.stringify(is)}, which follows from its identity`;
}

/** @param now when the facts were read */
export function probeDocument(facts: HostFacts, now: Date): Probe {
  const os = osRelease(facts.osRelease);
  const identity = identityOf(facts, os);
  const constraints = constraintsOf(facts);
  const warnings = [
    ...(identity.build_id === undefined ? ['/sys/kernel/notes shows no build id: no evidence matches exactly'] : []),
    ...facts.unreadable.map((path) => `${path} cannot be read`),
  ];
  return {
    schema_version: 'runtime_probe.v0.1',
    collected_at: `${now.toISOString().slice(0, 19)}Z`,
    host: { hostname: facts.hostname, arch: facts.arch === 'aarch64' ? 'arm64' : 'amd64' },
    os: { id: os['ID'] ?? '', version_id: os['VERSION_ID'] ?? '', pretty_name: os['PRETTY_NAME'] ?? '' },
    kernel: { release: facts.release, version: facts.version },
    btf: { kernel_available: facts.btf !== undefined, ...(facts.btf && { size_bytes: facts.btf.bytes }) },
    probe_mode: 'heuristic',
    features: featuresOf(facts, constraints.tracefs),
    identity,
    constraints,
    probe_sha256: probeDigest({ identity, constraints }),
    ...(warnings.length > 0 && { warnings }),
  };
}

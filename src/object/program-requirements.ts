import type { Extern } from './externs.ts';
import { attachTypeSince, helper, iteratorSince, programTypeSince } from './first-kernel.ts';
import { isDataSection } from './maps.ts';
import type { ProgramFacts } from './programs.ts';
import type { Requirement } from './requirements.ts';
import { FEATURES } from './tables/features.ts';

/** Instructions that kernels before 5.2 take in one program. */
const OLD_LIMIT = 4096;
/** libbpf replaces these by `bpf_probe_read` where a kernel does not have them. */
const REPLACED: ReadonlySet<number> = new Set([112, 113, 114, 115]);

type Feature = keyof typeof FEATURES;

/**
 * What a program with its subprograms needs from the kernel, maps left out.
 * @param index its position in the list of programs
 * @param usesCore it has CO-RE accesses that the kernel's BTF must satisfy
 */
export function programRequirements(program: ProgramFacts, index: number, usesCore: boolean): Requirement[] {
  const subject = { kind: 'program', name: program.name } as const;
  const base = { strength: 'hard', phase: 'load', subject, program: index, insn: undefined } as const;
  const code = (name: Feature, insn?: number): Requirement => ({
    ...base,
    kind: 'code',
    name,
    words: FEATURES[name].words,
    since: FEATURES[name].since,
    insn,
  });
  const needs: Requirement[] = [...typeRequirements(program, base), ...flagFeatures(program).map((name) => code(name))];
  for (const [feature, insn] of program.features) needs.push(code(feature, insn));
  if (program.subprograms.length > 0) needs.push(code('subprograms'));
  if (program.loopsAt !== undefined) needs.push(code('loops', program.loopsAt));
  if (program.callbackAt !== undefined) needs.push(code('callbacks', program.callbackAt));
  if (program.totalInsns > OLD_LIMIT) needs.push(code('many_insns'));
  if (program.maps.some(isDataSection) || program.externs.some(({ kind }) => kind === 'kconfig')) {
    needs.push(code('global_data'));
  }
  if (usesCore) needs.push({ ...code('kernel_btf'), strength: 'soft' });
  for (const [id, insn] of program.helpers) needs.push(...helperRequirement(id, insn, base));
  for (const extern of program.externs) needs.push(...externRequirement(extern, program, code));
  return needs;
}

type Base = Pick<Requirement, 'strength' | 'phase' | 'subject' | 'program' | 'insn'>;

function typeRequirements({ kind, section }: ProgramFacts, base: Base): Requirement[] {
  const needs: Requirement[] = [];
  const type = programTypeSince(kind.type);
  if (type !== undefined) {
    needs.push({ ...base, kind: 'program_type', name: kind.type, words: `program type ${kind.type}`, since: type });
  }
  const attach = attachTypeSince(kind.attachType);
  // Old kernels attach XDP programs in another way, which libbpf falls back to.
  if (attach !== undefined && kind.attachType !== 'xdp') {
    const words = `attach type ${kind.attachType}`;
    needs.push({ ...base, kind: 'attach_type', name: kind.attachType, words, ...attach });
  }
  const iterator = kind.attachType === 'trace_iter' ? iteratorSince(kind.target) : undefined;
  if (iterator !== undefined) {
    needs.push({ ...base, kind: 'target', name: kind.target, words: `the iterator ${section}`, since: iterator });
  }
  return needs;
}

function flagFeatures({ kind }: ProgramFacts): Feature[] {
  const features: Feature[] = [];
  if (kind.frags) features.push('fragments');
  if (kind.attachType !== '' && !kind.attachTypeOptional) features.push('expected_attach_type');
  if (kind.sleepable && kind.type !== 'syscall')
    features.push(SLEEPABLE.get(kind.attachType || kind.type) ?? 'sleepable');
  return features;
}

const SLEEPABLE: ReadonlyMap<string, Feature> = new Map([
  ['kprobe', 'sleepable_uprobe'],
  ['trace_uprobe_multi', 'sleepable_uprobe'],
  ['trace_uprobe_session', 'sleepable_uprobe'],
  ['trace_iter', 'sleepable_iterator'],
  ['struct_ops', 'sleepable_struct_ops'],
]);

/** A helper that no table lists is one of a newer kernel, or a mistake. */
function helperRequirement(id: number, insn: number, base: Base): Requirement[] {
  if (REPLACED.has(id)) return [];
  const { name, since } = helper(id) ?? { name: `helper ${id}`, since: '' };
  const words = name.startsWith('helper') ? name : `helper ${name}`;
  return [{ ...base, kind: 'helper', name, words, since, strength: 'soft', insn }];
}

/** A weak extern may be missing; code that checks for it first never runs without it. */
function externRequirement(
  { name, kind, weak, typed }: Extern,
  program: ProgramFacts,
  code: (name: Feature) => Requirement,
): Requirement[] {
  const strength = weak ? 'soft' : 'hard';
  if (kind === 'ksym' && typed) return [{ ...code('typed_ksym'), strength, words: `the kernel's variable ${name}` }];
  if (kind !== 'kfunc') return [];
  const since = program.kind.type === 'struct_ops' ? FEATURES.callbacks.since : FEATURES.kfunc.since;
  return [{ ...code('kfunc'), kind: 'kfunc', name, words: `kernel function ${name}`, since, strength }];
}

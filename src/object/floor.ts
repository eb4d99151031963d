import { compareVersions } from '../model/kernel-range.ts';
import type { ObjectFacts } from './facts.ts';
import { mapRequirements } from './map-requirements.ts';
import { programRequirements } from './program-requirements.ts';
import type { ProgramFacts } from './programs.ts';
import type { Requirement } from './requirements.ts';

/** The oldest upstream kernel that something can work on, and what says so. */
export interface Floor {
  /** `major.minor`; empty when no known kernel will do. */
  readonly version: string;
  /** What needs this version; the first of several. */
  readonly because: Requirement;
}

/** Undefined stands for "any kernel with BPF". */
export interface Floors {
  /** Older kernels reject it, whatever the code does at run time. */
  readonly hard: Floor | undefined;
  /** With everything that guards in the code or the loader could avoid; not below `hard`. */
  readonly soft: Floor | undefined;
  /** Older kernels load it and cannot attach it; not below `hard`. */
  readonly attach: Floor | undefined;
}

interface ProgramFloors extends Floors {
  readonly program: string;
  readonly requirements: readonly Requirement[];
  /** Its code checks what the kernel has before it uses it, or its loader can: what is soft may never run. */
  readonly guarded: boolean;
}

export interface ObjectFloors extends Floors {
  readonly programs: readonly ProgramFloors[];
  /** What the maps need. */
  readonly maps: readonly Requirement[];
}

/** The oldest upstream kernels for each program, and for all programs that are loaded on their own. */
export function floorsOf(facts: ObjectFacts): ObjectFloors {
  const maps = facts.maps.flatMap(mapRequirements);
  const core = facts.core.filter(({ kind }) => kind !== 'local_type_id');
  const querying = new Set(core.filter(({ onlyQueries }) => onlyQueries).map(({ fn }) => fn));
  const using = new Set(core.map(({ fn }) => fn));
  const programs = facts.programs.map((program, index) => {
    const { parts } = program.layout;
    const requirements = programRequirements(
      program,
      index,
      parts.some(({ fn }) => using.has(fn)),
    );
    const guarded = parts.some(({ fn }) => querying.has(fn)) || isGuarded(facts, program);
    return { program: program.name, requirements, guarded, ...floors(requirements) };
  });
  const loaded = programs.filter((_, index) => facts.programs[index]?.autoload);
  return { programs, maps, ...floors([...maps, ...loaded.flatMap(({ requirements }) => requirements)]) };
}

/**
 * The floor to show: that of the helpers where it is above what is certain and nothing guards them, so that the kernel
 * named does not reject it again for the next cause.
 */
export function reportedFloor({ hard, soft, programs }: ObjectFloors): Floor | undefined {
  const helper = soft?.because.kind === 'helper' && soft.version !== '' ? soft : undefined;
  return helper === undefined || programs.some(({ guarded }) => guarded) ? hard : helper;
}

function isGuarded(facts: ObjectFacts, program: ProgramFacts): boolean {
  if (program.externs.some(({ kind, weak }) => kind === 'kconfig' || weak)) return true;
  return facts.settings.length > 0 && program.maps.some((name) => name.startsWith('.rodata'));
}

function floors(requirements: readonly Requirement[]): Floors {
  const hard = requirements.filter(({ strength, phase }) => strength === 'hard' && phase === 'load');
  const attach = requirements.filter(({ strength, phase }) => strength === 'hard' && phase === 'attach');
  return {
    hard: highest(hard),
    soft: highest([...hard, ...requirements.filter(({ strength }) => strength === 'soft')]),
    attach: highest([...hard, ...attach]),
  };
}

/** An empty version, which no kernel has, is above all. */
function highest(requirements: readonly Requirement[]): Floor | undefined {
  let found: Requirement | undefined;
  for (const requirement of requirements) {
    if (found === undefined || isAbove(requirement.since, found.since)) found = requirement;
  }
  return found && { version: found.since, because: found };
}

function isAbove(a: string, b: string): boolean {
  if (a === '' || b === '') return a === '' && b !== '';
  return compareVersions(a, b) > 0;
}

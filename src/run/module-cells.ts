import { withModuleFacts } from '../classify/module-facts.ts';
import type { CellResult, InfraCause } from '../model/cell.ts';
import { slipOf } from '../model/edit-distance.ts';
import { errnoName } from '../model/errno.ts';
import { CancelledError, messageOf } from '../model/errors.ts';
import { firstStage } from '../model/evidence.ts';
import { type GuestModule, moduleLimitProblem } from '../model/guest-module.ts';
import type { KernelRecord, Profile } from '../model/kernel.ts';
import type { CellModule, CellModules, ModuleChoice, ModuleRules, NeededName } from '../model/kernel-modules.ts';
import { missingNames } from './needed-names.ts';
import { withRequiredModules } from './required-modules.ts';

/** All modules of one kernel; `src/kernels` has the real one. */
export interface Modules {
  choose(needed: readonly NeededName[], rules: Pick<ModuleRules, 'load' | 'forbid'>): Promise<ModuleChoice>;
  look(names: readonly string[]): Promise<{
    readonly found: readonly ('module' | 'built_in' | 'absent')[];
    /** The names of all of them. */
    readonly all: readonly string[];
  }>;
  sizes(names: readonly string[]): Promise<readonly { readonly name: string; readonly size: number }[]>;
  read(names: readonly string[], signal: AbortSignal | undefined): Promise<GuestModule[]>;
}

/** All modules of a kernel that was prepared; `src/kernels` is the real one. */
export type ModuleSupply = (
  profile: Profile,
  record: KernelRecord,
  options: { readonly signal: AbortSignal; readonly onNote: (message: string) => void },
) => Promise<Modules>;

/** The modules of a kernel where somebody looked into them before; undefined where no one did. Nothing is fetched. */
export type StoredModules = (profile: Profile, record: KernelRecord) => Promise<Modules | undefined>;

export type OpenModules = (profile: Profile, record: KernelRecord) => () => Promise<Modules>;

/**
 * Which of the names that an object has of modules its kernel has in one, as far as that is known without fetching anything: a
 * cell that needs them is run with them at once. What goes wrong here is reported when a guest misses a name.
 */
export async function namesAhead(
  names: readonly NeededName[],
  rules: ModuleRules,
  stored: () => Promise<Modules | undefined>,
): Promise<NeededName[]> {
  if (!rules.onDemand || names.length === 0) return [];
  try {
    const choice = await (await stored())?.choose(names, rules);
    const found = new Set(choice?.modules.flatMap((one) => one.names));
    return names.filter(({ name }) => found.has(name));
  } catch {
    return [];
  }
}

/** Opens the modules of each kernel once for all its cells; those that cannot be had are not tried again. */
export function moduleOpener(
  supply: ModuleSupply | undefined,
  signal: AbortSignal,
  onNote: (message: string) => void,
): OpenModules | undefined {
  const opened = new Map<string, Promise<Modules>>();
  if (supply === undefined) return undefined;
  return (profile, record) => () => {
    const modules = opened.get(profile.id) ?? supply(profile, record, { signal, onNote });
    opened.set(profile.id, modules);
    return modules;
  };
}

/** One cell is run again while its object needs more: one name is often seen only behind another. */
const MAX_ROUNDS = 3;

/** How one cell is run, with modules in its guest or without any. */
export type RunWithModules = (modules: readonly GuestModule[]) => Promise<CellResult>;

/** What the guest said of each module that it was given. */
function inserted(choice: ModuleChoice, rules: ModuleRules, { evidence, outcome }: CellResult): CellModule[] {
  const results = (evidence && firstStage(evidence, 'exit')?.modules) ?? [];
  return choice.modules.map(({ name, names }) => {
    const errno = results.find((one) => one.name === name)?.errno;
    const reason = names.length > 0 ? 'name' : rules.load.includes(name) ? 'manifest' : 'dependency';
    if (errno === 0) return { name, reason, names, status: 'loaded', error: '' };
    const silent = outcome.status === 'infra_error' ? outcome.message : 'the guest did not say';
    const error = errno === undefined ? silent : `the kernel rejected it (${errnoName(errno) || errno})`;
    return { name, reason, names, status: 'failed', error };
  });
}

/** Causes of a guest that gave its whole response: without modules it has no better one. */
const WHOLE: ReadonlySet<InfraCause> = new Set(['not_measured', 'command_unrunnable']);

/** Whether a guest did not survive its modules, as far as anyone can see. */
function isLost({ outcome }: CellResult): boolean {
  return outcome.status === 'infra_error' && !WHOLE.has(outcome.cause);
}

/** Modules of the manifest that this kernel has not as files. */
async function notFiles(modules: Modules, load: readonly string[]): Promise<CellModule[]> {
  const { found, all } = await modules.look(load);
  return load.flatMap((name, index): CellModule[] => {
    const what = found[index];
    if (what === 'module' || what === undefined) return [];
    const similar = slipOf(name, all);
    const meant = similar === undefined ? '' : `; did you mean ${similar}?`;
    const error = what === 'absent' ? `the packages of this kernel have no such module${meant}` : '';
    return [{ name, reason: 'manifest', names: [], status: what, error }];
  });
}

/**
 * Runs a cell, and again with modules where its object needs something that only they have: so that it is tested for real
 * and not for what its guest happened to load. Where modules cannot be had, or the guest does not survive them, the result
 * without them stands.
 * @param open the modules of the kernel; called when something needs them. Its failure is reported and ends nothing
 * @param ahead names that are known to be in modules of the kernel before anything was run (namesAhead)
 * @throws CancelledError when `signal` was aborted
 */
export async function runWithModules(
  run: RunWithModules,
  rules: ModuleRules,
  open: () => Promise<Modules>,
  signal: AbortSignal,
  ahead: readonly NeededName[] = [],
): Promise<CellResult> {
  let needed: NeededName[] = [...ahead];
  let result: CellResult | undefined;
  let found: CellModules | undefined;
  try {
    for (let round = 0; round <= MAX_ROUNDS; round++) {
      if (round > 0 || rules.load.length > 0 || ahead.length > 0) {
        const modules = await open();
        const choice = await modules.choose(needed, rules);
        const absent = await notFiles(modules, rules.load);
        const names = choice.modules.map(({ name }) => name);
        const facts = {
          ambiguous: choice.ambiguous,
          forbidden: choice.forbidden,
          nowhere: choice.nowhere,
          unavailable: moduleLimitProblem(await modules.sizes(names)),
        };
        const known = (found?.modules ?? []).map(({ name }) => name);
        const nothingNew = result !== undefined && names.every((name) => known.includes(name));
        if (nothingNew || facts.unavailable !== undefined) {
          found = { ...facts, modules: found?.modules ?? absent };
          if (result !== undefined) break;
        } else {
          const next: CellResult = await run(await modules.read(names, signal));
          found = { ...facts, modules: [...absent, ...inserted(choice, rules, next)] };
          // The guest did not survive them: what it said without them is what there is, in its files, too.
          result = isLost(next) ? await run([]) : next;
          if (result !== next) break;
        }
      }
      result ??= await run([]);
      const before = needed.length;
      if (!rules.onDemand) break;
      needed = merged(needed, missingNames(result.evidence));
      if (needed.length === before) break;
    }
  } catch (error) {
    if (signal.aborted || error instanceof CancelledError) throw error;
    const nothing = { modules: [], ambiguous: [], forbidden: [], nowhere: [] };
    found = { ...(found ?? nothing), unavailable: messageOf(error) };
  }
  result ??= await run([]);
  if (found === undefined) return result;
  const outcome = withRequiredModules(withModuleFacts(result.outcome, found), found, rules);
  return { ...result, outcome, modules: found };
}

/** What was needed stays needed: a guest that has its module does not name it any more. */
function merged(known: readonly NeededName[], more: readonly NeededName[]): NeededName[] {
  return [...new Map([...known, ...more].map((one) => [`${one.kind} ${one.name}`, one])).values()];
}

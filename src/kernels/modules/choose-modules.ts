import type { ModuleChoice, ModuleRules, NeededName } from '../../model/kernel-modules.ts';
import type { ModuleIndex } from './module-index.ts';

/** Everything that a module needs, itself last; each once. A ring ends where it begins. */
function withDependencies(index: ModuleIndex, name: string, order: Set<string>, path: ReadonlySet<string>): void {
  const module = index.modules.get(name);
  if (module === undefined || order.has(name) || path.has(name)) return;
  for (const dependency of module.depends) withDependencies(index, dependency, order, new Set([...path, name]));
  order.add(name);
}

function closureOf(index: ModuleIndex, names: Iterable<string>): Set<string> {
  const order = new Set<string>();
  for (const name of names) withDependencies(index, name, order, new Set());
  return order;
}

/** The one that all others need: it defines what they only use, as nfs does for nfsv3 and nfsv4. */
function commonOf(index: ModuleIndex, owners: readonly string[]): string | undefined {
  return owners.find((one) => owners.every((other) => closureOf(index, [other]).has(one)));
}

/** Where a name of an object stands in a module. */
function ownerOf(index: ModuleIndex, needed: NeededName): { readonly owner?: string; readonly all: readonly string[] } {
  const all = index.having(needed);
  // Functions of one name in two modules are two functions; a structure of one name is the same one everywhere.
  const owner = all.length > 1 && needed.kind === 'type' ? commonOf(index, all) : all.length === 1 ? all[0] : undefined;
  return { all, ...(owner !== undefined && { owner }) };
}

/**
 * Chooses the modules that have these names, with all that they need.
 * @param present modules that every guest of the kernel has already
 */
export function chooseModules(
  index: ModuleIndex,
  needed: readonly NeededName[],
  { load, forbid }: Pick<ModuleRules, 'load' | 'forbid'>,
  present: ReadonlySet<string>,
): ModuleChoice {
  const ambiguous: ModuleChoice['ambiguous'][number][] = [];
  const forbidden: ModuleChoice['forbidden'][number][] = [];
  const nowhere: string[] = [];
  const required = new Map<string, string[]>();
  for (const name of load) if (index.modules.has(name)) required.set(name, []);
  for (const one of needed) {
    const { all, owner } = ownerOf(index, one);
    const resolved = owner ?? all.find((name) => load.includes(name));
    const banned = resolved && [...closureOf(index, [resolved])].find((name) => forbid.includes(name));
    if (all.length === 0) nowhere.push(one.name);
    else if (resolved === undefined) ambiguous.push({ name: one.name, modules: all });
    else if (banned !== undefined) forbidden.push({ name: one.name, module: banned });
    else required.set(resolved, [...(required.get(resolved) ?? []), one.name]);
  }
  const order = [...closureOf(index, required.keys())].filter((name) => !present.has(name));
  return { modules: order.map((name) => ({ name, names: required.get(name) ?? [] })), ambiguous, forbidden, nowhere };
}

import { moduleHint } from '../classify/kernel-parts.ts';
import { type Evidence, type StageOf, stagesOf } from '../model/evidence.ts';
import type { NeededName } from '../model/kernel-modules.ts';
import type { ObjectFacts } from '../object/facts.ts';

const KINDS: Readonly<Record<string, NeededName['kind']>> = {
  function: 'function',
  kfunc: 'function',
  iterator: 'function',
  variable: 'variable',
  tracepoint: 'tracepoint',
  raw_tracepoint: 'raw_tracepoint',
  type: 'type',
};

/** Whether the guest has nothing of this name. What it could not read proves nothing, and a list that has it decides. */
function isAbsent({
  kind,
  kallsyms,
  btf,
  btf_module: module,
  variants,
  category,
  near,
  name,
}: StageOf<'symbol'>): boolean {
  if (kind === 'tracepoint') return category !== null && !near.includes(name);
  if (kind === 'type') return btf === false && module === '';
  return (
    (kallsyms ?? []).length === 0 &&
    btf !== true &&
    module === '' &&
    variants.length === 0 &&
    (kallsyms ?? btf) !== null
  );
}

function neededOf(symbol: StageOf<'symbol'>): NeededName[] {
  const kind = KINDS[symbol.kind];
  if (kind === undefined || !isAbsent(symbol)) return [];
  const name =
    symbol.kind === 'iterator' && !symbol.name.startsWith('bpf_iter_') ? `bpf_iter_${symbol.name}` : symbol.name;
  return [{ kind, name }];
}

/** Names that an object needs and that its guest has nowhere, each once. */
export function missingNames(evidence: Evidence | undefined): NeededName[] {
  if (evidence === undefined) return [];
  const names = stagesOf(evidence, 'symbol').flatMap(neededOf);
  return [...new Map(names.map((one) => [`${one.kind} ${one.name}`, one])).values()];
}

const TRACEPOINT = /^(?:tp|tracepoint)\/([^/]+)\/([^/]+)$/;

/**
 * Names of an object that are those of modules on most kernels: kernel functions and tracepoints, which no two parts of a
 * kernel have. Functions for probes are left out: a module may have another one of the same name as the kernel itself. So are
 * weak functions: an object does without them, and no guest would miss them where nothing is stored of the modules.
 */
export function namesOfModules({ externs, programs }: Pick<ObjectFacts, 'externs' | 'programs'>): NeededName[] {
  const functions = externs.filter(
    ({ kind, name, weak }) => kind === 'kfunc' && !weak && moduleHint(name) !== undefined,
  );
  const events = programs.flatMap(({ autoload, section }) => {
    const [, category = '', event = ''] = (autoload && TRACEPOINT.exec(section)) || [];
    return moduleHint(category) === undefined ? [] : [`${category}/${event}`];
  });
  return [
    ...functions.map(({ name }) => ({ kind: 'function', name }) as const),
    ...[...new Set(events)].map((name) => ({ kind: 'tracepoint', name }) as const),
  ];
}

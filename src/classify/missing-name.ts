import type { SomeArgs, Verdict } from '../findings/findings.ts';
import type { LookupReason } from '../findings/lookup.ts';
import type { Evidence, StageOf } from '../model/evidence.ts';
import { kernelVersion, olderThan } from '../model/kernel-range.ts';
import { optionHint } from './build-options.ts';
import { familySince, isOldHook, isPlaceholder, iteratorSince, moduleHint } from './kernel-parts.ts';

type Symbol = StageOf<'symbol'>;

/** What the lists of a guest say about a name. */
export type Diagnosis = {
  /** false: the reason is the best guess among several; that the name is missing is sure all the same. */
  readonly proven: boolean;
} & (
  | NotFound
  | Verdict<'MISSING_MODULE_BTF' | 'ATTACH_TARGET_NOT_TRACEABLE' | 'ATTACH_TARGET_AMBIGUOUS' | 'LOADER_CONTRACT'>
);

/** A plain "not found", whatever looked for it. */
interface NotFound {
  readonly code?: undefined;
  readonly reason: LookupReason;
  readonly args?: SomeArgs<'ATTACH_TARGET_NOT_FOUND'>;
}

const TEXT = /^[tTwW]$/;
const DATA = /^[bBdDrR]$/;

/** How a function was looked up: kprobes by the symbol table, fentry and kfuncs by the kernel's types. */
export type Lookup = 'symbol' | 'types';

/**
 * Why a function was not found or not taken, from the kernel's symbol table, types and trace lists. undefined: the
 * lists do not explain it.
 */
export function functionDiagnosis(symbol: Symbol, lookup: Lookup, evidence: Evidence): Diagnosis | undefined {
  const present = symbol.kallsyms?.filter(({ type }) => TEXT.test(type)) ?? [];
  if (present.length > 0) return presentDiagnosis(symbol, present, lookup);
  if (isData(symbol)) return { code: 'ATTACH_TARGET_NOT_TRACEABLE', reason: 'no_function', proven: true };
  if (symbol.variants.length > 0) {
    return { reason: 'compiler_transformed', proven: true, args: { variants: symbol.variants.join(', ') } };
  }
  if (symbol.kallsyms === null && symbol.btf === null) return undefined;
  if (symbol.btf === true || symbol.btf_module !== '') {
    return symbol.kallsyms === null ? undefined : { reason: 'inlined', proven: true };
  }
  return absentDiagnosis(symbol, evidence);
}

/** Entries of other letters than those of code, and no function of that name in the kernel's types. */
function isData({ kallsyms, btf, btf_module: module }: Symbol): boolean {
  return (kallsyms ?? []).some(({ type }) => DATA.test(type)) && btf !== true && module === '';
}

function presentDiagnosis(
  symbol: Symbol,
  present: readonly { readonly module: string }[],
  lookup: Lookup,
): Diagnosis | undefined {
  const module = present.find((entry) => entry.module !== '')?.module;
  const builtIn = present.some((entry) => entry.module === '');
  if (lookup === 'types') {
    if (symbol.btf === true || symbol.btf_module !== '') return undefined;
    if (!builtIn) return { code: 'MISSING_MODULE_BTF', reason: 'module_btf', proven: true, args: { module } };
    return { reason: 'not_in_btf', proven: symbol.btf === false };
  }
  if (symbol.blacklisted === true) {
    return { code: 'ATTACH_TARGET_NOT_TRACEABLE', reason: 'blacklisted', proven: true };
  }
  if (present.length > 1) {
    return { code: 'ATTACH_TARGET_AMBIGUOUS', reason: 'kprobe', proven: true, args: { count: String(present.length) } };
  }
  if (symbol.traceable === false) {
    // Some kernels give data the letter of code, so that a name that is no function of their types may be anything.
    return { code: 'ATTACH_TARGET_NOT_TRACEABLE', reason: symbol.btf === false ? 'unlisted' : 'notrace', proven: true };
  }
  return undefined;
}

/** The function that a system call enters, by whatever prefix. */
const SYSCALL = /^(?:SyS_|sys_|__\w+?_sys_)\w+$/;

function bareSyscall(name: string): string {
  return name.replace(/^(?:SyS_|sys_|__\w+?_sys_)/, '');
}

function absentDiagnosis({ name, near }: Symbol, { hello }: Evidence): Diagnosis {
  if (isPlaceholder(name)) return { code: 'LOADER_CONTRACT', reason: 'btf_target', proven: true };
  // A section for system calls that has the prefix already gets it twice.
  if (/^__\w+?_sys_(?:__\w+?_)?sys_/.test(name)) return { reason: 'syscall_prefix', proven: true };
  if (SYSCALL.test(name) && near.some((other) => SYSCALL.test(other) && bareSyscall(other) === bareSyscall(name))) {
    return { reason: 'syscall_prefix', proven: true };
  }
  const family = /^_*[a-z0-9]+_/.exec(name)?.[0];
  const relatives = family !== undefined && near.some((other) => other.startsWith(family));
  const module = moduleHint(name);
  const loaded = (hello.facts.btf_modules ?? '').split(',');
  if (module !== undefined && !loaded.includes(module) && !relatives) {
    return { reason: 'module_not_loaded', proven: false, args: { module } };
  }
  const option = optionHint(name);
  const since = familySince(name);
  if (!relatives && olderThan(kernelVersion(hello.kernel.release), since)) {
    return { reason: 'kernel_too_old', proven: true, args: { since } };
  }
  if (option !== undefined && !relatives) return { reason: 'compiled_out', proven: false, args: { config: option } };
  return { reason: 'renamed_or_removed', proven: true };
}

/** Why a tracepoint `category/name` was not found; undefined when the guest could not read its list. */
export function tracepointDiagnosis({ name, category }: Symbol): Diagnosis | undefined {
  const group = name.split('/')[0] ?? '';
  if (category === null) return undefined;
  if (category) return { reason: 'renamed_or_removed', proven: true };
  if (group === 'syscalls') {
    return { reason: 'compiled_out', proven: true, args: { config: 'CONFIG_FTRACE_SYSCALLS' } };
  }
  const module = moduleHint(group);
  if (module !== undefined) return { reason: 'module_not_loaded', proven: false, args: { module } };
  return { reason: 'renamed_or_removed', proven: true, args: { missing_category: group } };
}

/** Why a raw tracepoint, LSM hook or iterator was not found; undefined when the kernel's types could not be read. */
export function hookDiagnosis(symbol: Symbol, evidence: Evidence): Diagnosis | undefined {
  if (symbol.btf === null && symbol.kallsyms === null) return undefined;
  if (symbol.btf === true) return undefined;
  const { release } = evidence.hello.kernel;
  // System calls share the two raw tracepoints sys_enter and sys_exit; only the events in tracefs are one for each.
  if (symbol.kind === 'raw_tracepoint' && /^sys_(?:enter|exit)_\w/.test(symbol.name)) {
    return { reason: 'syscall_raw', proven: true };
  }
  if (symbol.kind === 'iterator') {
    const since = iteratorSince(symbol.name);
    if (olderThan(kernelVersion(release), since)) return { reason: 'kernel_too_old', proven: true, args: { since } };
    return since === undefined
      ? { reason: 'renamed_or_removed', proven: true }
      : { reason: 'compiled_out', proven: false, args: { config: `what iter/${symbol.name} goes through` } };
  }
  if (symbol.kind === 'lsm_hook' && symbol.near.length === 0 && isOldHook(symbol.name)) {
    return { reason: 'compiled_out', proven: false, args: { config: 'CONFIG_BPF_LSM' } };
  }
  const module = symbol.kind === 'raw_tracepoint' ? moduleHint(symbol.name) : undefined;
  if (module !== undefined && symbol.near.length === 0) {
    return { reason: 'module_not_loaded', proven: false, args: { module } };
  }
  return { reason: 'renamed_or_removed', proven: true };
}

/** Why a variable of the kernel was not found; undefined when the symbol table could not be read. */
export function variableDiagnosis(symbol: Symbol): Diagnosis | undefined {
  if (symbol.kallsyms === null) return undefined;
  if (symbol.kallsyms.length === 0) return { reason: 'renamed_or_removed', proven: true };
  return symbol.btf === false ? { reason: 'not_in_btf', proven: true } : undefined;
}

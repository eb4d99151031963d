import { type BaseStrings, moduleTypes } from './module-btf.ts';
import { type ModuleElf, openModule, stringAt } from './module-symbols.ts';

/** What a module brings along, by name. */
export interface ModuleNames {
  /** In code that stays after the module was inserted. */
  readonly functions: readonly string[];
  /** Of its global variables. */
  readonly variables: readonly string[];
  /** As raw tracepoints and tp_btf programs call them. */
  readonly rawTracepoints: readonly string[];
  /** `category/name`. */
  readonly tracepoints: readonly string[];
  /** Structures and unions that the kernel's own BTF lacks. */
  readonly types: readonly string[];
}

const NAME = /^[A-Za-z_][\w.$]{0,126}$/;
/** Padding, stubs and entries that nothing is ever attached to. */
const NO_FUNCTION = /^__(?:pfx|cfi|SCT)_|^(?:init|cleanup)_module$|\.cold(?:\.|$)/;
/** Freed once the module is inserted, or never called before it goes. */
const PASSING = /^\.(?:init|exit)\b/;
/** What the kernel keeps for tracepoints and static calls, and no program names. */
const NO_VARIABLE = /^__(?:SC[KT]__|tracepoint_|this_module$)/;
const RAW_TRACEPOINT = '__bpf_trace_tp_map_';
const EVENT = 'event_';
/** `struct trace_event_call` begins with a list head of two pointers; then comes its class, which begins with `system`. */
const CLASS_AT = 16;

/** The category of the event whose `struct trace_event_call` lies there; undefined where it cannot be followed. */
function categoryOf(module: ModuleElf, section: number, value: number): string | undefined {
  const ofClass = module.pointer({ section, offset: value + CLASS_AT });
  const system = ofClass && module.pointer(ofClass);
  const category = system && stringAt(module, system);
  return category !== undefined && /^[\w-]{1,64}$/.test(category) ? category : undefined;
}

/**
 * Reads the names of an uncompressed module.
 * @param base strings of the kernel's BTF; without it no types are read
 * @returns undefined for bytes that are no ELF file with a symbol table
 */
export function readModuleNames(elf: Buffer, base: BaseStrings | undefined): ModuleNames | undefined {
  const module = openModule(elf);
  if (module === undefined) return undefined;
  const functions = new Set<string>();
  const variables: string[] = [];
  const rawTracepoints: string[] = [];
  const tracepoints: string[] = [];
  for (const { name, isFunction, isGlobal, section, value } of module.symbols()) {
    if (!NAME.test(name)) continue;
    if (isFunction) {
      if (!NO_FUNCTION.test(name) && !PASSING.test(module.sections[section]?.name ?? '')) functions.add(name);
    } else if (isGlobal) {
      if (!NO_VARIABLE.test(name)) variables.push(name);
    } else if (name.startsWith(RAW_TRACEPOINT)) {
      rawTracepoints.push(name.slice(RAW_TRACEPOINT.length));
    } else if (name.startsWith(EVENT)) {
      const category = categoryOf(module, section, value);
      if (category !== undefined) tracepoints.push(`${category}/${name.slice(EVENT.length)}`);
    }
  }
  const btf = module.sections.findIndex(({ name }) => name === '.BTF');
  const types = base === undefined || btf < 0 ? [] : moduleTypes(module.bytesOf(btf), base);
  return {
    functions: [...functions],
    variables,
    rawTracepoints,
    tracepoints,
    types: types.filter((name) => NAME.test(name)),
  };
}

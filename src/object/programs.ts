import type { CodeFacts } from './code.ts';
import { type FlowBudget, newFlowBudget, writesContext } from './context-writes.ts';
import type { Extern } from './externs.ts';
import { type FunctionTable, INSN_BYTES, type ObjectFunction } from './functions.ts';
import { type Budget, type Layout, layoutOf } from './layout.ts';
import type { MapFacts } from './map-facts.ts';
import { isDataSection } from './maps.ts';
import type { CodeFeature } from './opcodes.ts';
import type { References } from './references.ts';
import { type SectionKind, sectionKind } from './sections.ts';
import { viewOf } from './strings.ts';

/** A program with everything that it takes along: its subprograms and what they use. */
export interface ProgramFacts {
  readonly name: string;
  /** Without the `?` of programs that are not loaded on their own. */
  readonly section: string;
  readonly kind: SectionKind;
  /** Loaded unless its loader says otherwise: by its section, for programs of struct_ops by the maps that name them. */
  readonly autoload: boolean;
  /** Static: libbpf rejects the object. */
  readonly isStatic: boolean;
  /** Instruction slots of its own, and with its subprograms. */
  readonly insns: number;
  readonly totalInsns: number;
  readonly layout: Layout;
  /** Names of its subprograms in the order in which they follow it. */
  readonly subprograms: readonly string[];
  /** Helper id and the first instruction of the whole program that calls it. */
  readonly helpers: ReadonlyMap<number, number>;
  readonly features: ReadonlyMap<CodeFeature, number>;
  /** First jump back; undefined without loops. */
  readonly loopsAt: number | undefined;
  readonly callbackAt: number | undefined;
  /** Names of maps and of sections of global variables. */
  readonly maps: readonly string[];
  readonly externs: readonly Extern[];
  /** First instruction of the whole program that refers to an extern, by the extern's name. */
  readonly externAt: ReadonlyMap<string, number>;
  /** A program for probes that may write to its context. */
  readonly writesRegisters: boolean;
}

interface Sources {
  readonly functions: FunctionTable;
  readonly code: readonly CodeFacts[];
  readonly references: References;
  readonly maps: readonly MapFacts[];
  readonly callbacks: ReadonlyMap<string, string>;
}

const TEXT = '.text';

/** The programs of the object in libbpf's order. Functions in `.text` are no programs. */
export function readPrograms(sources: Sources, budget: Budget): ProgramFacts[] {
  const mapAt = new Map(sources.maps.map((map) => [`${map.section} ${map.offset}`, map.name]));
  const { list } = sources.functions;
  const flow = newFlowBudget();
  const subprograms = new Map(
    list.filter(({ sectionName }) => sectionName === TEXT).map(({ name, index }) => [name, index]),
  );
  return list
    .filter(({ sectionName }) => sectionName !== TEXT)
    .map((fn) => {
      const handler = subprograms.get(sources.callbacks.get(fn.name) ?? '');
      return programOf(fn, layoutOf(fn, list, sources.code, handler, budget), sources, mapAt, flow);
    });
}

/** What a program and its subprograms use. Instructions are those of the whole program. */
interface Uses {
  readonly helpers: Map<number, number>;
  readonly features: Map<CodeFeature, number>;
  readonly maps: Set<string>;
  readonly externs: Map<string, Extern>;
  readonly externAt: Map<string, number>;
  loopsAt: number | undefined;
  callbackAt: number | undefined;
}

function usesOf({ parts }: Layout, { code, references }: Sources, mapAt: ReadonlyMap<string, string>): Uses {
  const uses: Uses = {
    helpers: new Map(),
    features: new Map(),
    maps: new Set(),
    externs: new Map(),
    externAt: new Map(),
    loopsAt: undefined,
    callbackAt: undefined,
  };
  for (const { fn, start } of parts) {
    const facts = code[fn];
    if (!facts) continue;
    merge(uses.helpers, facts.helpers, start);
    merge(uses.features, facts.features, start);
    if (facts.loopsAt !== undefined) uses.loopsAt ??= start + facts.loopsAt;
    if (facts.takesAddress !== undefined) uses.callbackAt ??= start + facts.takesAddress;
    for (const [symbol, insn] of facts.symbols) addReference(uses, references.resolve(symbol), start + insn, mapAt);
  }
  return uses;
}

function addReference(
  { maps, externs, externAt }: Uses,
  target: ReturnType<References['resolve']>,
  insn: number,
  mapAt: ReadonlyMap<string, string>,
): void {
  if (target.kind === 'extern') {
    externs.set(target.extern.name, target.extern);
    first(externAt, target.extern.name, insn);
  }
  if (target.kind !== 'section') return;
  const { sectionName, offset } = target;
  const map = isDataSection(sectionName) ? sectionName : mapAt.get(`${sectionName} ${offset}`);
  if (map !== undefined) maps.add(map);
}

function programOf(
  fn: ObjectFunction,
  layout: Layout,
  sources: Sources,
  mapAt: ReadonlyMap<string, string>,
  flow: FlowBudget,
): ProgramFacts {
  const { list } = sources.functions;
  const section = fn.sectionName.replace(/^\?/, '');
  const kind = sectionKind(section);
  const { maps, externs, ...uses } = usesOf(layout, sources, mapAt);
  return {
    name: fn.name,
    section,
    kind,
    autoload: section === fn.sectionName,
    isStatic: fn.binding === 'local',
    insns: fn.insns,
    totalInsns: layout.insns,
    layout,
    subprograms: layout.parts.slice(1).map((part) => list[part.fn]?.name ?? ''),
    ...uses,
    maps: [...maps],
    externs: [...externs.values()],
    writesRegisters: kind.type === 'kprobe' && mayWriteContext(layout, list, sources.code, flow),
  };
}

function mayWriteContext(
  { parts, insns, cut }: Layout,
  functions: readonly ObjectFunction[],
  code: readonly CodeFacts[],
  flow: FlowBudget,
): boolean {
  if (cut || flow.steps <= 0) return true;
  const whole = new Uint8Array(insns * INSN_BYTES);
  const starts = new Map(parts.map(({ fn, start }) => [fn, start]));
  const targets = new Map<number, number | undefined>();
  for (const { fn, start } of parts) {
    whole.set(functions[fn]?.code ?? [], start * INSN_BYTES);
    for (const [insn, callee] of code[fn]?.targets ?? []) targets.set(start + insn, starts.get(callee));
  }
  return writesContext({ code: viewOf(whole), insns, target: (insn) => targets.get(insn) }, flow);
}

function first<Key>(seen: Map<Key, number>, key: Key, insn: number): void {
  if (!seen.has(key)) seen.set(key, insn);
}

function merge<Key>(into: Map<Key, number>, from: ReadonlyMap<Key, number>, start: number): void {
  for (const [key, insn] of from) first(into, key, start + insn);
}

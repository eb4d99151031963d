import type { SourceLocation } from '../model/finding.ts';
import { type Btf, readBtf } from './btf.ts';
import { type BtfExt, readBtfExt } from './btf-ext.ts';
import { qualifiedBy, variablesOf } from './btf-types.ts';
import { readCode } from './code.ts';
import { type CoreAccess, readCore } from './core.ts';
import { type Elf, readElf } from './elf.ts';
import { readExterns } from './externs.ts';
import type { ObjectFacts, Unreadable } from './facts.ts';
import { type FunctionTable, INSN_BYTES, readFunctions } from './functions.ts';
import { exceptionCallbacks, newBudget } from './layout.ts';
import { readLicense } from './license.ts';
import { lineOfInsn } from './lines.ts';
import { readMaps } from './maps.ts';
import { readWrongFormats } from './print-formats.ts';
import { programsNamed } from './program-names.ts';
import { type ProgramFacts, readPrograms } from './programs.ts';
import { readReferences } from './references.ts';
import { commonVariables, untypedMaps } from './unplaced.ts';

/** Sentences about damage that are kept. */
const MAX_PROBLEMS = 50;
const STRUCT_OPS_SECTION = /^\??\.struct_ops(?:\.link)?$/;

/**
 * Reads an eBPF object without loading it. Never throws: bytes that are no object give `ok: false`, damage inside of one
 * is listed in `problems` and the rest is read.
 */
export function readObject(bytes: Uint8Array): ObjectFacts | Unreadable {
  const elf = readElf(bytes);
  if ('problem' in elf) return { ok: false, problem: elf.problem };
  const problems = [...elf.problems];
  const btf = section(elf, '.BTF', readBtf, problems);
  const ext = btf && section(elf, '.BTF.ext', (body) => readBtfExt(body, btf), problems);
  const functions = readFunctions(elf);
  problems.push(...functions.problems);
  const externs = readExterns(elf.symbols, btf);
  const references = readReferences(elf, externs);
  const code = functions.list.map((fn) => readCode(fn, functions, references));
  const maps = readMaps(elf, btf);
  const callbacks = btf ? exceptionCallbacks(btf) : new Map<string, string>();
  const structOps = structOpsPrograms(elf, functions);
  const programs = readPrograms({ functions, code, references, maps, callbacks }, newBudget()).map((program) =>
    withMaps(program, structOps),
  );
  if (elf.symbols.cut) problems.push('there are too many symbols; some functions were not read');
  if (programs.some(({ layout }) => layout.cut)) {
    problems.push('the calls of some programs were not followed to the end');
  }
  return {
    ok: true,
    license: readLicense(elf),
    programs,
    maps,
    externs: [...externs.values()],
    core: btf && ext ? readCore(elf, btf, ext.core, functions) : [],
    settings: btf ? settingsOf(btf) : [],
    structOpsPrograms: new Set(structOps.keys()),
    commonVariables: commonVariables(elf),
    untypedMaps: btf ? [] : untypedMaps(elf),
    functions: functions.list,
    wrongFormats: readWrongFormats(elf, functions.list, code, references),
    btf,
    lines: (ext as BtfExt | undefined)?.lines ?? new Map(),
    problems: problems.slice(0, MAX_PROBLEMS),
  };
}

/**
 * The source line of an instruction of a program, counted as the verifier counts: from the start of the program, with its
 * subprograms behind it. Undefined when the object has no such program or says nothing about it.
 */
export function sourceLine(
  facts: ObjectFacts,
  program: { readonly section?: string; readonly name: string },
  insn: number,
): SourceLocation | undefined {
  const found = findProgram(facts, program);
  return found && lineOfInsn(facts, found.layout, insn);
}

/**
 * The CO-RE accesses of the object, or of one program with its subprograms; `insn` then counts from the program's start,
 * as `sourceLine` takes it.
 */
export function coreAccesses(
  facts: ObjectFacts,
  program?: { readonly section?: string; readonly name: string },
): readonly CoreAccess[] {
  if (program === undefined) return facts.core;
  const starts = new Map(findProgram(facts, program)?.layout.parts.map(({ fn, start }) => [fn, start]));
  return facts.core.flatMap((access) => {
    const start = starts.get(access.fn);
    return start === undefined ? [] : [{ ...access, insn: start + access.insn }];
  });
}

function findProgram(
  facts: ObjectFacts,
  { section: expected, name }: { readonly section?: string; readonly name: string },
): ProgramFacts | undefined {
  const named = programsNamed(facts, name);
  const plain = expected?.replace(/^\?/, '');
  return named.find(({ section: own }) => own === plain) ?? named[0];
}

function section<T extends object>(
  elf: Elf,
  name: string,
  read: (bytes: Uint8Array) => T | { readonly problem: string },
  problems: string[],
): T | undefined {
  const found = elf.sections.find((each) => each.name === name && each.bytes.length > 0);
  if (!found) return undefined;
  const result = read(found.bytes);
  if (!('problem' in result)) return result;
  problems.push(result.problem as string);
  return undefined;
}

/** Variables that the compiler may not assume the value of, in read-only sections. */
function settingsOf(btf: Btf): string[] {
  const found: string[] = [];
  for (let id = 1; id <= btf.count; id++) {
    if (btf.kind(id) !== 'datasec') continue;
    const type = btf.type(id);
    if (!/^\.rodata(?:\.|$)/.test(type.name)) continue;
    for (const variable of variablesOf(btf, type)) {
      if (qualifiedBy(btf, variable.type, 'volatile')) found.push(variable.name);
    }
  }
  return found;
}

/** libbpf loads the programs of struct_ops maps that it creates, whatever their sections say, and of no others. */
function withMaps(program: ProgramFacts, structOps: ReadonlyMap<string, boolean>): ProgramFacts {
  const created = program.kind.type === 'struct_ops' ? structOps.get(program.name) : undefined;
  return created === undefined ? program : { ...program, autoload: created };
}

/** Names of programs that a struct_ops map refers to, and whether one of these maps is created by default. */
function structOpsPrograms(elf: Elf, functions: FunctionTable): ReadonlyMap<string, boolean> {
  const found = new Map<string, boolean>();
  for (const [index, relocations] of elf.relocations) {
    const section = elf.sections[index]?.name ?? '';
    if (!STRUCT_OPS_SECTION.test(section)) continue;
    for (const { symbol: number } of relocations) {
      const symbol = elf.symbols.get(number);
      const fn = symbol && functions.at(symbol.section, Math.floor(symbol.value / INSN_BYTES));
      if (fn) found.set(fn.name, found.get(fn.name) === true || !section.startsWith('?'));
    }
  }
  return found;
}

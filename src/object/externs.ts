import type { Btf } from './btf.ts';
import { plain, typeWords, variablesOf } from './btf-types.ts';
import type { SymbolTable } from './symbols.ts';

/** Something of the kernel that the object names. */
export interface Extern {
  readonly name: string;
  /** `unknown`: the object's BTF does not say where it comes from, and libbpf rejects it. */
  readonly kind: 'kfunc' | 'ksym' | 'kconfig' | 'unknown';
  readonly weak: boolean;
  /** The object knows the type of a variable: it is looked up in the kernel's BTF, else in its symbol table. */
  readonly typed: boolean;
  /** In C's words; empty when not known. */
  readonly type: string;
}

/** The externs of an object, by symbol index. */
export function readExterns(symbols: SymbolTable, btf: Btf | undefined): ReadonlyMap<number, Extern> {
  const declared = btf ? declaredIn(btf) : new Map<string, Omit<Extern, 'name' | 'weak'>>();
  const externs = new Map<number, Extern>();
  for (const index of symbols.externs) {
    const symbol = symbols.get(index);
    if (!symbol || symbol.name === '') continue;
    const found = declared.get(symbol.name) ?? { kind: 'unknown', typed: false, type: '' };
    externs.set(index, { name: symbol.name, weak: symbol.binding === 'weak', ...found });
  }
  return externs;
}

/** Names in the sections `.ksyms` and `.kconfig` of BTF. */
function declaredIn(btf: Btf): Map<string, Omit<Extern, 'name' | 'weak'>> {
  const found = new Map<string, Omit<Extern, 'name' | 'weak'>>();
  for (let id = 1; id <= btf.count; id++) {
    if (btf.kind(id) !== 'datasec') continue;
    const section = btf.type(id);
    if (section.name !== '.ksyms' && section.name !== '.kconfig') continue;
    for (const { name, type, isFunction } of variablesOf(btf, section)) {
      const kind = section.name === '.kconfig' ? 'kconfig' : isFunction ? 'kfunc' : 'ksym';
      const typed = plain(btf, type).kind !== 'void';
      found.set(name, { kind, typed, type: isFunction ? '' : typeWords(btf, type) });
    }
  }
  return found;
}

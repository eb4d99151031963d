import type { Elf } from './elf.ts';
import type { Extern } from './externs.ts';
import { INSN_BYTES } from './functions.ts';
import type { ElfSymbol } from './symbols.ts';

/** What the relocation of an instruction points to. */
type Reference =
  | { readonly kind: 'code'; readonly section: number; readonly offset: number }
  | { readonly kind: 'extern'; readonly extern: Extern }
  /** Data, maps, and whatever else has a section. */
  | { readonly kind: 'section'; readonly section: number; readonly sectionName: string; readonly offset: number }
  | { readonly kind: 'nothing'; readonly symbol: string };

export interface References {
  /** Index of the symbol that an instruction of a section refers to; undefined for none. */
  readonly symbolAt: (section: number, insn: number) => number | undefined;
  readonly resolve: (symbol: number) => Reference;
}

/** Indexes the relocations of all sections with code. */
export function readReferences(elf: Elf, externs: ReadonlyMap<number, Extern>): References {
  // One slot per instruction, the symbol's index plus one: constant time, and no more memory than half of the file.
  const bySection = new Map<number, Uint32Array>();
  for (const [index, relocations] of elf.relocations) {
    const section = elf.sections[index];
    if (!section?.executable) continue;
    const slots = new Uint32Array(Math.floor(section.bytes.length / INSN_BYTES));
    for (const { offset, symbol } of relocations) {
      if (offset % INSN_BYTES === 0 && offset / INSN_BYTES < slots.length) slots[offset / INSN_BYTES] = symbol + 1;
    }
    bySection.set(index, slots);
  }
  const resolved = new Map<number, Reference>();
  return {
    symbolAt: (section, insn) => {
      const slot = bySection.get(section)?.[insn];
      return slot === undefined || slot === 0 ? undefined : slot - 1;
    },
    resolve: (index) => {
      const known = resolved.get(index);
      if (known) return known;
      const reference = referenceTo(elf, externs.get(index), elf.symbols.get(index));
      resolved.set(index, reference);
      return reference;
    },
  };
}

function referenceTo(elf: Elf, extern: Extern | undefined, symbol: ElfSymbol | undefined): Reference {
  if (extern) return { kind: 'extern', extern };
  const section = symbol && symbol.section > 0 ? elf.sections[symbol.section] : undefined;
  if (!symbol || !section) return { kind: 'nothing', symbol: symbol?.name ?? '' };
  if (section.executable) return { kind: 'code', section: section.index, offset: symbol.value };
  return { kind: 'section', section: section.index, sectionName: section.name, offset: symbol.value };
}

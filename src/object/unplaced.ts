import type { Elf } from './elf.ts';

/** Names beyond this say no more. */
const MAX_NAMES = 64;
/** Symbols that are looked at. */
const MAX_SYMBOLS = 32_768;

/** Variables without a section, which libbpf cannot place. */
export function commonVariables({ symbols }: Elf): string[] {
  return symbols.common.slice(0, MAX_NAMES).flatMap((index) => symbols.get(index)?.name || []);
}

/** Maps of section `.maps` in an object without types, in which their definitions stand. */
export function untypedMaps({ sections, symbols }: Elf): string[] {
  const maps = sections.find(({ name }) => name === '.maps')?.index;
  const found: string[] = [];
  for (let index = 1; maps !== undefined && index < Math.min(symbols.count, MAX_SYMBOLS); index++) {
    const symbol = symbols.get(index);
    if (symbol?.section === maps && symbol.type === 'object' && symbol.name !== '') found.push(symbol.name);
    if (found.length === MAX_NAMES) break;
  }
  return found;
}

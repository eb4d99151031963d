import { didYouMean, enumerate } from '../config/similar.ts';
import { quoted } from '../config/words.ts';
import type { Btf } from '../object/btf.ts';
import { variablesOf } from '../object/btf-types.ts';

const GLOBALS = /^\.(?:rodata|data|bss)(?:\.|$)/;

/** Names of global variables; undefined when the object's BTF does not say. */
export function variablesIn(btf: Btf | undefined): string[] | undefined {
  if (btf === undefined) return undefined;
  const found: string[] = [];
  for (let id = 1; id <= btf.count; id++) {
    const type = btf.kind(id) === 'datasec' ? btf.type(id) : undefined;
    if (type && GLOBALS.test(type.name)) found.push(...variablesOf(btf, type).map(({ name }) => name));
  }
  return found;
}

/** The variable that a path begins with: names may have dots of their own. */
export function isVariable(path: string, names: readonly string[]): boolean {
  return names.some((name) => path === name || path.startsWith(`${name}.`) || path.startsWith(`${name}[`));
}

/** Names that `name` may be a slip of, else what there is. */
export function similarOr(name: string, present: readonly string[]): string {
  const similar = didYouMean(name, present);
  if (similar !== '') return similar;
  const some = present.slice(0, 8).map((one) => quoted(one));
  return some.length === 0
    ? '; it has none'
    : `; it has ${enumerate(some, 'and')}${present.length > 8 ? ' and more' : ''}`;
}

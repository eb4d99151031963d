import type { NamedRow } from '../options.ts';

/** What is typed behind a flag. */
export type Operand =
  | { readonly kind: 'none' }
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'file' }
  | { readonly kind: 'directory' }
  | { readonly kind: 'text' };

/** Of the table of options: FILE and DIR are places. */
export function operandOf({ placeholder = '', type, words }: NamedRow): Operand {
  if (type === 'boolean') return { kind: 'none' };
  if (words !== undefined) return { kind: 'words', words };
  if (placeholder.startsWith('FILE')) return { kind: 'file' };
  return { kind: placeholder === 'DIR' ? 'directory' : 'text' };
}

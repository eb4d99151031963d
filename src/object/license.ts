import type { Elf } from './elf.ts';
import { stringAt } from './strings.ts';

/** What kernels take for compatible with the GPL. */
const COMPATIBLE: ReadonlySet<string> = new Set([
  'GPL',
  'GPL v2',
  'GPL and additional rights',
  'Dual BSD/GPL',
  'Dual MIT/GPL',
  'Dual MPL/GPL',
]);

export interface License {
  /** As it stands in the object; undefined when there is no `license` section. */
  readonly text: string | undefined;
  /** Kernels give helpers and program types for the GPL to such programs only. */
  readonly gplCompatible: boolean;
}

/** The license that the kernel sees. */
export function readLicense(elf: Elf): License {
  const section = elf.sections.find(({ name }) => name === 'license');
  const text = section && stringAt(section.bytes, 0);
  return { text, gplCompatible: text !== undefined && COMPATIBLE.has(text) };
}

import { BUILD } from './kernel-build.ts';

/** Arguments of findings about an attach: the function or tracepoint, and what kind of hook that is. */
export const PLACE = ['function', 'kind'] as const;

/** Arguments of findings about a name that the guest looked up. `kept`: why its module was not loaded. */
export const LOOKED_UP = [
  ...(['looked_for', 'near', 'module', 'kept'] as const),
  ...(['variants', 'count', 'missing_category'] as const),
  ...BUILD,
] as const;

/** Why the lists of a guest do not have a name, or not as it was requested. */
export const LOOKUP_REASONS = [
  'compiler_transformed',
  'inlined',
  'not_in_btf',
  'syscall_prefix',
  'syscall_raw',
  'module_not_loaded',
  'kernel_too_old',
  'compiled_out',
  'renamed_or_removed',
  'removed',
] as const;

export type LookupReason = (typeof LOOKUP_REASONS)[number];

import { EXCEPTION_RULES } from './rules/exceptions.ts';
import { KERNEL_RULES } from './rules/kernel.ts';
import { OBJECT_RULES } from './rules/object.ts';
import type { TextRule } from './rules/rule.ts';
import { EXTENSION_RULES } from './rules/verifier-extensions.ts';
import { FEATURE_RULES } from './rules/verifier-features.ts';
import { INSTRUCTION_RULES } from './rules/verifier-instructions.ts';
import { MEMORY_RULES } from './rules/verifier-memory.ts';
import { MISUSE_RULES } from './rules/verifier-misuse.ts';
import { OWNED_RULES } from './rules/verifier-owned.ts';
import { PROOF_RULES } from './rules/verifier-proof.ts';
import { VALUE_RULES } from './rules/verifier-values.ts';

/** libbpf's warnings, most specific first. */
export const LIBBPF_RULES: readonly TextRule[] = [...OBJECT_RULES, ...EXCEPTION_RULES, ...KERNEL_RULES];

/** Lines of the verifier log, most specific first. */
export const VERIFIER_RULES: readonly TextRule[] = [
  ...EXTENSION_RULES,
  ...OWNED_RULES,
  ...MISUSE_RULES,
  ...FEATURE_RULES,
  ...INSTRUCTION_RULES,
  ...VALUE_RULES,
  ...MEMORY_RULES,
  ...PROOF_RULES,
];

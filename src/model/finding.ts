/** Codes of contract section 7; additive codes may join them. */
export type FindingCode =
  | 'UNSUPPORTED_ATTACH_TYPE'
  | 'UNSUPPORTED_MAP_TYPE'
  | 'CORE_RELOCATION_FAILURE'
  | 'MISSING_BTF'
  | 'UNSUPPORTED_PROGRAM_TYPE'
  | 'POLICY_DENIED'
  | 'CAPABILITY_FAILURE'
  | 'VERIFIER_REJECTION'
  | 'FUNCTIONAL_TEST_FAILURE'
  | 'UNSUPPORTED_TRANSPORT'
  | 'COMMAND_VALIDATION_FAILURE'
  | 'INVALID_OBJECT'
  | 'ATTACH_TARGET_NOT_FOUND'
  | 'UNSUPPORTED_HELPER'
  | 'MISSING_PROGRAM'
  | 'NOT_ATTACHED'
  | 'VALIDATOR_CRASH'
  | 'UNKNOWN';

export type Confidence = 'low' | 'medium' | 'high';

/**
 * One thing that went wrong. `code` and `args` are the contract; the words come from `report/words.ts`, so that every
 * output says the same.
 */
export interface Finding {
  readonly code: FindingCode;
  /** Code for `classification_code` of the report: the contract's coarse name where `code` is a finer one. */
  readonly rollup: FindingCode;
  readonly confidence: Confidence;
  readonly phase: 'open' | 'map' | 'load' | 'attach' | 'functional' | 'infra';
  /** Program, map, function or section the finding is about. */
  readonly subject: string | undefined;
  /** Values for the words: function, map type, errno name, helper, ... */
  readonly args: Readonly<Record<string, string>>;
  /** Line as the guest printed it, and where it stood. */
  readonly evidence: { readonly text: string; readonly origin: string } | undefined;
}

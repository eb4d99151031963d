import type { FindingGroup } from '../model/finding.ts';
import type { ArgValues, CommonArg, GivenArgs, MoreArgs } from './args.ts';
import { ATTACH_FINDINGS } from './attach.ts';
import { COMMAND_FINDINGS } from './command.ts';
import type { FindingEntry } from './entry.ts';
import { FEATURE_FINDINGS } from './features.ts';
import { FUNCTIONAL_FINDINGS } from './functional.ts';
import { LOADER_FINDINGS } from './loaders.ts';
import { MAP_FINDINGS } from './maps.ts';
import { NAME_FINDINGS } from './names.ts';
import { OBJECT_FINDINGS } from './object.ts';
import { POLICY_FINDINGS } from './policy.ts';
import { SETTING_FINDINGS } from './settings.ts';
import { TYPE_FINDINGS } from './types.ts';
import { VERIFIER_FINDINGS } from './verifier.ts';
import { WATCH_FINDINGS } from './watch.ts';

/** Every family. A code is in one of them alone, which a test proves. */
export const FAMILIES = [
  OBJECT_FINDINGS,
  SETTING_FINDINGS,
  NAME_FINDINGS,
  MAP_FINDINGS,
  TYPE_FINDINGS,
  FEATURE_FINDINGS,
  VERIFIER_FINDINGS,
  POLICY_FINDINGS,
  ATTACH_FINDINGS,
  WATCH_FINDINGS,
  COMMAND_FINDINGS,
  LOADER_FINDINGS,
  FUNCTIONAL_FINDINGS,
] as const;

const ENTRIES = {
  ...OBJECT_FINDINGS,
  ...SETTING_FINDINGS,
  ...NAME_FINDINGS,
  ...MAP_FINDINGS,
  ...TYPE_FINDINGS,
  ...FEATURE_FINDINGS,
  ...VERIFIER_FINDINGS,
  ...POLICY_FINDINGS,
  ...ATTACH_FINDINGS,
  ...WATCH_FINDINGS,
  ...COMMAND_FINDINGS,
  ...LOADER_FINDINGS,
  ...FUNCTIONAL_FINDINGS,
} as const;

/** Codes of the report (docs/findings.md); additive codes may join them. */
export type FindingCode = keyof typeof ENTRIES;

/** Every code and all there is to know of it. A coarse name that is not a code does not compile. */
export const FINDINGS: Readonly<Record<FindingCode, FindingEntry & { readonly coarse?: FindingCode | undefined }>> =
  ENTRIES;

/** All codes, family by family. */
export const FINDING_CODES = Object.keys(ENTRIES) as readonly FindingCode[];

export function isFindingCode(code: string): code is FindingCode {
  return Object.hasOwn(ENTRIES, code);
}

/** Who has to do something about a code, as far as one kernel can say. */
export function groupOf(code: FindingCode): FindingGroup {
  return FINDINGS[code].group;
}

/** Value of `classification_code` for a code; a code without a coarse name stands for itself. */
export function rollupOf(code: FindingCode): FindingCode {
  return FINDINGS[code].coarse ?? code;
}

type Entry<Code extends FindingCode> = (typeof ENTRIES)[Code];

/** The finer causes of a code. */
export type ReasonOf<Code extends FindingCode> = Exclude<Entry<Code>['reasons'][number], ''>;

/** Names of the arguments of a code: its own and those that all have. */
type ArgOf<Code extends FindingCode> = Entry<Code>['needs' | 'args'][number] | CommonArg;

/** The arguments that a finding of a code is made with. */
export type ArgsOf<Code extends FindingCode> =
  Entry<Code> extends FindingEntry<infer Needed, infer Arg, infer Reason> ? GivenArgs<Needed, Arg, Reason> : never;

/** Arguments that are added to a finding of a code, or replaced. */
export type SomeArgs<Code extends FindingCode = FindingCode> = MoreArgs<ArgOf<Code>, ReasonOf<Code>>;

/** A code with one of its reasons and what is known for its words, as tables and probes give them. */
export type Verdict<Code extends FindingCode = FindingCode> = Code extends FindingCode
  ? { readonly code: Code; readonly reason: ReasonOf<Code>; readonly args?: SomeArgs<Code> }
  : never;

/** The arguments of a finding of any code. */
export type FindingArgs = ArgValues<ArgOf<FindingCode>>;

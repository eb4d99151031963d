/** Arguments that findings of every code may have: where a thing was seen. */
export const CONTEXT_ARGS = [
  'program',
  'section',
  'errno',
  'error',
  'release',
  'method',
  'target',
  'since',
  'insn',
  'source',
  'source_text',
  'category',
  'problem',
] as const;

/** Arguments that findings of every code may have: what the other kernels, programs and findings of the run add. */
export const RUN_ARGS = [
  'everywhere',
  'lastGood',
  'firstGood',
  'firstBad',
  'regression',
  'existsOn',
  'users',
  'untested',
  'because',
  'because_subject',
  'because_programs',
  'decides_for',
  'attach_passed',
  'attach_attempted',
  'attach_untried',
  'attach_untried_programs',
] as const;

export type CommonArg = (typeof CONTEXT_ARGS)[number] | (typeof RUN_ARGS)[number];

/** `also_N_seen` stands for `also_1_seen`, `also_2_seen` and so on. */
type Numbered<Arg extends string> = Arg extends `${infer Head}_N${infer Tail}` ? `${Head}_${number}${Tail}` : never;
type Plain<Arg extends string> = Arg extends `${string}_N${string}` ? never : Arg;

/** Values of arguments as words and readers get them. All are texts; any may be missing, from documents above all. */
export type ArgValues<Arg extends string, Reason extends string = string> = {
  readonly [A in Plain<Arg> | CommonArg]?: string;
} & { readonly [A in Numbered<Arg>]: string } & { readonly reason?: Exclude<Reason, ''> };

/**
 * Values of arguments as a finding is made with them: what the words need is there, what is not known is undefined or
 * empty. Codes with reasons want one, those without take none; `''` among the reasons: some findings have none.
 */
export type GivenArgs<Needed extends string, Arg extends string, Reason extends string> = {
  readonly [A in Needed]: string;
} & {
  readonly [A in Exclude<Plain<Arg> | CommonArg, Needed>]?: string | undefined;
} & { readonly [A in Numbered<Arg>]: string } & ([Reason] extends [never]
    ? { readonly reason?: undefined }
    : '' extends Reason
      ? { readonly reason?: Reason | undefined }
      : { readonly reason: Reason });

/** Values of arguments that are added to a finding, or replaced; what is not known is undefined or empty. */
export type MoreArgs<Arg extends string, Reason extends string> = {
  readonly [A in Plain<Arg> | CommonArg]?: string | undefined;
} & { readonly [A in Numbered<Arg>]: string } & { readonly reason?: Exclude<Reason, ''> | undefined };

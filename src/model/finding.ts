import type { FindingArgs, FindingCode } from '../findings/findings.ts';
import { namesIn } from './name-list.ts';

export type { FindingCode };

/** How far the evidence carries the cause. */
export type Confidence = 'low' | 'medium' | 'high';

/**
 * Who has to do something. `object`: the file or what its own loader would do, the same on every kernel. `kernel`: a newer
 * or differently configured kernel is needed. `program`: the source must change. `policy`: the kernel could and may not.
 * `infra`: it could not be tested.
 */
export type FindingGroup = 'object' | 'kernel' | 'program' | 'policy' | 'infra';

/** Where in the source a finding points. */
export interface SourceLocation {
  /** Path as the compiler wrote it into the object. */
  readonly file: string;
  readonly line: number;
  /** 0 when the object does not say. */
  readonly column: number;
  /** The line itself, as the object holds it; may be empty. */
  readonly text: string;
  /** Function of the object the line belongs to; empty when not known. */
  readonly function: string;
  /** Instruction, counted as the verifier counts it. */
  readonly insn: number | undefined;
  /** `exact`: the object's line table and the kernel's log agree. `table`: the log does not say it. */
  readonly certainty: 'exact' | 'table';
  /**
   * Where that is in the git work tree the object lies in, when it is known without guessing. `exact`: the line there
   * says what was compiled; `shifted`: a line close by does; `stale`: none does, the file has changed.
   */
  readonly repository?: { readonly path: string; readonly line: number; readonly match: 'exact' | 'shifted' | 'stale' };
}

/**
 * One thing that went wrong. `code` and `args` are the contract; the words come from `findings/`, so that every
 * output says the same.
 */
export interface Finding {
  readonly code: FindingCode;
  /** Code for `classification_code` of the report: the coarse name where `code` is a finer one. */
  readonly rollup: FindingCode;
  readonly group: FindingGroup;
  readonly confidence: Confidence;
  /** It makes the target fail. false: a warning, or what an optional test said; it meets nothing and is not a cause. */
  readonly decisive: boolean;
  readonly phase: 'open' | 'map' | 'load' | 'attach' | 'functional' | 'infra';
  /** Program, map, function or section the finding is about. */
  readonly subject: string | undefined;
  /** Values for the words: function, map type, errno name, helper, ... */
  readonly args: FindingArgs;
  /** Line as the guest printed it, and where it stood. */
  readonly evidence: { readonly text: string; readonly origin: string } | undefined;
  readonly location: SourceLocation | undefined;
  /** What would fail next, as far as it is known: further accesses or symbols that are missing. */
  readonly also: readonly string[];
}

/** What makes two findings the same cause, wherever its line went. */
export interface Cause {
  readonly code: string;
  readonly subject: string;
  /** The one program it is about; empty where it is about none. */
  readonly program: string;
}

/** The names behind `args.program`, where several programs fail over one thing; one empty name where there is none. */
export function programsOf(args: Readonly<Record<string, string>>): string[] {
  const names = namesIn(args['program'] ?? '');
  return names.length === 0 ? [''] : names;
}

/** What it takes to see that one finding follows from another one of the same kernel. */
interface Related {
  readonly code: string;
  readonly subject?: string | undefined;
  readonly args?: Readonly<Record<string, string>> | undefined;
}

/** Whether a finding says that it follows from the other one. */
export function followsFrom({ args = {} }: Related, root: Related): boolean {
  const { because, because_subject: subject = '' } = args;
  return because === root.code && subject === (root.subject ?? '');
}

/**
 * Whether it says that the rest of a response is of no use: what else fails is not known, so that a failure beside it is neither one
 * that was declared nor the one of an older report.
 */
export function leavesOpen({
  code,
  reason = '',
}: {
  readonly code: string;
  readonly reason?: string | undefined;
}): boolean {
  return code === 'RESPONSE_UNRELIABLE' && ['unfinished', 'contradiction', 'stopped'].includes(reason);
}

/** Whether it would be a warning but for what follows from it: that is the cause to declare, and to compare. */
export function isPromoted({ args = {} }: Pick<Related, 'args'>): boolean {
  return args['decides_for'] !== undefined;
}

/** Findings that follow from no other one of them, each with those that follow from it. */
export function folded<T extends Related>(
  findings: readonly T[],
): { readonly root: T; readonly followers: readonly T[] }[] {
  const roots = findings.filter((one) => !findings.some((other) => followsFrom(one, other)));
  return roots.map((root) => ({ root, followers: findings.filter((one) => followsFrom(one, root)) }));
}

/** Says of an object that passes that it is loaded and nothing of it is attached. */
export function isIdle({ code, decisive }: { readonly code: string; readonly decisive: boolean }): boolean {
  return code === 'NOT_ATTACHED' && !decisive;
}

/** Says of an object that passes that none of its programs was loaded: nothing of it was seen at all. */
export function isUnloaded({ code }: { readonly code: string }): boolean {
  return code === 'NOTHING_LOADED';
}

/** The findings that make a target fail. */
export function decisiveOf(findings: readonly Finding[]): Finding[] {
  return findings.filter(({ decisive }) => decisive);
}

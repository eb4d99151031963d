import type { Confidence, FindingGroup } from '../model/finding.ts';
import type { ArgValues } from './args.ts';

/** What a person reads about a finding. Plain text: it may hold names from a guest, so every format escapes it. */
export interface Words {
  /** One line, without a full stop; true on its own for every kernel it is printed for. */
  readonly title: string;
  readonly explanation: string;
  /** What to do next; empty when there is nothing to do. */
  readonly remediation: string;
}

/** What words are made of: the part of a finding that its entry knows. */
export interface Facts<Arg extends string = never, Reason extends string = string> {
  readonly subject: string | undefined;
  readonly confidence: Confidence;
  readonly decisive: boolean;
  readonly args: ArgValues<Arg, Reason>;
}

/** What a person writes about a code. */
interface Spec<Needed extends string, Arg extends string, Reason extends string, Coarse extends string> {
  /** Who has to do something about it, as far as one kernel can say. */
  readonly group: FindingGroup;
  /** Its name in `classification_code`, where users of the report know it under a coarser one (docs/report.md). */
  readonly coarse?: Coarse;
  /**
   * What the code stands for, whatever object and kernel it is reported of, and what usually helps. Plain text; titles stay
   * the same from release to release.
   */
  readonly rule: readonly [title: string, help: string];
  /** Arguments that every finding of the code is made with. */
  readonly needs?: readonly Needed[];
  /** Further arguments of its own; those of args.ts need not be named. `also_N`: numbered from 1 on. */
  readonly args?: readonly Arg[];
  /** Finer causes, snake_case; one of them is in `args.reason`. `''`: findings without a reason exist, too. */
  readonly reasons?: readonly Reason[];
  /** Title, explanation and remedy from the arguments of one finding. */
  readonly words: (facts: Facts<NoInfer<Needed | Arg>, NoInfer<Reason>>) => Words;
}

/** All there is to know of a finding code, in one place. */
export interface FindingEntry<
  Needed extends string = string,
  Arg extends string = string,
  Reason extends string = string,
  Coarse extends string = string,
> {
  readonly group: FindingGroup;
  readonly coarse?: Coarse | undefined;
  readonly rule: readonly [title: string, help: string];
  readonly needs: readonly Needed[];
  readonly args: readonly Arg[];
  readonly reasons: readonly Reason[];
  readonly words: (facts: Facts<string>) => Words;
}

/** A code; its name is the key it stands under. */
export function entry<
  const Needed extends string = never,
  const Arg extends string = never,
  const Reason extends string = never,
  const Coarse extends string = never,
>(spec: Spec<Needed, Arg, Reason, Coarse>): FindingEntry<Needed, Arg, Reason, Coarse> {
  const { group, coarse, rule, needs = [], args = [], reasons = [], words } = spec;
  // Findings are made with the right arguments; in a document that was read back they may be anything, and words hold.
  return { group, coarse, rule, needs, args, reasons, words: words as FindingEntry['words'] };
}

/** The reasons of a table that has words for each. */
export function reasonsOf<Reason extends string>(table: Readonly<Record<Reason, unknown>>): readonly Reason[] {
  return Object.keys(table) as Reason[];
}

/** What a table says about the reason of a finding; undefined without one. A table that lacks a reason does not compile. */
export function ofReason<Reason extends string, Table extends Readonly<Record<Reason, unknown>>>(
  reason: Reason | undefined,
  table: Table,
): Table[Reason] | undefined {
  return reason !== undefined && Object.hasOwn(table, reason) ? table[reason] : undefined;
}

/** The same words for each of several reasons. */
export function tableOf<Reason extends string, Advice>(reasons: readonly Reason[], advice: Advice) {
  return Object.fromEntries(reasons.map((reason) => [reason, advice])) as Record<Reason, Advice>;
}

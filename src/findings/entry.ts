import type { Finding, FindingGroup } from '../model/finding.ts';

/** What a person reads about a finding. Plain text: it may hold names from a guest, so every format escapes it. */
export interface Words {
  /** One line, without a full stop; true on its own for every kernel it is printed for. */
  readonly title: string;
  readonly explanation: string;
  /** What to do next; empty when there is nothing to do. */
  readonly remediation: string;
}

export type Writer = (finding: Finding) => Words;

/** All there is to know of a finding code, in one place. */
export interface FindingEntry {
  /** Who has to do something about it, as far as one kernel can tell. */
  readonly group: FindingGroup;
  /** Its name in `classification_code`, where users of the report know it under a coarser one (docs/report.md). */
  readonly coarse?: string;
  /**
   * What the code stands for, whatever object and kernel it is reported of, and what usually helps. Plain text; titles stay
   * the same from release to release.
   */
  readonly rule: readonly [title: string, help: string];
  /** Title, explanation and remedy from the arguments of one finding. */
  readonly words: Writer;
}

/** Codes of one kind: the entries of a file. */
export type Family = Readonly<Record<string, FindingEntry>>;

import type { CheckDocument } from '../document.ts';
import { type DocumentCause, documentCauses } from '../document-causes.ts';
import { type DocumentCell, type DocumentCounts, documentCells, documentCounts } from '../document-cells.ts';
import { type DocumentKernel, documentKernels } from '../document-kernels.ts';
import type { SummaryLinks } from './links.ts';

/** Objects of the matrix: all of them, those that do not pass everywhere, or no matrix. */
export type SummaryList = 'all' | 'failed' | 'none';

export interface StepSummaryOptions {
  /** Bytes of UTF-8 that the text may have. Default 1 000 000: GitHub drops summaries above 1 MiB whole. */
  readonly maxBytes?: number;
  /** Default `all`. */
  readonly list?: SummaryList;
  readonly links?: SummaryLinks;
  /** Root of the checkout, an absolute path: paths below it are shown without it. */
  readonly workspace?: string;
  /** What the reader must know first, for instance that the run was cancelled. Plain text. */
  readonly note?: string;
  /** false: nothing that differs between two runs with the same results. Default true. */
  readonly times?: boolean;
}

/** How much is shown. */
export interface Detail {
  readonly list: SummaryList;
  readonly logLines: number;
  /** Warnings, support, timings and environment. */
  readonly extras: boolean;
  /** Most objects of the matrix, blocks and rows of other tables. */
  readonly most: number;
}

/** A document taken apart once for all attempts to show it. */
export interface Parts {
  readonly document: CheckDocument;
  readonly cells: readonly DocumentCell[];
  readonly kernels: readonly DocumentKernel[];
  readonly causes: readonly DocumentCause[];
  readonly counts: DocumentCounts;
  readonly options: StepSummaryOptions;
}

/** Takes a document apart. */
export function partsOf(document: CheckDocument, options: StepSummaryOptions): Parts {
  return {
    document,
    cells: documentCells(document),
    kernels: documentKernels(document),
    causes: documentCauses(document),
    counts: documentCounts(document),
    options,
  };
}

/** What an earlier run says about the time of one cell. Milliseconds. */
export interface KnownCost {
  readonly subject: string;
  readonly kernel: string;
  /** Making the kernel ready, which a machine does once. */
  readonly kernelMs: number;
  /** The cell itself. */
  readonly cellMs: number;
}

/** Expected times, in milliseconds. */
export interface Costs {
  readonly kernelMs: (kernel: string) => number;
  readonly cellMs: (subject: string, kernel: string) => number;
}

/** Fetching, booting and saving a guest, and running one copy of it, where nothing was measured. */
const KERNEL_MS = 15_000;
const CELL_MS = 1_000;

/** Nothing is free: cells without a cost would all go to one machine. */
const LEAST_MS = 1;

function middle(values: readonly number[], fallback: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? fallback;
}

/** Times as far as they are known; what an earlier run did not have costs what its others cost on average. */
export function costsOf(known: readonly KnownCost[]): Costs {
  const kernels = new Map<string, number>();
  const cells = new Map<string, number>();
  for (const { subject, kernel, kernelMs, cellMs } of known) {
    kernels.set(kernel, Math.max(LEAST_MS, kernels.get(kernel) ?? 0, kernelMs));
    cells.set(JSON.stringify([subject, kernel]), Math.max(LEAST_MS, cellMs));
  }
  const otherKernel = middle([...kernels.values()], KERNEL_MS);
  const otherCell = middle([...cells.values()], CELL_MS);
  return {
    kernelMs: (kernel) => kernels.get(kernel) ?? otherKernel,
    cellMs: (subject, kernel) => cells.get(JSON.stringify([subject, kernel])) ?? otherCell,
  };
}

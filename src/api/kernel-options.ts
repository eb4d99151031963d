import type { KernelChoice } from '../config/kernel-choice.ts';
import { UsageError } from '../model/errors.ts';
import type { LocalKernel } from '../model/local-kernel.ts';
import { option } from '../model/wording.ts';

/** Exactly one way to choose kernels: a matrix (file or built-in name), profile ids, or the built-in matrix quick. */
export interface KernelOptions {
  readonly matrix?: string;
  readonly kernels?: readonly string[];
  readonly quick?: boolean;
  /** Kernels of one's own, besides those or alone; paths are relative to `cwd`. */
  readonly localKernels?: readonly LocalKernel[];
}

/** The kernels that a caller of the library chose. @throws UsageError `missing_option` for none */
export function kernelChoiceOf({ matrix, kernels, quick, localKernels = [] }: KernelOptions): KernelChoice {
  if (matrix) return { kind: 'matrix', value: matrix };
  if (kernels && kernels.length > 0) return { kind: 'ids', ids: kernels, origin: option('kernels') };
  if (quick) return { kind: 'quick' };
  if (localKernels.length > 0) return { kind: 'ids', ids: [], origin: option('kernel') };
  throw new UsageError('missing_option', 'no kernels are chosen; give one of matrix, kernels, quick or localKernels');
}

/** The other way round: what the flags of a command chose, as the command line hands it to the library. */
export function kernelOptionsOf(choice: KernelChoice): KernelOptions {
  switch (choice.kind) {
    case 'matrix':
      return { matrix: choice.value };
    case 'ids':
      return { kernels: choice.ids };
    case 'quick':
      return { quick: true };
    default:
      throw new Error(`${choice.kind} chooses no kernels of a check`);
  }
}

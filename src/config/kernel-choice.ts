import { UsageError } from '../model/errors.ts';
import { option, phrase, setting, type Wording } from '../model/wording.ts';

/** How the user said which kernels are meant. */
export type KernelChoice =
  | { readonly kind: 'matrix'; readonly value: string }
  /** `inFile`: a file lists them, so that one which no one has is a missing result and not a slip of the moment. */
  | { readonly kind: 'ids'; readonly ids: readonly string[]; readonly origin: Wording; readonly inFile?: true }
  | { readonly kind: 'quick' }
  /** `all`: what is fetched where nothing is named; `catalog`: whatever there is. */
  | { readonly kind: 'all' }
  | { readonly kind: 'catalog' };

/** The flags that choose kernels, as far as a command has them. */
export interface ChoosingFlags {
  readonly matrix: string;
  readonly quick: boolean;
  readonly kernels: readonly string[];
  /** Kernels of the user's own: enough where nothing else is named. */
  readonly kernel?: readonly string[];
  readonly all?: boolean;
}

/** Whether no kernels are named at all: commands for a quick look take the quick ones then. */
export function choosesNone({ matrix, quick, kernels, kernel = [] }: ChoosingFlags): boolean {
  return matrix === '' && !quick && kernels.length === 0 && kernel.length === 0;
}

/**
 * Exactly one of `--matrix`, `--kernels`, `--quick` (and, for `kernels fetch`, `--all` or ids behind the command). With
 * `--kernel` there may be none: then no ids are chosen.
 * @throws UsageError `missing_flag` when there is none, `flag_conflict` when there are several
 */
export function chooseKernels(
  { matrix, quick, kernels, kernel = [], all = false }: ChoosingFlags,
  command: 'test' | 'watch' | 'plan' | 'kernels fetch' | 'lock',
  words: readonly string[] = [],
): KernelChoice {
  const choices: [Wording, KernelChoice][] = [];
  if (matrix !== '') choices.push([option('matrix'), { kind: 'matrix', value: matrix }]);
  if (kernels.length > 0) choices.push([option('kernels'), { kind: 'ids', ids: kernels, origin: option('kernels') }]);
  if (quick) choices.push([option('quick'), { kind: 'quick' }]);
  if (all) choices.push([option('all'), { kind: 'all' }]);
  if (words.length > 0) choices.push(['ids', { kind: 'ids', ids: words, origin: command }]);
  const [first, second] = choices;
  if (first === undefined && kernel.length > 0) return { kind: 'ids', ids: [], origin: option('kernel') };
  if (first === undefined) {
    const more = command !== 'kernels fetch' ? '' : phrase`${option('all')}, ids, `;
    throw new UsageError(
      'missing_flag',
      phrase`no kernels are chosen; add ${more}${option('quick')}, ${setting('matrix', 'FILE')} or ${setting('kernels', 'ID,ID')}${command === 'lock' ? '' : phrase`, or a kernel of your own with ${setting('kernel', 'FILE')}`} ('bpfcompat kernels list' shows the ids)`,
    );
  }
  if (second !== undefined) {
    throw new UsageError(
      'flag_conflict',
      phrase`${first[0]} and ${second[0]} both choose kernels; give only one of them`,
    );
  }
  return first[1];
}

import type { Cell, CellResult, Target } from '../model/cell.ts';
import { decisiveOf, type Finding, followsFrom, isPromoted, leavesOpen, programsOf } from '../model/finding.ts';
import type { Expectation, Expected, MetCause, Misfit } from '../model/gate.ts';
import { inKernelRange, kernelNumber } from '../model/kernel-range.ts';

/** Does the declaration speak of this kernel? A family without a number is that of the kernel that really ran. */
function speaksOf({ profiles, kernels }: Expectation, { profile }: Target, result: CellResult | undefined): boolean {
  if (profiles.includes(profile.id)) return true;
  if (kernels === undefined) return false;
  const number = kernelNumber(profile.kernelFamily) ?? kernelNumber(result?.kernel?.release ?? '');
  return number !== undefined && inKernelRange(number, kernels);
}

/** What of the words of a cause is quoted where they are others. */
const MAX_FOUND = 200;

/** What the guest or a library said of a cause. */
function wordsOf({ evidence, args }: Finding): string[] {
  return [evidence?.text, args['error'], args['message']].flatMap((text) => text || []);
}

/** What keeps a declaration of the right code from fitting a cause; undefined: it fits. */
function misfitOf(declared: Expectation, finding: Finding, program: string): Misfit | undefined {
  const { subject = '' } = finding;
  const { origin } = declared;
  if (declared.subject !== undefined && declared.subject !== subject) {
    return { what: 'subject', declared: declared.subject, found: subject, origin };
  }
  if (declared.program !== undefined && declared.program !== program) {
    return { what: 'program', declared: declared.program, found: program, origin };
  }
  const { says } = declared;
  const said = wordsOf(finding);
  if (says !== undefined && !said.some((text) => text.includes(says))) {
    return { what: 'words', declared: says, found: (said[0] ?? '').slice(0, MAX_FOUND), origin };
  }
  return undefined;
}

/** One finding, program by program, with the declaration that speaks of it. */
function metOf(finding: Finding, declared: readonly Expectation[]): MetCause[] {
  const { code, rollup, subject = '', args } = finding;
  return programsOf(args).map((program) => {
    const similar = declared.filter((one) => one.code === code || one.code === rollup);
    const fits = (one: Expectation): boolean => misfitOf(one, finding, program) === undefined;
    const by = similar.find(fits);
    const misfit = by === undefined && similar[0] ? misfitOf(similar[0], finding, program) : undefined;
    return { code, subject, program, by, ...(misfit && { misfit }) };
  });
}

/**
 * Every cause of a failure with the declaration that speaks of it. Warnings meet nothing. A warning that decides only for what
 * follows from it is met where all of that is: it needs no declaration of its own. A response that was not finished needs one.
 */
function causesOf(findings: readonly Finding[], declared: readonly Expectation[]): MetCause[] {
  const open = findings.filter(({ code, args, decisive }) => !decisive && leavesOpen({ code, reason: args['reason'] }));
  const causes = [...decisiveOf(findings), ...open].map((finding) => ({ finding, met: metOf(finding, declared) }));
  return causes.flatMap(({ finding, met }) => {
    if (!isPromoted(finding)) return met;
    const following = causes.filter((one) => followsFrom(one.finding, finding)).flatMap((one) => one.met);
    const by = following.every((one) => one.by) ? following[0]?.by : undefined;
    return met.map((one) => (one.by || by === undefined ? one : { ...one, by, misfit: undefined }));
  });
}

/**
 * What became of the failures that are declared for this kernel; undefined without a declaration. Every cause must be
 * declared: a new one beside a declared one is a failure like any other.
 */
export function expectedOf(
  cell: Cell,
  target: Target,
  result: CellResult | undefined,
  expectations: readonly Expectation[],
): Expected | undefined {
  const own = expectations.filter((expectation) => speaksOf(expectation, target, result));
  const outcome = result?.outcome;
  const causes = outcome?.status === 'fail' ? causesOf(outcome.findings, own) : [];
  const shown = causes.find(({ by }) => by)?.by ?? own[0];
  if (!shown) return undefined;
  const failed = causes.length > 0 && causes.every(({ by }) => by) ? 'failed' : 'other_cause';
  const met = outcome?.status === 'fail' ? failed : outcome?.status === 'pass' ? 'passed' : 'no_answer';
  return { artifact: cell.artifact, target: cell.target, code: shown.code, reason: shown.reason, met, causes };
}

/**
 * Declarations that nothing in the run bears out, one sentence each: those that speak of no kernel of the run, and those
 * that no failure met. What the reason of a cell says is not repeated.
 * @param reported what became of the cells that a declaration speaks of
 */
export function idleExpectations(
  targets: readonly Target[],
  results: readonly CellResult[],
  expectations: readonly Expectation[],
  reported: readonly Expected[],
): string[] {
  const first = (cell: Cell): Expectation | undefined => {
    const [target, result] = [targets[cell.target], results.find((one) => isSame(one.cell, cell))];
    return target && expectations.find((one) => speaksOf(one, target, result));
  };
  return expectations.flatMap((one) => {
    const { origin, code, kernels, profiles } = one;
    const spoken = results.filter((result) => {
      const target = targets[result.cell.target];
      return target !== undefined && speaksOf(one, target, result);
    });
    if (spoken.length === 0) {
      const scope = kernels === undefined ? `profiles: ${profiles.join(', ')}` : `kernels: ${kernels.text}`;
      return [`warning: ${origin}: this expectation names no kernel of this run (${scope}); correct or remove it`];
    }
    const became = reported.filter((cell) => spoken.some((result) => isSame(result.cell, cell)));
    const known = became.some(
      (cell) =>
        cell.met === 'no_answer' ||
        cell.causes.some(({ by }) => by === one) ||
        (cell.met !== 'failed' && first(cell) === one),
    );
    if (known) return [];
    const ids = [...new Set(became.map(({ target }) => targets[target]?.profile.id ?? ''))];
    const where = `warning: ${origin}: no failure on ${ids.join(', ')} meets this expectation of ${code}`;
    return [`${where}; correct or remove it`];
  });
}

function isSame(a: Cell, b: Cell): boolean {
  return a.artifact === b.artifact && a.target === b.target;
}

/** `the subject differs: "a" is declared, "b" was found`. */
export function misfitText({ what, declared, found }: Omit<Misfit, 'origin'>): string {
  const seen = found === '' ? 'none' : `"${found}"`;
  const differs = what === 'words' ? 'words differ' : `${what} differs`;
  return `the ${differs}: "${declared}" is declared, ${seen} was found`;
}

/** Causes that no one declared, in words; empty where every one is. */
export function undeclaredText({ code, met, causes }: Expected): string {
  if (met !== 'other_cause') return '';
  const others = causes.filter(({ by }) => by === undefined);
  const misfits = [...new Set(others.flatMap(({ misfit }) => (misfit ? misfitText(misfit) : [])))];
  if (others.length === causes.length) {
    return [`${code} was expected`, ...(misfits.length === 0 ? [] : [`the code fits, ${misfits.join('; ')}`])].join(
      ': ',
    );
  }
  const names = others.map((one) => [one.code, one.program || one.subject].filter((word) => word !== '').join(' '));
  return `${[...new Set(names)].join(', ')} ${names.length === 1 ? 'was' : 'were'} not expected`;
}

import type { RunReport, Verdict } from '../model/report.ts';
import { list } from './json-values.ts';

/** What decided, where it is not the contract's own rule, and what became of declared failures. */
export function gateJson(run: RunReport, artifact: number, { failOn, exitCode, expected = [] }: Verdict) {
  if (failOn === undefined && expected.length === 0) return undefined;
  return {
    fail_on: failOn ?? 'required',
    exit_code: exitCode,
    expectations: list(
      expected
        .filter((one) => one.artifact === artifact)
        .map(({ target, code, reason, met }) => ({
          profile_id: run.targets[target]?.profile.id,
          code,
          reason,
          met,
        })),
    ),
  };
}

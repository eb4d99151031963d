import type { MetCause } from '../model/gate.ts';
import type { RunReport, Verdict } from '../model/report.ts';
import { list, some } from './json-values.ts';

/** Which cause met which declaration; without `met_by` none did. */
function causeJson({ code, subject, program, by, misfit }: MetCause) {
  return {
    code,
    subject: some(subject),
    program: some(program),
    met_by: by && {
      code: by.code,
      subject: by.subject,
      program: by.program,
      says: by.says,
      reason: by.reason,
      origin: by.origin,
    },
    misfit,
  };
}

/** What decided, where it is not the default rule, and what became of declared failures. */
export function gateJson(run: RunReport, artifact: number, { failOn, exitCode, expected = [] }: Verdict) {
  if (failOn === undefined && expected.length === 0) return undefined;
  return {
    fail_on: failOn ?? 'required',
    exit_code: exitCode,
    expectations: list(
      expected
        .filter((one) => one.artifact === artifact)
        .map(({ target, code, reason, met, causes }) => ({
          profile_id: run.targets[target]?.profile.id,
          code,
          reason,
          met,
          causes: list(causes.map(causeJson)),
        })),
    ),
  };
}

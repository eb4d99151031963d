import { expectationText, expectedOf, TRACE_PIPE } from '../model/expect-fields.ts';
import type { TestExpectations } from '../model/test-expectations.ts';

const SUBJECTS = { map: 'map', variable: 'name', event: 'map', run: 'program' } as const;

/** Lines `expect_map`, `expect_variable`, `expect_event` and `expect_run` of the functional plan, as [key, value]. */
export function expectLines(expect: TestExpectations): [string, string][] {
  return expectedOf(expect).map((one) => {
    const traced = one.kind === 'event' && one.expected.source === 'trace_pipe';
    const subject = traced ? TRACE_PIPE : `${SUBJECTS[one.kind]}=${one.subject}`;
    return [`expect_${one.kind}`, `${subject} ${expectationText(one)}`];
  });
}

import type { FunctionalTest } from '../model/cell.ts';
import { UsageError } from '../model/errors.ts';
import { expectLines } from './expect-lines.ts';

/**
 * Text of the functional plan (blob kind 2): version line, then one BEGIN … END block per test.
 * @throws UsageError `bad_functional_test` for a value that does not fit on one line.
 */
export function functionalPlanText(tests: readonly FunctionalTest[]): string {
  if (tests.length === 0) return '';
  return `functional_plan.v0.1\n${tests.map(block).join('')}`;
}

function block(test: FunctionalTest): string {
  const values: readonly (readonly [string, string])[] = [
    ['name', test.name],
    ['required', String(test.required)],
    ['timeout_seconds', String(test.timeoutSeconds)],
    ['expect_exit_code', String(test.expectExitCode)],
    ['expect_stdout_contains', test.expectStdoutContains],
    ['expect_stderr_contains', test.expectStderrContains],
    ...(test.command === '' ? [] : [['command', test.command] as const]),
    ...(test.expect === undefined ? [] : expectLines(test.expect)),
  ];
  const lines = values.map(([key, value]) => {
    if (/[\r\n\0]/.test(value)) {
      throw new UsageError(
        'bad_functional_test',
        `functional test "${test.name}": ${key} must be a single line; put longer commands into one line with "&&" or ";"`,
      );
    }
    return `${key}=${value.trim()}\n`;
  });
  return `BEGIN\n${lines.join('')}END\n`;
}

import { expectedWords, seenWords } from '../findings/assertions.ts';
import type { Assertion, StageOf } from '../model/evidence.ts';
import type { CommandFacts } from '../model/loader-command.ts';
import { code, codeCell, fence, md } from './escape.ts';
import { list, some } from './json-values.ts';
import { table } from './markdown-table.ts';
import type { TargetView } from './view.ts';

/** Functional tests of a target, in the documents. */

type Test = StageOf<'functional'>;

/** The object `functional` of docs/report.md, with additive keys; undefined when no test ran. */
export function functionalJson({ functional }: TargetView) {
  return functional && { status: functional.status, tests: list(functional.tests.map(testJson)) };
}

function testJson(test: Test) {
  const command = some(test.command);
  return {
    name: some(test.name),
    required: test.required,
    status: test.status,
    command,
    timeout_seconds: some(test.timeout_seconds),
    expected_exit_code: some(test.expected_exit_code),
    // Without a command there is none.
    exit_code: test.exit_code < 0 ? undefined : some(test.exit_code),
    timed_out: some(test.timed_out),
    stdout_tail: some(test.stdout_tail),
    stderr_tail: some(test.stderr_tail),
    stdout_bytes: some(test.stdout_bytes),
    stderr_bytes: some(test.stderr_bytes),
    stdout_head: some(test.stdout_head),
    stderr_head: some(test.stderr_head),
    duration_ms: some(Math.round((test.elapsed_us ?? 0) / 1000)),
    error: some(test.error),
    assertions: list((test.assertions ?? []).map(assertionJson)),
  };
}

function assertionJson({ kind, subject, status, wanted, seen, error }: Assertion) {
  return { kind, subject, status, wanted: some(wanted), seen: some(seen), error: some(error) };
}

/** Each test with its output and what it expected, as Markdown. @param command the run is one of command mode */
export function functionalLines({ functional }: TargetView, command: CommandFacts | undefined): string[] {
  return (functional?.tests ?? []).flatMap((test) => testLines(test, command));
}

function testLines(test: Test, command: CommandFacts | undefined): string[] {
  const wanted = command === undefined ? '' : ` (expected ${command.expectExitCode})`;
  const exit = test.exit_code < 0 ? '' : `, exit code ${test.exit_code}${wanted}`;
  const what = command === undefined ? `Functional test ${code(test.name)}` : `Command ${code(command.command)}`;
  const time = test.elapsed_us === undefined ? '' : ` in ${(test.elapsed_us / 1e6).toFixed(1)} s`;
  const lines = ['', `${what}: ${test.status}${exit}${time}`];
  lines.push(...outputLines(test.stdout_head, test.stdout_tail, test.stdout_bytes));
  lines.push(...outputLines(test.stderr_head, test.stderr_tail, test.stderr_bytes));
  const rows = (test.assertions ?? []).map(({ kind, subject, status, wanted, seen, error }) => [
    `${kind} ${codeCell(subject)}`,
    md(expectedWords(kind, wanted)),
    md([seenWords(kind, seen, wanted), error].filter((part) => part !== '').join('; ')),
    status,
  ]);
  return rows.length === 0 ? lines : [...lines, '', ...table(['Expectation', 'Wanted', 'Seen', 'Status'], rows)];
}

/** A stream, without its middle when it was long. */
function outputLines(head: string | undefined, tail: string, bytes: number | undefined): string[] {
  if (tail === '') return [];
  if (head === undefined || head === '') return ['', fence(tail)];
  const whole = bytes === undefined ? '' : ` of ${bytes} bytes in all`;
  return ['', fence(head), '', `The middle${whole} is left out; the end:`, '', fence(tail)];
}

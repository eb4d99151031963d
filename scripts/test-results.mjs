// Reads what vitest's JSON reporter wrote.
import { readFileSync } from 'node:fs';

/** Kernel series that the tests on real guests must have booted. */
const REQUIRED_SERIES = ['5.10', '6.1', '6.12', '7.3'];

/** @returns counts, and the names of tests that did not run. A report that is missing counts as one failure. */
export function readResults(path) {
  let report;
  try {
    report = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    return { passed: 0, failed: 1, names: [], notRun: [`no readable report: ${error.message}`] };
  }
  const tests = report.testResults.flatMap((file) => file.assertionResults);
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  );
  return {
    passed: tests.filter((test) => test.status === 'passed').length,
    failed: tests.filter((test) => test.status === 'failed').length + brokenFiles.length,
    names: tests.filter((test) => test.status === 'passed').map((test) => test.fullName),
    notRun: tests.filter((test) => test.status !== 'passed' && test.status !== 'failed').map((test) => test.fullName),
  };
}

/** `debian-12-6.1` names 6.1, `debian-12-6.12` does not. */
function namesSeries(name, series) {
  return new RegExp(`-${series.replace('.', '\\.')}(?!\\d)`).test(name);
}

/** Why the tests on real guests prove less than they must: sentences, none when all is well. */
export function guestProblems(counts) {
  const problems = counts.notRun.map((name) => `real-guest test did not run: ${name}`);
  if (counts.passed === 0) problems.push('no test on a real guest passed');
  const unseen = REQUIRED_SERIES.filter((series) => !counts.names.some((name) => namesSeries(name, series)));
  if (unseen.length > 0) problems.push(`no passed real-guest test names a kernel of series ${unseen.join(', ')}`);
  return problems;
}

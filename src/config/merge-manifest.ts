import { Document, isSeq } from 'yaml';
import type { FunctionalTest } from '../model/cell.ts';
import type { Expectation, MinKernel } from '../model/gate.ts';
import { expectFileValue } from './test-expect.ts';
import { parseDocument } from './yaml-document.ts';

function documentOf(text: string): Document {
  const document: Document = parseDocument(text).document ?? new Document({});
  if (document.contents === null) document.contents = document.createNode({});
  return document;
}

/**
 * The text of a manifest with one more functional test. Everything that was in it stays as it was written, comments too.
 * @param text a manifest that can be read; empty for none
 */
export function withFunctionalTest(text: string, test: FunctionalTest): string {
  const document = documentOf(text);
  const entry = {
    name: test.name,
    ...(test.command === '' ? {} : { command: test.command }),
    required: test.required,
    timeout: `${test.timeoutSeconds}s`,
    ...(test.command === '' ? {} : { expect_exit_code: test.expectExitCode }),
    ...(test.expectStdoutContains === '' ? {} : { expect_stdout_contains: test.expectStdoutContains }),
    ...(test.expectStderrContains === '' ? {} : { expect_stderr_contains: test.expectStderrContains }),
    ...(test.expect === undefined ? {} : { expect: expectFileValue(test.expect) }),
  };
  if (isSeq(document.get('functional_tests'))) document.addIn(['functional_tests'], document.createNode(entry));
  else document.set('functional_tests', document.createNode([entry]));
  return document.toString({ lineWidth: 0 });
}

/** The text of a manifest with these assets instead of its own. @param assets whole paths, and where they go in the guest */
export function withAssets(text: string, assets: readonly { readonly path: string; readonly to: string }[]): string {
  if (assets.length === 0) return text;
  const document = documentOf(text);
  document.set('assets', document.createNode(assets.map(({ path, to }) => `${path}:${to}`)));
  return document.toString({ lineWidth: 0 });
}

/** What a suite says about the verdict of a case and its manifest does not. */
export interface GateAdditions {
  readonly minKernel: MinKernel | undefined;
  /** They come before those of the manifest. */
  readonly expectations: readonly Expectation[];
}

/** The text of a manifest that decides about a kernel as the suite does. */
export function withGate(text: string, { minKernel, expectations }: GateAdditions): string {
  if (minKernel === undefined && expectations.length === 0) return text;
  const document = documentOf(text);
  if (minKernel !== undefined) document.set('min_kernel', minKernel.number.join('.'));
  const declared = expectations.map(({ profiles, kernels, code, subject, program, says, reason }) =>
    document.createNode({
      expect: 'fail',
      ...(kernels === undefined ? { profiles: [...profiles] } : { kernels: kernels.text }),
      code,
      ...(subject !== undefined && { subject }),
      ...(program !== undefined && { program }),
      ...(says !== undefined && { says }),
      reason,
    }),
  );
  const own = document.get('expectations');
  if (isSeq(own)) own.items.unshift(...declared);
  else if (declared.length > 0) document.set('expectations', document.createNode(declared));
  return document.toString({ lineWidth: 0 });
}

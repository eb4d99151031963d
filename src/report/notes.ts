import { words } from '../findings/words.ts';
import { errnoName } from '../model/errno.ts';
import type { Finding } from '../model/finding.ts';
import { inferredText } from '../model/inferred.ts';
import { kernelNumber } from '../model/kernel-range.ts';
import { suppliedBtfNotes } from './btf.ts';
import { oneLine } from './escape.ts';
import { placeText } from './finding-facts.ts';
import { modulesNotes } from './modules.ts';
import { shimsNote } from './shims.ts';
import { variantNotes } from './variants.ts';
import type { TargetView } from './view.ts';

function findingNotes(finding: Finding, primary: boolean): string[] {
  const { title, remediation } = words(finding);
  return [
    `${primary ? 'finding' : finding.decisive ? 'also' : 'warning'}: ${title}`,
    ...(finding.location ? [`location: ${placeText(finding.location)}: ${oneLine(finding.location.text, 300)}`] : []),
    ...(finding.evidence ? [`evidence: ${finding.evidence.origin}: ${oneLine(finding.evidence.text)}`] : []),
    ...(remediation === '' ? [] : [`remediation: ${remediation}`]),
  ];
}

/** What the profile promises about BTF and this guest does not keep; undefined when it keeps it, or nothing is promised. */
function btfNote({ target, evidence }: TargetView): string | undefined {
  const { expectedBtf: expected, file } = target.profile;
  if (evidence === undefined || expected === undefined || evidence.hello.btf.vmlinux === expected) return undefined;
  const has = expected ? 'has no BTF' : 'has BTF';
  return `expected_btf: ${expected} in ${file}, but this kernel ${has}; correct the profile or its kernel`;
}

/** A family that is not a number promises no kernel, so that no one can say whether the right one was booted. */
function familyNote({ target, evidence }: TargetView): string | undefined {
  const { kernelFamily, file } = target.profile;
  if (evidence === undefined || kernelFamily === '' || kernelNumber(kernelFamily) !== undefined) return undefined;
  const { release } = evidence.hello.kernel;
  return `kernel_family ${kernelFamily} in ${file} is not a number, so it was not compared with this kernel (${release})`;
}

/** The evidence lines of a target with their fixed prefixes (docs/report.md, `notes[]`). */
export function targetNotes(view: TargetView): string[] {
  const { primary, findings, outcome } = view;
  if (outcome.status === 'skipped') return [`skipped: ${outcome.reason}`];
  if (outcome.status === 'inferred') return [`inferred: ${inferredText(outcome.inference)}`];
  const notes: string[] = [];
  const retried = view.result?.retriedAfter;
  if (retried) notes.push(`retried after: ${retried}`);
  const shortened = view.result?.shortened;
  if (shortened !== undefined) notes.push(`shortened: ${shortened}`);
  if (primary) notes.push(`classification: ${primary.rollup} (${primary.confidence})`);
  for (const finding of findings) notes.push(...findingNotes(finding, finding === primary));
  const btf = btfNote(view);
  if (btf !== undefined) notes.push(btf);
  const family = familyNote(view);
  if (family !== undefined) notes.push(family);
  const shims = shimsNote(view.evidence);
  if (shims !== undefined) notes.push(shims);
  notes.push(...suppliedBtfNotes(view.result?.btf));
  notes.push(...modulesNotes(view.result?.modules));
  notes.push(...variantNotes(view.evidence));
  if (view.attach && view.load === 'pass') notes.push(`attach status: ${view.attach.status}`);
  for (const program of view.programs) {
    if (program.load !== 'fail') continue;
    const errno = errnoName(program.errno) || 'none';
    notes.push(`program load failure: name=${program.name} section=${program.section} errno=${errno}`);
  }
  return notes.map((note) => oneLine(note, 1000));
}

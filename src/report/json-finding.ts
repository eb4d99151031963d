import type { Finding, SourceLocation } from '../model/finding.ts';
import { wordsBesidePlace } from './finding-facts.ts';
import { list, some } from './json-values.ts';

function locationJson(location: SourceLocation) {
  return {
    file: location.file,
    line: location.line,
    column: some(location.column),
    text: some(location.text),
    function: some(location.function),
    // Instruction 0 is one.
    insn: location.insn,
    certainty: location.certainty,
    repository: location.repository,
  };
}

/** The finding of the same target that it follows from. */
function becauseJson({ args: { because, because_subject: subject } }: Finding) {
  return because === undefined ? undefined : { code: because, subject: some(subject) };
}

/** A finding as it stands in `findings[]` of a target; docs/report.md describes every field. */
export function findingJson(finding: Finding) {
  const { title, explanation, remediation } = wordsBesidePlace(finding);
  return {
    code: finding.code,
    reason: some(finding.args['reason']),
    group: finding.group,
    phase: finding.phase,
    subject: some(finding.subject),
    confidence: finding.confidence,
    decisive: finding.decisive,
    title,
    explanation,
    remediation: some(remediation),
    location: finding.location && locationJson(finding.location),
    also: list(finding.also),
    because: becauseJson(finding),
    first_upstream_kernel: some(finding.args['since']),
    args: Object.keys(finding.args).length === 0 ? undefined : finding.args,
    evidence: finding.evidence,
  };
}

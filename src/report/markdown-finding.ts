import type { Finding } from '../model/finding.ts';
import { code, md } from './escape.ts';
import { findingFacts, groupWords, placeText } from './finding-facts.ts';

/** A finding as a bullet with its source line, evidence and remedy under it. */
export function findingLines(finding: Finding): string[] {
  const { title, explanation, remediation, location, more } = findingFacts(finding);
  const source = location && [code(placeText(location), 320), code(location.text, 300)].filter((part) => part !== '');
  return [
    `- **${finding.code}** (${groupWords(finding.group)}, ${finding.confidence} confidence): ${md(title)}`,
    `  - ${md(explanation, 1000)}`,
    ...(source ? [`  - Source: ${source.join(': ')}`] : []),
    ...(finding.evidence ? [`  - Evidence (${md(finding.evidence.origin)}): ${code(finding.evidence.text, 400)}`] : []),
    ...more.map((text) => `  - ${md(text, 1000)}`),
    ...(remediation === '' ? [] : [`  - What to do: ${md(remediation, 1000)}`]),
  ];
}

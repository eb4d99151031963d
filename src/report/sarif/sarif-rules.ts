import { FINDINGS, isFindingCode } from '../../findings/findings.ts';
import { findingUrl } from '../../model/project.ts';
import { oneLine } from '../escape.ts';

/** Id of a rule; a report from anywhere may say anything where a code belongs. */
export function ruleId(code: string): string {
  return isFindingCode(code) ? code : 'UNKNOWN';
}

/** `UNSUPPORTED_MAP_TYPE` as `UnsupportedMapType`, the way rules are named. */
function ruleName(id: string): string {
  return id
    .split('_')
    .map((word) => word.charAt(0) + word.slice(1).toLowerCase())
    .join('');
}

/** A rule as `tool.driver.rules` has it. */
export function sarifRule(id: string) {
  const [title, help] = FINDINGS[isFindingCode(id) ? id : 'UNKNOWN'].rule;
  const text = oneLine(`${title}. ${help}`);
  return {
    id,
    name: ruleName(id),
    shortDescription: { text: `${title}.` },
    fullDescription: { text },
    helpUri: findingUrl(isFindingCode(id) ? id : 'UNKNOWN'),
    help: { text: help, markdown: `**${title}.**\n\n${help}` },
    defaultConfiguration: { level: 'error' },
    properties: { tags: ['bpf', 'compatibility'], precision: 'high' },
  };
}

import type { FindingCode } from '../../model/finding.ts';
import { arg, type Writer } from './writer.ts';

/** What a setting is called where the user writes it. */
const WORDS: Readonly<Record<string, string>> = {
  map_setting: 'the setting of map',
  program_type: 'the type of program',
  rodata: 'the value of variable',
  attach_target: 'the attach target of program',
  autoload: 'autoload of program',
};

export const SETTING_WORDS = {
  SETTING_NOT_APPLIED: (f) => ({
    title: `${WORDS[arg(f, 'kind', '')] ?? 'the setting of'} ${arg(f, 'name', '?')} could not be set: ${arg(f, 'detail', 'no reason known').replace(/[.\s]+$/, '')}`,
    explanation: 'The manifest or a flag asks for it, and this object does not take it.',
    remediation: 'Correct the name or the value in the manifest or on the command line.',
  }),
} as const satisfies Partial<Record<FindingCode, Writer>>;

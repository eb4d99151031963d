import { entry } from './entry.ts';
import { arg } from './writer.ts';

/** What a setting is called where the user writes it. */
const WORDS: Readonly<Record<string, string>> = {
  map_setting: 'the setting of map',
  program_type: 'the type of program',
  rodata: 'the value of variable',
  attach_target: 'the attach target of program',
  autoload: 'autoload of program',
  variant: 'the variant',
  companion: 'the companion program',
};

export const SETTING_FINDINGS = {
  SETTING_NOT_APPLIED: entry({
    group: 'object',
    rule: ['A setting could not be made', 'Correct the name or the value of the setting.'],
    needs: ['kind', 'name', 'detail'],
    args: ['near'],
    words: (f) => ({
      title: `${WORDS[arg(f, 'kind', '')] ?? 'the setting of'} ${arg(f, 'name', '?')} could not be set: ${arg(f, 'detail', 'no reason known').replace(/[.\s]+$/, '')}`,
      explanation: 'The manifest or a flag sets it, and this object does not have it.',
      remediation:
        f.args.near === undefined
          ? 'Correct the name or the value in the manifest or on the command line.'
          : `Did you mean ${f.args.near.split(', ').join(' or ')}? Correct the name in the manifest or on the command line.`,
    }),
  }),
  NO_VARIANT_LOADS: entry({
    group: 'kernel',
    rule: ['No program of a group can be loaded', 'Add a program that the kernel accepts to the group.'],
    needs: ['group', 'programs', 'reasons'],
    args: ['causes'],
    words: (f) => ({
      title: `no program of the group ${arg(f, 'group', '?')} can be loaded: ${arg(f, 'programs', 'none is there')}`,
      explanation: `One of them is to be loaded${f.args.release === undefined ? '' : ` on ${f.args.release}`}, and none can be: ${arg(f, 'reasons', 'no reason known').split('\n').join('; ')}.`,
      remediation: 'Add a program that this kernel accepts to the group, or leave this kernel out of the matrix.',
    }),
  }),
};

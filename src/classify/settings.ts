import { errnoName } from '../model/errno.ts';
import type { Evidence, Shim } from '../model/evidence.ts';
import { type Finding, programsOf } from '../model/finding.ts';
import { shimsOf } from '../model/shims.ts';
import { makeFinding, mergeFindings } from './make-finding.ts';
import { refine } from './refine.ts';

/** What the user sets, in the words of the `open` stage; all other shims are automatic. */
const REQUESTED = new Set([
  'map_setting',
  'program_type',
  'rodata',
  'attach_target',
  'autoload',
  'variant',
  'companion',
]);
const ENOENT = -2;
const ESRCH = -3;

export interface SettingFindings {
  /** Without these something else was tested than what the user wants to know. */
  readonly failed: readonly Finding[];
  /** Flags are for every object of a run: these are about others of it. */
  readonly notes: readonly Finding[];
}

/** What the caller knows of the names in settings. */
export interface SettingNames {
  /** Set by a flag, and another object of the run has it: this one need not. */
  inOtherObject(kind: string, subject: string): boolean;
  /** Names of the object that `subject` may be a slip of, best first. */
  near(kind: string, subject: string): readonly string[];
}

const NOTHING_KNOWN: SettingNames = { inOtherObject: () => false, near: () => [] };

/** Settings for the load that could not be made. */
export function settingFindings(evidence: Evidence, names: SettingNames = NOTHING_KNOWN): SettingFindings {
  const shims = shimsOf(evidence).filter(({ kind, errno }) => errno !== 0 && REQUESTED.has(kind));
  const isNote = ({ kind, subject, errno }: Shim): boolean => errno === ENOENT && names.inOtherObject(kind, subject);
  const found = mergeFindings(
    shims.filter((shim) => !isNote(shim)).map((shim) => settingFinding(shim, evidence, names)),
  );
  const notes = shims.filter(isNote).map((shim) => settingFinding(shim, evidence, names));
  return { failed: found, notes };
}

function settingFinding(shim: Shim, evidence: Evidence, names: SettingNames): Finding {
  const { kind, subject, detail, errno } = shim;
  const said = { text: `${kind} ${subject}: ${detail}`, origin: 'validator' };
  const common = { subject, confidence: 'high', evidence: said } as const;
  if (kind === 'attach_target' && errno === ESRCH) {
    const args = { program: subject, function: detail, errno: errnoName(errno), reason: 'btf' } as const;
    return refine(makeFinding({ ...common, code: 'ATTACH_TARGET_NOT_FOUND', phase: 'load', args }), evidence);
  }
  const near = errno === ENOENT ? names.near(kind, subject).join(', ') : '';
  const args = { kind, name: subject, detail, errno: errnoName(errno), near };
  return makeFinding({ ...common, code: 'SETTING_NOT_APPLIED', phase: 'open', args });
}

/**
 * The findings of a load that failed, without what follows from a setting that failed: a program that was to be attached
 * elsewhere fails over the target its object names, which says nothing.
 */
export function withoutRetargeted(load: readonly Finding[], settings: SettingFindings): Finding[] {
  const retargeted = new Set(
    settings.failed.filter(({ args }) => args['kind'] === 'attach_target' || args['program']).map((f) => f.subject),
  );
  return load.filter(({ args, subject }) => !retargeted.has(programsOf(args)[0] || subject));
}

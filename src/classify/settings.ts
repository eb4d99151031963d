import { errnoName } from '../model/errno.ts';
import { type Evidence, firstStage, type Shim } from '../model/evidence.ts';
import type { Finding } from '../model/finding.ts';
import { confirm } from './confirm.ts';
import { makeFinding } from './make-finding.ts';

/** What the user asks for, in the words of the `open` stage; all other shims are done unasked. */
const ASKED = new Set(['map_setting', 'program_type', 'rodata', 'attach_target', 'autoload']);
const ENOENT = -2;
const ESRCH = -3;

export interface SettingFindings {
  /** Settings that the object could have had: without them something else was asked than what the user wants to know. */
  readonly failed: readonly Finding[];
  /** Names that this object does not have; one manifest may serve several objects. */
  readonly remarks: readonly Finding[];
}

/** Settings for the load that could not be made. */
export function settingFindings(evidence: Evidence): SettingFindings {
  const shims = (firstStage(evidence, 'open')?.shims ?? []).filter(({ kind, errno }) => errno !== 0 && ASKED.has(kind));
  return {
    failed: shims.filter(({ errno }) => errno !== ENOENT).map((shim) => settingFinding(shim, evidence)),
    remarks: shims.filter(({ errno }) => errno === ENOENT).map((shim) => settingFinding(shim, evidence)),
  };
}

function settingFinding(shim: Shim, evidence: Evidence): Finding {
  const { kind, subject, detail, errno } = shim;
  const said = { text: `${kind} ${subject}: ${detail}`, origin: 'validator' };
  const common = { subject, confidence: 'high', evidence: said } as const;
  if (kind === 'attach_target' && errno === ESRCH) {
    const args = { program: subject, function: detail, errno: errnoName(errno), reason: 'btf' };
    return confirm(makeFinding({ ...common, code: 'ATTACH_TARGET_NOT_FOUND', phase: 'load', args }), evidence);
  }
  const args = { kind, name: subject, detail, errno: errnoName(errno) };
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
  return load.filter(({ args, subject }) => !retargeted.has(args['program'] ?? subject));
}

import { UsageError } from '../model/errors.ts';
import { option, phrase } from '../model/wording.ts';
import { missing } from './missing-option.ts';
import type { ValuesOf } from './options.ts';
import { checkFetchArtifactOptions } from './runtime-options.ts';
import { quoted } from './words.ts';

const ATTACH_MODES: Readonly<Record<string, 'disabled' | 'best-effort' | 'required'>> = {
  disabled: 'disabled',
  off: 'disabled',
  none: 'disabled',
  'best-effort': 'best-effort',
  required: 'required',
  strict: 'required',
};

type AttachMode = (typeof ATTACH_MODES)[string];

function attachModeOf(text: string): AttachMode {
  const mode = Object.hasOwn(ATTACH_MODES, text) ? ATTACH_MODES[text] : undefined;
  if (mode !== undefined) return mode;
  throw new UsageError(
    'flag_value',
    phrase`${option('attach-mode')} must be disabled, best-effort or required, not ${quoted(text)}`,
  );
}

function checkApiUrl(apiUrl: string): void {
  if (apiUrl === '') return;
  throw new UsageError(
    'not_available',
    phrase`${option('api-url')}: this agent decides itself; give it evidence and a trust file (${option('evidence', 'agent plan')}, ${option('trust', 'agent plan')})`,
  );
}

/** @throws UsageError that names the flag and the remedy */
export function checkAgentPlanOptions(values: ValuesOf<'agent plan'>): ValuesOf<'agent plan'> {
  checkApiUrl(values.apiUrl);
  return checkFetchArtifactOptions(values);
}

type Applying = ValuesOf<'agent apply'> | ValuesOf<'agent rollback'>;

function checkApply<T extends Applying>(values: T): Omit<T, 'attachMode'> & { readonly attachMode: AttachMode } {
  checkApiUrl(values.apiUrl);
  return { ...checkFetchArtifactOptions(values), attachMode: attachModeOf(values.attachMode) };
}

/** @throws UsageError that names the flag and the remedy */
export function checkAgentApplyOptions(values: ValuesOf<'agent apply'>) {
  if (values.approve !== '' && !values.approveLoad)
    throw new UsageError('missing_flag', phrase`${option('approve')} approves a load; add ${option('approve-load')}`);
  return checkApply(values);
}

/** @throws UsageError that names the flag and the remedy */
export function checkAgentRollbackOptions(values: ValuesOf<'agent rollback'>) {
  return checkApply(values);
}

/** @throws UsageError that names the flag and the remedy */
export function checkAgentPreflightOptions(values: ValuesOf<'agent preflight'>): ValuesOf<'agent preflight'> {
  checkApiUrl(values.apiUrl);
  return values;
}

/** @throws UsageError `missing_flag` */
export function checkAgentApproveOptions(values: ValuesOf<'agent approve'>): ValuesOf<'agent approve'> {
  if (values.decision === '') throw missing('decision', 'plan.json');
  if (values.out === '') throw missing('out', 'approval.json');
  return values;
}

/** @throws UsageError `missing_flag` */
export function checkAgentLedgerOptions(values: ValuesOf<'agent ledger'>): ValuesOf<'agent ledger'> {
  if (values.key !== '' && values.checkpoint === '') throw missing('checkpoint', 'ledger.checkpoint.json');
  return values;
}

/** @throws UsageError that names the flag and the remedy; `host_load_not_allowed` without the flag that allows it */
export function checkAgentWorkOptions(values: ValuesOf<'agent work'>): ValuesOf<'agent work'> {
  if (values.queue === '') throw missing('queue', '/var/lib/bpfcompat/execute-queue');
  if (values.loadPolicy === '') throw missing('load-policy', 'execute.yaml');
  if (!values.allowHostLoad)
    throw new UsageError(
      'host_load_not_allowed',
      phrase`${option('allow-host-load', 'agent work')} is missing: this command loads objects on this host for the time of a check`,
    );
  return values;
}

/** @throws UsageError that names the flag and the remedy; `host_load_not_allowed` without the flag that allows it */
export function checkRuntimeExecuteOptions(values: ValuesOf<'runtime execute'>) {
  if (!values.allowHostLoad)
    throw new UsageError(
      'host_load_not_allowed',
      phrase`${option('allow-host-load')} is missing: this command loads the object on this host for the time of a check; "bpfcompat test" loads it in a VM`,
    );
  return { ...checkFetchArtifactOptions(values), attachMode: attachModeOf(values.attachMode) };
}

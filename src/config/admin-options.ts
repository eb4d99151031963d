import { UsageError } from '../model/errors.ts';
import { option, phrase } from '../model/wording.ts';
import { missing } from './missing-option.ts';
import type { ValuesOf } from './options.ts';

/** @throws UsageError that names the flag and the remedy */
export function checkRevokeOptions(values: ValuesOf<'admin revoke-token'>): ValuesOf<'admin revoke-token'> {
  if (values.subject === '') throw missing('subject', 'ci');
  if ((values.tenant === '') !== values.allTenants)
    throw new UsageError(
      'missing_flag',
      phrase`say whose tokens are meant: either ${option('tenant')} or ${option('all-tenants')}`,
    );
  return values;
}

/** @throws UsageError that names the flag and the remedy */
export function checkExportOptions(values: ValuesOf<'admin audit-export'>): ValuesOf<'admin audit-export'> {
  if (values.signKey !== '' && values.out === '') throw missing('out', 'events.jsonl');
  if (values.sigOut !== '' && values.signKey === '') throw missing('sign-key', 'audit.ed25519');
  return values;
}

/** @throws UsageError that names the flag and the remedy */
export function checkAuditVerifyOptions(values: ValuesOf<'admin audit-verify'>): ValuesOf<'admin audit-verify'> {
  if (values.input === '') throw missing('input', 'events.jsonl');
  if ((values.pubkey === '') !== values.trustEnvelopeKey)
    throw new UsageError(
      'missing_flag',
      phrase`say which key counts: either ${option('pubkey')} or ${option('trust-envelope-key')}`,
    );
  return values;
}

import { UsageError } from '../model/errors.ts';
import { ID_PATTERN } from '../model/kernel.ts';
import { option, phrase } from '../model/wording.ts';
import { missing } from './missing-option.ts';
import type { ValuesOf } from './options.ts';
import { quoted } from './words.ts';

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/** A name of the registry, or all of them. */
const isReach = (word: string): boolean => word === '*' || ID_PATTERN.test(word);

/** @throws UsageError that names the flag and the remedy */
export function checkCreateOptions(values: ValuesOf<'admin create-token'>): ValuesOf<'admin create-token'> {
  const { subject, tenant, project, expiresAt } = values;
  if (subject === '') throw missing('subject', 'ci');
  if (tenant === '') throw missing('tenant', 'acme');
  if (project.length === 0) throw missing('project', 'net');
  const wrong = isReach(tenant) ? project.find((one) => !isReach(one)) : tenant;
  if (wrong !== undefined)
    throw new UsageError(
      'bad_name',
      phrase`${option(wrong === tenant ? 'tenant' : 'project')} ${quoted(wrong)}: at most 64 letters, digits and "._-", or * for all`,
    );
  if (expiresAt !== '' && !RFC_3339.test(expiresAt))
    throw new UsageError('bad_time', phrase`${option('expires-at')} is no time; write 2027-01-01T00:00:00Z`);
  return values;
}

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

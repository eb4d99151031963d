import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import * as z from 'zod';
import { UsageError } from '../model/errors.ts';
import type { Identity } from './access.ts';

const MAX_MAP_BYTES = 1024 * 1024;
/** What a certificate is good for unless the list says. */
const DEFAULT_SCOPES = ['validate', 'read', 'compare', 'delivery'];

const text = z.string().min(1);
const Entry = z
  .strictObject({
    certificate_subject: text.optional(),
    common_name: text.optional(),
    serial_hex: text.optional(),
    organization: z.array(text).optional(),
    subject: text,
    tenant: z.string().default(''),
    projects: z.array(z.string()).default([]),
    scopes: z.array(text).optional(),
    roles: z.array(text).optional(),
  })
  .refine((one) => one.certificate_subject || one.common_name || one.serial_hex || one.organization?.length, {
    error: 'needs certificate_subject, common_name, serial_hex or organization',
  });
const IdentityMap = z.strictObject({ schema_version: z.string().optional(), identities: z.array(Entry) });
type Entry = z.infer<typeof Entry>;

/** What identities are found by. */
export interface CertificateFacts {
  /** As RFC 2253 writes it: `CN=ci,O=Example`. */
  readonly subject: string;
  readonly commonName: string;
  readonly organizations: readonly string[];
  /** Lower case, without leading zeros. */
  readonly serial: string;
}

/** Who a certificate is; undefined for one that is not in the list. */
export type Identities = (certificate: CertificateFacts) => Identity | undefined;

const serialOf = (hex: string): string =>
  hex
    .toLowerCase()
    .replaceAll(':', '')
    .replace(/^0+(?=.)/, '');

/** @param raw DER */
export function certificateFacts(raw: Buffer): CertificateFacts {
  const { subject, serialNumber } = new X509Certificate(raw);
  const parts = subject.split('\n').filter((part) => part !== '');
  const valuesOf = (key: string): string[] =>
    parts.filter((part) => part.startsWith(`${key}=`)).map((part) => part.slice(key.length + 1));
  return {
    subject: [...parts].reverse().join(','),
    commonName: valuesOf('CN')[0] ?? '',
    organizations: valuesOf('O'),
    serial: serialOf(serialNumber),
  };
}

/** All selectors that an identity has must fit. */
function fits(one: Entry, { subject, commonName, organizations, serial }: CertificateFacts): boolean {
  return (
    (one.certificate_subject === undefined || one.certificate_subject === subject) &&
    (one.common_name === undefined || one.common_name === commonName) &&
    (one.serial_hex === undefined || serialOf(one.serial_hex) === serial) &&
    (one.organization === undefined || one.organization.every((name) => organizations.includes(name)))
  );
}

/** Reads the list of identities. @throws UsageError for a file that cannot be used */
export function readIdentities(path: string, cwd: string): Identities {
  const file = resolve(cwd, path);
  try {
    if (statSync(file).size > MAX_MAP_BYTES) throw new Error(`it has more than ${MAX_MAP_BYTES} bytes`);
    const { identities } = IdentityMap.parse(JSON.parse(readFileSync(file, 'utf8')));
    return (certificate) => {
      const found = identities.find((one) => fits(one, certificate));
      return (
        found && {
          kind: 'certificate',
          subject: found.subject,
          scopes: new Set(found.scopes ?? DEFAULT_SCOPES),
          roles: new Set(found.roles),
          tenant: found.tenant,
          projects: found.projects,
        }
      );
    };
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : (cause as Error).message;
    throw new UsageError('identities_unreadable', `BPFCOMPAT_API_MTLS_IDENTITY_MAP_PATH ${path}: ${why}`, { cause });
  }
}

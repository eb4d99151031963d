import { UsageError } from '../model/errors.ts';
import { option, phrase } from '../model/wording.ts';
import { missing } from './missing-option.ts';
import type { ValuesOf } from './options.ts';
import { parseInteger, quoted } from './words.ts';

type Fetching =
  | ValuesOf<'runtime fetch'>
  | ValuesOf<'runtime execute'>
  | ValuesOf<'agent plan'>
  | ValuesOf<'agent apply'>
  | ValuesOf<'agent rollback'>;
type Selecting = ValuesOf<'runtime select'> | Fetching;

function checkSelecting(values: Selecting): void {
  if (values.artifactName === '') throw missing('artifact-name', 'conn');
  if (values.digest !== '') checkDigest(values.digest);
  const { policyMaxRequiredFailed: most } = values;
  const number = most === '' ? 0 : parseInteger(most);
  if (number === undefined || number < 0)
    throw new UsageError(
      'flag_value',
      phrase`${option('policy-max-required-failed')} must be a whole number of at least 0, not ${quoted(most)}`,
    );
}

function checkOffline({ offline, evidence }: Selecting, sources: readonly string[]): void {
  const image = [...evidence, ...sources].find((place) => place.startsWith('oci://'));
  if (offline && image !== undefined)
    throw new UsageError(
      'flag_conflict',
      phrase`${quoted(image)} is read from the network, which ${option('offline')} rules out`,
    );
}

function checkDigest(text: string): void {
  if (!/^[0-9a-f]{64}$/.test(text))
    throw new UsageError('flag_value', phrase`${option('digest')} must be a SHA-256 in hex, not ${quoted(text)}`);
}

/** @throws UsageError that names the flag and the remedy */
export function checkSelectOptions(values: ValuesOf<'runtime select'>): ValuesOf<'runtime select'> {
  checkSelecting(values);
  checkOffline(values, []);
  return values;
}

/** @throws UsageError `missing_flag` */
export function checkPushOptions(values: ValuesOf<'runtime push'>): ValuesOf<'runtime push'> {
  if (values.artifact === '') throw missing('artifact', 'conn.bpf.o');
  if (values.image === '') throw missing('image', 'ghcr.io/acme/conn:1.4.0');
  return values;
}

/** @throws UsageError that names the flag and the remedy */
export function checkFetchArtifactOptions<T extends Fetching>(values: T): T {
  checkSelecting(values);
  checkOffline(values, values.source);
  if (!values.requireVerifiedHistory)
    throw new UsageError(
      'unverified_fetch',
      phrase`${option('require-verified-history')}=false would fetch an object that no evidence was verified for; leave it out and sign evidence with "attest create"`,
    );
  return values;
}

/** @throws UsageError `missing_flag` without a report */
export function checkAttestCreateOptions(values: ValuesOf<'attest create'>): ValuesOf<'attest create'> {
  if (values.report.length === 0) throw missing('report', 'report.json');
  const { unsigned, key, keyless, signingConfig } = values;
  if (unsigned !== '' && (key !== '' || keyless))
    throw new UsageError(
      'flag_conflict',
      phrase`${option('unsigned')} signs nothing; leave out ${key === '' ? option('keyless') : option('key')}`,
    );
  if (keyless && key !== '')
    throw new UsageError('flag_conflict', phrase`${option('keyless')} signs without ${option('key')}; keep one`);
  if (signingConfig !== '' && !keyless)
    throw new UsageError(
      'flag_conflict',
      phrase`${option('signing-config')} says where ${option('keyless')} signs; add that, or leave it out`,
    );
  return values;
}

/** The options of `attest verify`. */
export interface AttestVerifyOptions extends ValuesOf<'attest verify'> {
  readonly bundles: readonly string[];
}

/** @throws UsageError without a bundle, or for a digest that is none */
export function checkAttestVerifyOptions(
  values: ValuesOf<'attest verify'>,
  bundles: readonly string[],
): AttestVerifyOptions {
  if (bundles.length === 0)
    throw new UsageError('missing_argument', 'name the bundles to verify: bpfcompat attest verify FILE...');
  if (values.digest !== '') checkDigest(values.digest);
  if (values.digest !== '' && values.artifact !== '')
    throw new UsageError('flag_conflict', phrase`${option('artifact')} and ${option('digest')} say the same; keep one`);
  return { ...values, bundles };
}

/** @throws UsageError that names the flag and the remedy */
export function checkAttestIndexOptions(values: ValuesOf<'attest index'>): ValuesOf<'attest index'> {
  if (values.out === '') throw missing('out', 'index.sigstore.json');
  for (const one of values.withdraw)
    if (!/^[0-9a-f]{64}=.+$/.test(one))
      throw new UsageError(
        'flag_value',
        phrase`${option('withdraw')} must be a SHA-256 in hex, =, and the reason, not ${quoted(one)}`,
      );
  return values;
}

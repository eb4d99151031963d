import { bundleToJSON } from '@sigstore/bundle';
import { SigningConfig } from '@sigstore/protobuf-specs';
import {
  type BundleBuilder,
  bundleBuilderFromSigningConfig,
  CIContextProvider,
  DSSEBundleBuilder,
  FulcioSigner,
  RekorWitness,
} from '@sigstore/sign';
import { HostError, messageOf, UsageError } from '../model/errors.ts';

/** Signs a document, without a key of one's own. @returns the text of a Sigstore bundle, with one line feed at the end */
export type KeylessSign = (document: unknown, payloadType: string) => Promise<string>;

const CONFIG_TYPE = 'application/vnd.dev.sigstore.signingconfig.v0.2+json';
const TIMEOUT_MS = 30_000;

/** What the user can do about each code of the library; its own messages may have the token in them. */
const REMEDY: Readonly<Record<string, string>> = {
  IDENTITY_TOKEN_READ_ERROR:
    'there is no token that says who this job is; give the job the permission id-token: write, or set SIGSTORE_ID_TOKEN',
  IDENTITY_TOKEN_PARSE_ERROR: 'the token that says who this job is cannot be read',
  CA_CREATE_SIGNING_CERTIFICATE_ERROR: 'the certificate authority gave no certificate',
  TLOG_CREATE_ENTRY_ERROR: 'the log took no entry',
  TLOG_FETCH_ENTRY_ERROR: 'the log did not show its entry',
  TSA_CREATE_TIMESTAMP_ERROR: 'the authority of timestamps gave none',
};

function failed(error: unknown): HostError {
  const { code = '', cause } = error as { code?: string; cause?: { statusCode?: number; code?: string } };
  const status = cause?.statusCode ?? cause?.code;
  const why = REMEDY[code] ?? 'the signature could not be made';
  return new HostError('keyless_failed', status === undefined ? why : `${why} (${status})`, { cause: error });
}

function readConfig(text: string): SigningConfig {
  const json = JSON.parse(text);
  if (json?.mediaType === CONFIG_TYPE) return SigningConfig.fromJSON(json);
  throw new Error(`its media type must be ${CONFIG_TYPE}`);
}

/**
 * Signs as the workflow that this runs in: a certificate authority of Sigstore vouches for its token, and a log keeps the
 * signature, for everybody to see and for good. With this step alone are other machines talked to.
 * @param config the instance of Sigstore; undefined: the public one
 * @throws UsageError `signing_config`; the signer throws HostError `keyless_failed`
 */
export function keylessSigner(config: { file: string; text: string } | undefined): KeylessSign {
  const identityProvider = new CIContextProvider('sigstore');
  const options = { timeout: TIMEOUT_MS, retry: 2 };
  const builderOf = (): BundleBuilder => {
    if (config === undefined)
      return new DSSEBundleBuilder({
        signer: new FulcioSigner({ identityProvider, ...options }),
        witnesses: [new RekorWitness({ entryType: 'dsse', ...options })],
      });
    try {
      const signingConfig = readConfig(config.text);
      const how = { signingConfig, identityProvider, bundleType: 'dsseEnvelope', fetchOptions: options } as const;
      return bundleBuilderFromSigningConfig(how);
    } catch (error) {
      throw new UsageError('signing_config', `${config.file}: no signing config of Sigstore: ${messageOf(error)}`);
    }
  };
  const builder = builderOf();
  return async (document, type) => {
    try {
      const bundle = await builder.create({ data: Buffer.from(JSON.stringify(document)), type });
      return `${JSON.stringify(bundleToJSON(bundle))}\n`;
    } catch (error) {
      throw failed(error);
    }
  };
}

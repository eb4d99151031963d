import type { Host } from '../../../host/host.ts';
import { HostError } from '../../../model/errors.ts';
import {
  factsOf,
  headerBytes,
  INTRO_BYTES,
  LEAD_BYTES,
  parseHeader,
  type RpmFacts,
  SIGNATURE_TAG,
  signaturesOf,
} from './header.ts';

/** The parts of a package file. */
export interface RpmFile {
  readonly path: string;
  readonly facts: RpmFacts;
  /** The main header, byte for byte. */
  readonly header: Uint8Array;
  /** Bytes before the main header and before the payload. */
  readonly headerAt: number;
  readonly payloadAt: number;
  /** OpenPGP signatures over the main header. */
  readonly headerSignatures: readonly Uint8Array[];
  /** OpenPGP signatures over the main header and the payload: all that packages of the time of EL7 have. */
  readonly wholeSignatures: readonly Uint8Array[];
}

/** @throws HostError `bad_package` */
export async function readPackage(host: Host, path: string): Promise<RpmFile> {
  const upTo = async (bytes: number): Promise<Uint8Array> => {
    const head = await host.files.readHead(path, bytes);
    if (head.length === bytes) return head;
    throw new HostError(
      'bad_package',
      `${path}: the file ends within its headers; nothing was used, choose another mirror`,
    );
  };
  try {
    const signatureBytes = headerBytes((await upTo(LEAD_BYTES + INTRO_BYTES)).subarray(LEAD_BYTES), 'signatures');
    const headerAt = LEAD_BYTES + Math.ceil(signatureBytes / 8) * 8;
    const mainBytes = headerBytes((await upTo(headerAt + INTRO_BYTES)).subarray(headerAt), 'main');
    const head = await upTo(headerAt + mainBytes);
    const header = head.subarray(headerAt);
    const signatures = parseHeader(
      head.subarray(LEAD_BYTES, LEAD_BYTES + signatureBytes),
      Object.values(SIGNATURE_TAG),
    );
    const all = (...tags: number[]): Uint8Array[] => tags.flatMap((tag) => signaturesOf(signatures, tag));
    return {
      path,
      facts: factsOf(header),
      header,
      headerAt,
      payloadAt: headerAt + mainBytes,
      headerSignatures: all(SIGNATURE_TAG.rsaHeader, SIGNATURE_TAG.dsaHeader, SIGNATURE_TAG.openPgp),
      wholeSignatures: all(SIGNATURE_TAG.pgp, SIGNATURE_TAG.gpg),
    };
  } catch (error) {
    if (error instanceof RangeError) {
      throw new HostError('bad_package', `${path}: its headers are damaged; nothing was used, choose another mirror`, {
        cause: error,
      });
    }
    throw error;
  }
}

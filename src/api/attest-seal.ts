import { resolve } from 'node:path';
import type { Host } from '../host/host.ts';
import { UsageError } from '../model/errors.ts';
import { IN_TOTO, signBundle } from '../runtime/envelope.ts';
import { chosenSigner } from '../runtime/key-file.ts';
import type { PublicKeyFacts } from '../runtime/signer.ts';

/** Makes a bundle of a document. */
export type Seal = (document: unknown) => Promise<{ readonly text: string } & Partial<PublicKeyFacts>>;

const MAX_CONFIG = 256 * 1024;

interface Signing {
  readonly key: string;
  readonly keyless: boolean;
  readonly signingConfig: string;
}

interface Place {
  readonly host: Host;
  readonly workdir: string;
}

/** How the statements are signed. @throws UsageError for keys and files that do not fit */
export async function sealOf(options: Signing, { host, workdir }: Place, cwd: string): Promise<Seal> {
  if (!options.keyless) {
    const sign = await chosenSigner(host, options.key === '' ? '' : resolve(cwd, options.key), workdir);
    return (document) => signBundle(document, IN_TOTO, sign);
  }
  const file = options.signingConfig === '' ? '' : resolve(cwd, options.signingConfig);
  if (file !== '' && !(await host.files.stat(file))?.isFile)
    throw new UsageError('signing_config', `${file}: there is no such file; name a signing_config.json`);
  const text = file === '' ? '' : (await host.files.read(file, MAX_CONFIG)).toString('utf8');
  // Many modules, which nothing else needs. Of ours, since a bundled CommonJS module has no names to import.
  const { keylessSigner } = await import('../runtime/keyless-signer.ts');
  const sign = keylessSigner(file === '' ? undefined : { file, text });
  return async (document) => ({ text: await sign(document, IN_TOTO) });
}

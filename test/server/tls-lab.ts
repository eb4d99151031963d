import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Certificate {
  /** Paths of PEM files. */
  readonly cert: string;
  readonly key: string;
  readonly certPem: string;
  readonly keyPem: string;
}

/** Certificates of authorities that no one else has, made by openssl in a directory that goes with it. */
export interface TlsLab extends Disposable {
  readonly dir: string;
  authority(name: string): Certificate;
  /** @param subject as openssl takes it: `/O=Example/CN=ci` @param days how long it is valid; negative: it has expired */
  issue(by: Certificate, subject: string, days?: number): Certificate;
}

export function tlsLab(): TlsLab {
  const dir = mkdtempSync(join(tmpdir(), 'bpfcompat-tls-'));
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { stdio: 'pipe' });
  const files = (name: string) => ({ cert: join(dir, `${name}.crt`), key: join(dir, `${name}.key`) });
  const read = (own: ReturnType<typeof files>): Certificate => ({
    ...own,
    certPem: readFileSync(own.cert, 'utf8'),
    keyPem: readFileSync(own.key, 'utf8'),
  });
  const freshKey = (key: string) => ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key];
  const names = join(dir, 'names.cnf');
  writeFileSync(names, '[own]\nsubjectAltName=IP:127.0.0.1,DNS:localhost\n');
  let serial = 0xab0000;
  return {
    dir,
    authority(name) {
      const own = files(name);
      openssl('req', '-x509', ...freshKey(own.key), '-out', own.cert, '-subj', `/CN=${name}`, '-days', '2');
      return read(own);
    },
    issue(by, subject, days = 2) {
      serial++;
      const own = files(serial.toString(16));
      const request = join(dir, 'request.csr');
      openssl('req', '-new', ...freshKey(own.key), '-out', request, '-subj', subject);
      const signer = ['-CA', by.cert, '-CAkey', by.key, '-set_serial', `0x${serial.toString(16)}`, '-days', `${days}`];
      openssl('x509', '-req', '-in', request, ...signer, '-extfile', names, '-extensions', 'own', '-out', own.cert);
      return read(own);
    },
    [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }),
  };
}

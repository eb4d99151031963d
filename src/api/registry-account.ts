import { join } from 'node:path';
import * as z from 'zod';
import type { Host } from '../host/host.ts';
import type { RegistryAccount } from '../kernels/sources/oci/accounts.ts';
import { UsageError } from '../model/errors.ts';
import type { ImageName } from '../model/oci-source.ts';

const MAX_FILE = 1024 * 1024;
const DEFAULT_REGISTRY = 'ghcr.io';
/** What logins of docker.io are kept under. */
const DOCKER_HUB = ['https://index.docker.io/v1/', 'index.docker.io', 'registry-1.docker.io'];

const AuthFile = z.object({
  auths: z.record(z.string(), z.object({ auth: z.string().default('') })).default({}),
});

/** `USER:PASSWORD`. @param where what a message calls it; the text itself is in no message */
function split(text: string, where: string): { readonly user: string; readonly password: string } {
  const colon = text.indexOf(':');
  if (colon > 0) return { user: text.slice(0, colon), password: text.slice(colon + 1) };
  throw new UsageError('login_invalid', `${where} is not USER:PASSWORD; write both, with a colon between them`);
}

/** Files in which docker, podman, skopeo and oras keep who is logged in, the first that counts. */
function authFiles({ env }: Host): string[] {
  const { REGISTRY_AUTH_FILE: own = '', DOCKER_CONFIG: docker = '', HOME: home = '' } = env;
  if (own !== '') return [own];
  if (docker !== '') return [join(docker, 'config.json')];
  return home === '' ? [] : [join(home, '.docker', 'config.json')];
}

/** Names that a login for an image may be kept under, the most exact first. */
function keysOf({ host, repository }: ImageName): string[] {
  const parts = repository.split('/');
  const spaces = parts.map((_, index) => [host, ...parts.slice(0, parts.length - index)].join('/'));
  const hub = host === 'docker.io' ? DOCKER_HUB : [];
  return [...spaces, host, `https://${host}`, `https://${host}/v1/`, `https://${host}/v2/`, ...hub];
}

async function fromFile(host: Host, file: string, name: ImageName) {
  if ((await host.files.stat(file)) === undefined) return undefined;
  let auths: z.infer<typeof AuthFile>['auths'];
  try {
    auths = AuthFile.parse(JSON.parse((await host.files.read(file, MAX_FILE)).toString('utf8'))).auths;
  } catch {
    // What stands there may be a password: no message has it.
    throw new UsageError('login_invalid', `${file} holds no logins as docker writes them ({"auths": {...}})`);
  }
  const key = keysOf(name).find((one) => Object.hasOwn(auths, one));
  const auth = (key && auths[key]?.auth) || '';
  return auth === ''
    ? undefined
    : split(Buffer.from(auth, 'base64').toString('utf8'), `the login of ${key} in ${file}`);
}

/** The account that the token of the environment is for: the only one that names in files of a repository can use. */
export function tokenAccount({ env }: Host): RegistryAccount | undefined {
  const password = env['BPFCOMPAT_REGISTRY_TOKEN'] ?? '';
  return password === '' ? undefined : { host: env['BPFCOMPAT_REGISTRY'] || DEFAULT_REGISTRY, user: 'token', password };
}

/**
 * The account to use an image with: of the environment for one registry, else what docker and others keep for it.
 * @param pushing the login of the environment is for the registry that is pushed to, unless it names another
 * @throws UsageError `login_invalid`
 */
export async function accountFor(host: Host, name: ImageName, pushing = false): Promise<RegistryAccount | undefined> {
  const { BPFCOMPAT_REGISTRY_LOGIN: login = '', BPFCOMPAT_REGISTRY: set = '' } = host.env;
  const base = { host: name.host, tokenHost: host.env['BPFCOMPAT_REGISTRY_TOKEN_HOST'] || undefined };
  const named = set || (pushing ? name.host : DEFAULT_REGISTRY);
  if (login !== '' && named === name.host) return { ...base, ...split(login, 'BPFCOMPAT_REGISTRY_LOGIN') };
  const token = tokenAccount(host);
  if (token?.host === name.host) return { ...token, ...base };
  for (const file of authFiles(host)) {
    const known = await fromFile(host, file, name);
    if (known) return { ...base, ...known };
  }
  return undefined;
}

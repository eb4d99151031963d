import type { ImageName } from '../../../model/oci-source.ts';

/** An account of one registry. No other host gets its password, but for the token service of that registry. */
export interface RegistryAccount {
  /** With its port, as images name it. */
  readonly host: string;
  readonly user: string;
  readonly password: string;
  /** Host of the token service, where the user says that it is another one. */
  readonly tokenHost?: string | undefined;
}

const DOCKER_HUB = /^(?:index\.)?docker\.io$/;
/** Token services of registries that are known to have them on another host. */
const TOKEN_HOSTS: Readonly<Record<string, string>> = {
  'registry-1.docker.io': 'auth.docker.io',
  'registry.gitlab.com': 'gitlab.com',
};

/** Where a registry really is: that of docker.io has another name, and its own images lie in `library/`. */
export function registryPlace({ host, repository }: ImageName): { readonly host: string; readonly repository: string } {
  if (!DOCKER_HUB.test(host)) return { host, repository };
  return {
    host: 'registry-1.docker.io',
    repository: repository.includes('/') ? repository : `library/${repository}`,
  };
}

/** `Basic ...` of an account of the registry of an image; undefined for one of another registry. */
export function basicOf(account: RegistryAccount | undefined, { host }: ImageName): string | undefined {
  if (account === undefined || account.host !== host) return undefined;
  return `Basic ${Buffer.from(`${account.user}:${account.password}`).toString('base64')}`;
}

/** Whether a token service may see the password: it is the registry itself, a known one of it, or named by the user. */
export function mayKnow(service: URL, registryHost: string, account: RegistryAccount | undefined): boolean {
  return [registryHost, TOKEN_HOSTS[registryHost], account?.tokenHost].includes(service.host);
}

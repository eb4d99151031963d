import type * as z from 'zod';
import { messageOf } from '../model/errors.ts';
import { withoutDirectories } from './problem.ts';
import { isRegistryOn } from './registry-access.ts';
import type { Config, Readiness } from './schemas.ts';
import type { Services } from './services.ts';

/** The switches of a server, every risky one among them. */
export async function configOf(services: Services): Promise<z.infer<typeof Config>> {
  const { settings, authenticate } = services;
  const registryOn = await isRegistryOn(services).catch(() => false);
  const { env, anonymous } = settings;
  return {
    write_api_key_configured: env.writeKey !== '',
    write_identity_verifier_enabled:
      authenticate.configured &&
      (env.hs256Secret + env.jwksPath + env.jwksUrl + env.oidcIssuer !== '' || env.identityMap !== ''),
    write_require_identity: env.requireIdentity,
    allow_anonymous_validate: anonymous.validate,
    allow_anonymous_read: anonymous.read,
    allow_anonymous_write: anonymous.write,
    allow_anonymous_runtime_delivery: anonymous.delivery,
    registry_require_identity: env.registryIdentity,
    registry_enabled: registryOn,
    runtime_execute_enabled: env.runtimeExecute,
    runtime_execute_kill_switch: env.executeKillSwitch,
    runtime_execute_approval_configured: env.executeApproval !== '',
    fetch_internal_hosts: settings.internalFetch,
    public_demo: settings.demo,
    offline: settings.offline,
    metrics: env.metrics,
  };
}

/** Whether jobs can be taken, and why not. */
export async function readiness({
  settings,
  host,
  jobs,
}: Services): Promise<Omit<z.infer<typeof Readiness>, 'version'>> {
  const workdir = await host.files.checkWritable(settings.workdir).then(
    () => ({ name: 'workdir', ok: true }),
    (error: unknown) => ({ name: 'workdir', ok: false, message: withoutDirectories(messageOf(error)) }),
  );
  // What TLS needs was read when the server began.
  const checks = [workdir, ...(settings.tls ? [{ name: 'tls_material', ok: true }] : [])];
  if (jobs.stopping) return { status: 'stopping', checks };
  return { status: checks.every(({ ok }) => ok) ? 'ok' : 'failing', checks };
}

import { type Probe, probeDocument } from '../runtime/probe.ts';
import { readHost } from '../runtime/read-host.ts';
import { type Environment, environmentOf } from './services.ts';

/** Describes this machine by what anybody may read: loads nothing, runs nothing, needs no privilege. */
export async function probeHost(options: Environment): Promise<Probe> {
  const { host } = environmentOf(options);
  return probeDocument(await readHost(host), host.now());
}

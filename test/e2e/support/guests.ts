import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { createServices, environmentOf } from '../../../src/api/services.ts';
import { useStore } from '../../../src/api/store-use.ts';
import { findProfile } from '../../../src/config/catalog.ts';
import type { GuestRequest, GuestSource } from '../../../src/guests/guest.ts';
import type { Evidence, Stage } from '../../../src/model/evidence.ts';
import type { GuestEntry } from '../../../src/model/guest-entry.ts';
import { createCatalog } from '../../../src/run/resolve.ts';

/** Guests of one kernel, for requests that no command of the product makes. */
export interface Guests {
  readonly source: GuestSource;
  /** What gives a guest a shell. */
  readonly shell: GuestEntry;
  /** Sends one request to a guest of its own. @param limitMs for the whole result */
  send(partial: Partial<GuestRequest>, limitMs?: number, onStage?: (stage: Stage) => void): Promise<Evidence>;
}

const BOOT_MS = 120_000;

/** @param scratch directory for the logs of the guests */
export async function guestsOf(scratch: string, kernel: string): Promise<Guests> {
  const environment = environmentOf({});
  const { signal } = new AbortController();
  const profile = await findProfile(createCatalog(environment), kernel);
  const options = {
    arches: [profile.arch],
    isolation: 'cell',
    offline: true,
    refresh: false,
    signal,
    onEvent: () => {},
  } as const;
  const store = await useStore(environment.host, signal);
  const services = await createServices(environment, store, options);
  const { files } = await services.ensureKernel(profile, { signal, onProgress: () => {}, onNote: () => {} });
  const chosen = services.createLanes(() => {}, []).of(profile);
  if ('unavailable' in chosen) throw new Error(chosen.unavailable);
  if (!('prepare' in chosen.lane)) throw new Error(`${kernel} is a disk image`);
  const source = await chosen.lane.prepare(profile, files, signal);
  const open = { signal, bootTimeoutMs: BOOT_MS, dir: mkdtempSync(join(scratch, 'guest-')) };
  await source.warm?.(open);
  const shell = await services.ensureShell(profile.arch, { signal, onNote: () => {} });
  return {
    source,
    shell,
    async send(partial, limitMs = 60_000, onStage = () => {}) {
      await using guest = await source.open({ ...open, dir: mkdtempSync(join(scratch, 'guest-')) });
      const request = {
        artifact: new Uint8Array(),
        artifactName: 'object.bpf.o',
        attachMode: 'best-effort',
        probeFeatures: false,
        functionalTests: [],
        requiredPrograms: [],
        tuning: [],
        workTimeoutMs: limitMs - 1000,
        ...partial,
      } as const;
      return await guest.run(request, { signal, timeoutMs: limitMs, onStage });
    },
  };
}

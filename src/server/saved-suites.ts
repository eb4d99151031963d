import { join } from 'node:path';
import type { ResolvedEnvironment } from '../api/services.ts';
import { readSiteInputs } from '../api/site-inputs.ts';
import { realPlaceOf, within } from '../run/confine.ts';
import type { SiteInput } from '../site/site.ts';
import { SUITES } from './job-store.ts';
import { createKept } from './kept.ts';

/** The newest suites that jobs ran, each with the reports of its cases. */
export function createSavedSuites({ host, cwd }: ResolvedEnvironment, workdir: string, most: number) {
  const top = join(workdir, SUITES);
  const known = createKept<SiteInput>(most);
  return {
    /** Changes whenever a suite ends. */
    async mark(): Promise<string> {
      return String((await host.files.stat(top))?.mtimeMs ?? 0);
    },
    async inputs(): Promise<SiteInput[]> {
      await host.files.rejectLink(top);
      const names = (await host.files.list(top).catch(() => [])).filter((name) =>
        /^job-[0-9a-f]{32}\.json$/.test(name),
      );
      const stats = await Promise.all(
        names.map(async (name) => [name, await host.files.stat(join(top, name))] as const),
      );
      const files = stats.flatMap(([name, stat]) => (stat?.isFile ? [{ name, at: stat.mtimeMs }] : []));
      const newest = files.sort((a, b) => b.at - a.at).slice(0, most);
      const inputs: SiteInput[] = [];
      for (const { name } of newest) {
        const file = join(top, name);
        const places = [file, file.replace(/\.json$/, '')];
        const real = await Promise.all([top, ...places].map((place) => realPlaceOf(host, place)));
        if (!real.every((place) => within(real[0] ?? '', place))) continue;
        const own = known.get(name) ?? (await readSiteInputs(host, cwd, places).catch(() => undefined))?.inputs[0];
        if (own) inputs.push(own);
        if (own) known.set(name, own);
      }
      return inputs;
    },
  };
}

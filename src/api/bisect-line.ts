import { builtinRows } from '../config/builtin-profiles.ts';
import { findProfile } from '../config/catalog.ts';
import { quoted } from '../config/words.ts';
import { offersOf } from '../kernels/offers.ts';
import type { OfferedBuild } from '../kernels/sources/source.ts';
import type { FetchListener } from '../kernels/unpacked.ts';
import { UsageError } from '../model/errors.ts';
import type { LockedKernel, Profile } from '../model/kernel.ts';
import { compareVersions } from '../model/kernel-range.ts';
import { flag, option, phrase } from '../model/wording.ts';
import { createCatalog } from '../run/resolve.ts';
import type { ResolvedEnvironment } from './services.ts';

/** One kernel that a bisection may run. */
export interface Candidate {
  readonly profile: Profile;
  /** The build; undefined: the newest of the profile. */
  readonly build: LockedKernel | undefined;
}

/** `ID[@VERSION]` as it was typed. */
interface Named {
  readonly side: 'good' | 'bad';
  readonly id: string;
  /** Empty: not said. */
  readonly version: string;
}

const SHOWN = 8;

function readNamed(side: Named['side'], text: string): Named {
  const [, id = '', , version = ''] = /^([^@]*)(@(.*))?$/.exec(text) ?? [];
  if (id !== '' && (version !== '' || !text.includes('@'))) return { side, id, version };
  throw new UsageError(
    'flag_value',
    phrase`${option(side)} ${quoted(text)} is not a kernel; write a profile id, or a build of one as ID@VERSION, such as debian-12-6.1@6.1.129-1`,
  );
}

function lockedTo({ name, version, sha256 }: OfferedBuild, origin: string): LockedKernel {
  const files = sha256 === undefined ? [] : [{ name, version, sha256 }];
  return { name, version, files, origin, strict: true };
}

/** Position of a build by its version or `uname -r`. @throws UsageError with what is offered */
function positionOf(named: Named, builds: readonly OfferedBuild[]): number {
  const { side, id, version } = named;
  const at = builds.findIndex((one) => one.version === version || one.release === version || one.name === version);
  if (at >= 0) return at;
  const similar = builds.filter((one) => one.version.startsWith(version.slice(0, 3)));
  const some = (similar.length > 0 ? similar : builds).map((one) => one.version);
  const more = some.length > SHOWN ? ` and ${some.length - SHOWN} more` : '';
  throw new UsageError(
    'unknown_build',
    phrase`${option(side)} ${id}@${version}: that build is not offered; there are ${some.slice(0, SHOWN).join(', ')}${more}`,
  );
}

/** Every build of one profile from the good one to the bad one. Which of them is the newer one does not matter. */
async function buildsBetween(
  context: ResolvedEnvironment,
  profile: Profile,
  [good, bad]: readonly [Named, Named],
  listener: FetchListener,
): Promise<Candidate[]> {
  const builds = [...(await offersOf(context.host, profile, listener))].reverse();
  if (builds.length < 2) {
    const has = builds.length === 0 ? 'no build' : `one build alone, ${builds[0]?.version}`;
    throw new UsageError(
      'no_builds',
      `${profile.id}: its repository offers ${has}; name an archive with more of them in a profile of your own, or two profiles`,
    );
  }
  const from = good.version === '' ? 0 : positionOf(good, builds);
  const to = bad.version === '' ? builds.length - 1 : positionOf(bad, builds);
  if (from === to) {
    throw new UsageError(
      'flag_conflict',
      phrase`${option('good')} and ${option('bad')} are one build, ${builds[from]?.version ?? ''}; name two`,
    );
  }
  const some = builds.slice(Math.min(from, to), Math.max(from, to) + 1);
  return (from < to ? some : some.reverse()).map((build) => ({
    profile,
    build: lockedTo(build, `${profile.id}@${build.version}`),
  }));
}

/** The kernels of one vendor from the good profile to the bad one, by their series. */
async function profilesBetween(
  context: ResolvedEnvironment,
  ends: readonly [Profile, Profile],
  named: readonly [Named, Named],
  listener: FetchListener,
): Promise<Candidate[]> {
  const [good, bad] = ends;
  if (good.distro !== bad.distro) {
    throw new UsageError(
      'flag_conflict',
      phrase`${option('good')} ${good.id} and ${option('bad')} ${bad.id} are of two vendors, so nothing is between them; name two kernels of one`,
    );
  }
  const catalog = createCatalog(context);
  const rows = await builtinRows(catalog.files, catalog.builtin);
  const variant = rows.find(({ id }) => id === good.id)?.variant ?? '';
  const alike = rows.filter(
    (row) => row.bootable && row.base === '' && row.distro === good.distro && row.variant === variant,
  );
  const others = alike.map(({ id }) => id).filter((id) => id !== good.id && id !== bad.id);
  const all = [good, bad, ...(await Promise.all(others.map((id) => findProfile(catalog, id))))];
  // Of two kernels of one series that of the older release comes first; ids begin with it.
  const sorted = all.sort(
    (a, b) => compareVersions(a.kernelFamily, b.kernelFamily) || a.id.localeCompare(b.id, 'en', { numeric: true }),
  );
  const [from, to] = [sorted.indexOf(good), sorted.indexOf(bad)];
  const some = sorted.slice(Math.min(from, to), Math.max(from, to) + 1);
  const line = from < to ? some : some.reverse();
  return Promise.all(
    line.map(async (profile) => {
      const end = named.find(({ id }) => id === profile.id);
      if (end === undefined || end.version === '') return { profile, build: undefined };
      const builds = await offersOf(context.host, profile, listener);
      const build = builds[positionOf(end, builds)];
      return { profile, build: build && lockedTo(build, `${flag(end.side)} ${end.id}@${end.version}`) };
    }),
  );
}

function checkBootable({ id, unbootable, kernel, file }: Profile): void {
  if (unbootable !== undefined) throw new UsageError('no_kernel_source', `${id}: ${unbootable}`);
  if (kernel === undefined)
    throw new UsageError('no_kernel_source', `${file}: profile ${id} has no kernel block; add one`);
}

/**
 * The kernels that a bisection may run, from the good one to the bad one: builds of one profile, or profiles of one
 * vendor.
 * @throws UsageError for words that name nothing; HostError when a repository cannot be read
 */
export async function bisectLine(
  context: ResolvedEnvironment,
  words: { readonly good: string; readonly bad: string },
  listener: FetchListener,
): Promise<Candidate[]> {
  const named = [readNamed('good', words.good), readNamed('bad', words.bad)] as const;
  const catalog = createCatalog(context);
  const [good, bad] = [
    await findProfile(catalog, named[0].id, option('good')),
    await findProfile(catalog, named[1].id, option('bad')),
  ];
  for (const profile of [good, bad]) checkBootable(profile);
  if (good.id === bad.id) return buildsBetween(context, good, named, listener);
  return profilesBetween(context, [good, bad], named, listener);
}

import type { Profile } from '../model/kernel.ts';
import { builtinRow } from './builtin-profiles.ts';
import type { Catalog } from './catalog.ts';
import { readProfile } from './profile.ts';

/** The profile of this id that comes with bpfcompat; undefined where none does. @throws UsageError `profile_invalid` */
export async function shippedProfile(
  { files, builtin }: Pick<Catalog, 'files' | 'builtin'>,
  id: string,
): Promise<Profile | undefined> {
  const row = await builtinRow(files, builtin, id);
  if (row === undefined) return undefined;
  const profile = readProfile({ file: row.file, text: row.text }, { borrows: true });
  return row.unbootable === '' ? profile : { ...profile, unbootable: row.unbootable };
}

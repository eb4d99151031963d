import { SEED_INSTALLED } from './seed.ts';

/**
 * What a console shows of a system that will not come up, and what to say of it. A guest may print anything: no pattern goes on
 * for more than a short line from each place where it begins.
 */
const TROUBLES: readonly (readonly [RegExp, string])[] = [
  [/^(?:grub rescue>|error: no such (?:device|partition|disk))/m, 'its boot loader finds no system'],
  [
    /(?:^|\n)\(initramfs\)|dracut-initqueue\[\d{1,10}\]: .{0,200}timeout|Entering emergency mode|Dropping to a shell|ALERT! .{0,200} does not exist/,
    'its initramfs finds no root file system',
  ],
  [/You are in (?:emergency|rescue) mode|Press Enter for maintenance/, 'the system went into emergency mode'],
  [/^bpfcompat: the seed could not be installed/m, 'cloud-init could not start the validator'],
  [/Datasource DataSourceNone/, 'cloud-init did not find its seed (data source NoCloud)'],
  [/Cloud-init v\. \S{1,80} finished at/, 'cloud-init ended without starting the validator'],
];

const LOGIN = /(?:^|\n)\S* ?login: ?$/;

/** Why a system will not come up, as its console shows it; undefined while it may. @param console all of it so far */
export function bootTrouble(console: string): string | undefined {
  if (console.includes(SEED_INSTALLED)) return undefined;
  const found = TROUBLES.find(([pattern]) => pattern.test(console));
  if (found !== undefined) return found[1];
  if (LOGIN.test(console.trimEnd()) && !/cloud-init/i.test(console))
    return 'it waits for a login, and no cloud-init ran';
  return undefined;
}

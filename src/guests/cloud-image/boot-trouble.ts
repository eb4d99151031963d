import { NOT_INSTALLED, SEED_INSTALLED } from './seed.ts';

/**
 * What a console shows of a system that will not come up, and what to say of it. A guest may print anything: no pattern goes on
 * for more than a short line from each place where it begins.
 */
const TROUBLES: readonly (readonly [RegExp, string])[] = [
  [
    /Ignition (?:has )?failed|Failed to start .{0,20}ignition-|ignition\[\d{1,10}\]: (?:failed|.{0,200}is not valid)/,
    'Ignition did not take its configuration',
  ],
  [/^(?:grub rescue>|error: no such (?:device|partition|disk))/m, 'its boot loader finds no system'],
  [
    /(?:^|\n)\(initramfs\)|dracut-initqueue\[\d{1,10}\]: .{0,200}timeout|Entering emergency mode|Dropping to a shell|ALERT! .{0,200} does not exist/,
    'its initramfs finds no root file system',
  ],
  [/You are in (?:emergency|rescue) mode|Press Enter for maintenance/, 'the system went into emergency mode'],
  [new RegExp(`^bpfcompat: ${NOT_INSTALLED}`, 'm'), 'the validator could not be started in it'],
  [/Datasource DataSourceNone/, 'cloud-init did not find its seed (data source NoCloud)'],
  [/Cloud-init v\. \S{1,80} finished at/, 'cloud-init ended without starting the validator'],
];

const LOGIN = /(?:^|\n)\S* ?login: ?$/;

/** Why a system will not come up, as its console shows it; undefined while it may. @param console all of it so far */
export function bootTrouble(console: string): string | undefined {
  if (console.includes(SEED_INSTALLED)) return undefined;
  const found = TROUBLES.find(([pattern]) => pattern.test(console));
  if (found !== undefined) return found[1];
  if (LOGIN.test(console.trimEnd()) && !/cloud-init|ignition/i.test(console))
    return 'it waits for a login, and neither cloud-init nor Ignition ran';
  return undefined;
}

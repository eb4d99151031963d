import { UsageError } from '../model/errors.ts';
import type { Host } from './host.ts';

/** Number of a user, by name in /etc/passwd or as a number. @param said what names it, for the message @throws UsageError */
export async function userId(host: Host, user: string, said: string): Promise<number> {
  if (/^\d{1,10}$/.test(user)) return Number(user);
  const text = (await host.files.read('/etc/passwd', 1024 * 1024)).toString('utf8');
  const row = text.split('\n').find((line) => line.split(':')[0] === user);
  const id = Number(row?.split(':')[2] ?? Number.NaN);
  if (user !== '' && Number.isInteger(id)) return id;
  throw new UsageError('user_unknown', `${said}: there is no user ${user} in /etc/passwd; write its number`);
}

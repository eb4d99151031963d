import { dirname, resolve } from 'node:path';
import { HostError, messageOf } from '../model/errors.ts';
import { type Environment, environmentOf } from './services.ts';

/** Writes a whole file, or leaves what was there. @throws HostError `unwritable` */
export async function saveText(text: string, file: string, options: Environment): Promise<void> {
  const { host, cwd } = environmentOf(options);
  const path = resolve(cwd, file);
  try {
    await host.files.makeDir(dirname(path));
    await host.files.writeAtomic(path, text);
  } catch (cause) {
    throw new HostError('unwritable', `cannot write ${path}: ${messageOf(cause)}; name another file`, { cause });
  }
}

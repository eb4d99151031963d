import { readdir, readFile } from 'node:fs/promises';

/** Pids of processes whose command line (words joined by blanks) fits. */
export async function processesWith(fits: (command: string) => boolean): Promise<number[]> {
  const pids = (await readdir('/proc')).map(Number).filter((pid) => Number.isInteger(pid) && pid !== process.pid);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const words = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      return fits(words.replaceAll('\0', ' ')) ? [pid] : [];
    }),
  );
  return found.flat();
}

import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** A process, distinguished from a later one with the same number by when it started. */
export interface ProcessId {
  readonly pid: number;
  readonly started: string;
  readonly command: string;
}

function fields(pid: number): { ppid: number; state: string; started: string } | undefined {
  try {
    // Fields after the name, which may hold blanks and parentheses itself.
    const [state = '', ppid = '', ...rest] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
    return { state, ppid: Number(ppid), started: rest[17] ?? '' };
  } catch {
    return undefined;
  }
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}

function allPids(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** Every process below `root`, children of children included, without `root` itself. */
export function descendants(root: number): ProcessId[] {
  const parents = new Map(allPids().map((pid) => [pid, fields(pid)?.ppid]));
  const found: ProcessId[] = [];
  for (let layer = [root]; layer.length > 0; ) {
    layer = [...parents].filter(([, ppid]) => ppid !== undefined && layer.includes(ppid)).map(([pid]) => pid);
    for (const pid of layer) found.push({ pid, started: fields(pid)?.started ?? '', command: commandLine(pid) });
  }
  return found;
}

/** Which of these still run. A zombie that its parent has not looked at yet holds nothing and counts as gone. */
export function alive(processes: readonly ProcessId[]): ProcessId[] {
  return processes.filter(({ pid, started }) => {
    const now = fields(pid);
    return now !== undefined && now.started === started && now.state !== 'Z';
  });
}

/** Processes that name `dir` in their arguments, work in it or hold a file of it open. */
export function usersOf(dir: string): ProcessId[] {
  const uses = (pid: number): boolean => {
    if (commandLine(pid).includes(dir)) return true;
    try {
      if (readlinkSync(`/proc/${pid}/cwd`).startsWith(dir)) return true;
      return readdirSync(`/proc/${pid}/fd`).some((fd) => {
        try {
          return readlinkSync(`/proc/${pid}/fd/${fd}`).startsWith(dir);
        } catch {
          return false;
        }
      });
    } catch {
      // Gone meanwhile, or not ours to look into: its arguments were read already.
      return false;
    }
  };
  return allPids()
    .filter((pid) => pid !== process.pid && uses(pid))
    .map((pid) => ({ pid, started: fields(pid)?.started ?? '', command: commandLine(pid) }));
}

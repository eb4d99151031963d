/** Every command, in the order of the help. `words` after the command are refused unless `arguments` names them. */
export const COMMANDS = [
  { name: 'test', summary: 'check objects on real kernels: do they load and attach?' },
  { name: 'test-command', summary: 'run your own loader on real kernels: its exit code is the verdict' },
  { name: 'suite', summary: 'check the cases of a suite file, each with its own object, kernels and manifest' },
  {
    name: 'plan',
    summary: 'divide a run among machines: the job matrix of a workflow as one line of JSON; nothing is booted',
  },
  {
    name: 'merge',
    summary: 'merge shard reports',
    arguments: {
      name: 'REPORT...',
      description: 'JSON reports that "test --shard" or "suite --shard" wrote: files, patterns in quotes, directories',
    },
  },
  {
    name: 'init',
    summary: 'generate a suite file for the objects found',
    arguments: {
      name: '[DIR]',
      description: 'directory to look in, and to write the suite to; default the current one',
    },
  },
  { name: 'watch', summary: 'check objects again whenever their files change, and redraw the matrix' },
  {
    name: 'explain',
    summary: 'explain the result of one object on one kernel',
    arguments: { name: 'REPORT', description: 'JSON report that "test --out" wrote' },
  },
  {
    name: 'inspect',
    summary: 'show what is in objects and which kernels they need, without booting one',
    arguments: { name: 'FILE...', description: 'compiled objects (.bpf.o), or patterns in quotes ("build/*.bpf.o")' },
  },
  { name: 'bisect', summary: 'find the first build of a kernel, or the first kernel, that rejects an object' },
  { name: 'compare', summary: 'say what is different between two reports: regressions, new failures, fixed ones' },
  {
    name: 'report-summary',
    summary: 'print a report as Markdown for the summary of a workflow job',
  },
  { name: 'history list', summary: 'show what earlier runs found, the newest first' },
  { name: 'history verify', summary: 'check that no record of the history was changed or is gone' },
  { name: 'history sign', summary: 'link and sign all records of the history anew' },
  { name: 'kernels list', summary: 'show the available kernels, and which are stored here' },
  {
    name: 'kernels fetch',
    summary: 'download and verify kernels ahead of time',
    arguments: {
      name: '[ID...]',
      description: 'profile ids, as "kernels list" shows them, or what else --kernels takes',
    },
  },
  { name: 'kernels prune', summary: 'remove stored kernels and free the space' },
  {
    name: 'lock',
    summary: 'write bpfcompat.lock: the newest build of each kernel, verified, which runs ask from then on',
  },
  {
    name: 'kernel-freshness',
    summary: 'say whether vendors offer newer kernels than were asked last',
  },
  {
    name: 'kernel-sweep',
    summary: 'write profiles for the newest builds of a kernel, and a matrix with all of them',
  },
  { name: 'doctor', summary: 'check this machine, and how to fix problems' },
  { name: 'profile list', summary: 'print the profile ids of a matrix' },
  { name: 'env', summary: 'list the environment variables that are read' },
  { name: 'version', summary: 'print the version' },
] as const satisfies readonly CommandRow[];

export interface CommandRow {
  readonly name: string;
  readonly summary: string;
  readonly arguments?: { readonly name: string; readonly description: string };
}

export type CommandName = (typeof COMMANDS)[number]['name'];

/** First words of commands of two words, with their second words. */
export function subcommandsOf(first: string): string[] {
  return COMMANDS.flatMap(({ name }) => (name.startsWith(`${first} `) ? [name.slice(first.length + 1)] : []));
}

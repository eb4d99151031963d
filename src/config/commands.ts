import { EXPERIMENTAL_WORD } from '../model/experimental.ts';

/** Every command, in the order of the help. `words` after the command are rejected unless `arguments` names them. */
export const COMMANDS = [
  {
    name: 'check',
    summary: 'check objects on the four quick kernels and write a report: "bpfcompat FILE" is short for it',
    arguments: {
      name: 'FILE...',
      description:
        'compiled objects (.bpf.o), directories, programs or archives with some, or quoted patterns ("build/*.bpf.o")',
    },
  },
  { name: 'test', summary: 'check whether objects load and attach on real kernels' },
  { name: 'test-command', summary: 'run your own loader on real kernels; its exit code is the verdict' },
  { name: 'suite', summary: 'run a suite file: many cases, each with its own object, kernels and manifest' },
  {
    name: 'plan',
    summary: 'divide a run into shards; prints the job matrix of a workflow as one line of JSON, boots nothing',
  },
  {
    name: 'merge',
    summary: 'combine the reports of all shards into one report with one verdict',
    arguments: {
      name: 'REPORT...',
      description: 'JSON reports that "test --shard" or "suite --shard" wrote: files, quoted patterns or directories',
    },
  },
  {
    name: 'init',
    summary: 'generate a suite file for the objects found',
    arguments: {
      name: '[DIR]',
      description: 'directory to search, and to write the suite to (default: the current one)',
    },
  },
  {
    name: 'watch',
    summary: 'check objects again whenever their files change; on the four quick kernels if none are chosen',
    arguments: { name: '[FILE...]', description: 'what "check" takes; nothing with --suite' },
  },
  {
    name: 'explain',
    summary: 'explain the result of one object on one kernel in detail',
    arguments: { name: 'REPORT', description: 'JSON report that "test --out" wrote' },
  },
  {
    name: 'inspect',
    summary: 'show what objects contain and which kernels they need, without booting one',
    arguments: { name: 'FILE...', description: 'compiled objects (.bpf.o), or quoted patterns ("build/*.bpf.o")' },
  },
  { name: 'bisect', summary: 'find the first kernel build that rejects an object' },
  { name: 'compare', summary: 'compare two reports: regressions, new failures, fixed failures' },
  {
    name: 'report-summary',
    summary: 'print a report as Markdown for the summary page of a workflow job',
  },
  { name: 'site build', summary: 'write a static site of finished runs: HTML pages, JSON and badges' },
  { name: 'serve', summary: 'serve a page and an HTTP API that check objects and show results' },
  { name: 'history list', summary: 'list the results of earlier runs, newest first' },
  { name: 'history verify', summary: 'check that no record of the history was changed or removed' },
  { name: 'history sign', summary: 'link and sign all records of the history again' },
  {
    name: 'attest create',
    summary: `sign what a report says, one statement for each kernel (${EXPERIMENTAL_WORD})`,
  },
  {
    name: 'attest verify',
    summary: `verify signed statements (${EXPERIMENTAL_WORD})`,
    arguments: { name: 'FILE...', description: 'bundles (*.sigstore.json), or directories of them' },
  },
  { name: 'attest index', summary: `write a signed index of artifacts and their evidence (${EXPERIMENTAL_WORD})` },
  { name: 'runtime probe', summary: `describe this machine; loads nothing (${EXPERIMENTAL_WORD})` },
  {
    name: 'runtime select',
    summary: `decide which artifact fits a host, by verified evidence (${EXPERIMENTAL_WORD}); exit code 3: none`,
  },
  { name: 'runtime fetch', summary: `select an artifact and copy its verified bytes (${EXPERIMENTAL_WORD})` },
  {
    name: 'runtime push',
    summary: `push an object to a registry, with the signed statements about it (${EXPERIMENTAL_WORD})`,
  },
  {
    name: 'runtime execute',
    summary: `select, fetch and check the load on this host; nothing stays loaded (${EXPERIMENTAL_WORD})`,
  },
  {
    name: 'runtime worker-execute',
    summary: `the worker of load checks: JSON on standard input and output (${EXPERIMENTAL_WORD})`,
  },
  { name: 'agent preflight', summary: `check whether this host is ready for an agent (${EXPERIMENTAL_WORD})` },
  { name: 'agent plan', summary: `decide and fetch for this host; loads nothing (${EXPERIMENTAL_WORD})` },
  { name: 'agent approve', summary: `sign that one decision may be carried out, once (${EXPERIMENTAL_WORD})` },
  {
    name: 'agent apply',
    summary: `decide again, check every gate, and check the load if approved (${EXPERIMENTAL_WORD})`,
  },
  { name: 'agent status', summary: `print how the last apply ended (${EXPERIMENTAL_WORD})` },
  { name: 'agent ledger', summary: `print the ledger of loads and check its chain (${EXPERIMENTAL_WORD})` },
  {
    name: 'agent rollback',
    summary: `name the last good object, and check its load (${EXPERIMENTAL_WORD})`,
  },
  {
    name: 'agent work',
    summary: `carry out the load checks that an API server queued (${EXPERIMENTAL_WORD})`,
  },
  { name: 'agent unload', summary: `remove a pin that this agent made (${EXPERIMENTAL_WORD})` },
  { name: 'agent revocation-drill', summary: `check that a revoked agent is denied (${EXPERIMENTAL_WORD})` },
  { name: 'admin list-tokens', summary: 'list the tokens of the registry of a server, without the tokens themselves' },
  { name: 'admin create-token', summary: 'make a token for the registry of a server, and print it' },
  { name: 'admin revoke-token', summary: 'revoke all tokens of a subject' },
  { name: 'admin verify-chain', summary: 'check the records of a work directory, as "history verify" does' },
  { name: 'admin audit-export', summary: 'export the audit trail of the registry, signed on demand' },
  { name: 'admin audit-verify', summary: 'check exported events against their signature' },
  {
    name: 'kernels list',
    summary: 'list the available kernels and which of them are stored',
    arguments: { name: '[WORD...]', description: 'only kernels that have these words, as with --search' },
  },
  {
    name: 'kernels fetch',
    summary: 'download and verify kernels ahead of time',
    arguments: {
      name: '[ID...]',
      description: 'profile ids (see "kernels list"), or anything else that --kernels accepts',
    },
  },
  { name: 'kernels prune', summary: 'remove stored kernels and VM snapshots to free space' },
  {
    name: 'lock',
    summary: 'write bpfcompat.lock: pin each kernel to its newest verified build for later runs',
  },
  {
    name: 'kernel-freshness',
    summary: 'check whether vendors offer newer kernels than those tested last',
  },
  {
    name: 'kernel-sweep',
    summary: 'write profiles for the newest builds of a kernel, and a matrix of them',
  },
  { name: 'doctor', summary: 'check this machine and show how to fix problems' },
  { name: 'profile list', summary: 'print the profile ids of a matrix' },
  { name: 'env', summary: 'list the environment variables that bpfcompat reads' },
  {
    name: 'completion',
    summary: 'print the completion script of a shell',
    arguments: { name: 'bash|zsh|fish', description: 'the shell; for this one: source <(bpfcompat completion bash)' },
  },
  { name: 'man', summary: 'print the manual page: bpfcompat man | man -l -' },
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

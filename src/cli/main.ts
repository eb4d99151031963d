import { UsageError } from '../model/errors.ts';
import { exitCodeAfter, sturdyOutput } from './broken-output.ts';
import { createIo } from './io.ts';
import { runCommand } from './run-command.ts';

const [major = 0] = process.versions.node.split('.').map(Number);
if (major < 20)
  throw new UsageError('node_too_old', `Node.js ${process.versions.node} is too old; install 20 or newer`);

const argv = process.argv.slice(2);
const stdout = sturdyOutput(process.stdout);
const stderr = sturdyOutput(process.stderr);
// What goes on for ever goes on for somebody who reads it.
if (argv[0] === 'watch') process.stdout.once('error', () => process.exit(1));
const exitCode = await runCommand(argv, createIo(stdout, stderr));
// The error of the last write comes after it.
await new Promise((resolve) => setImmediate(resolve));
const lost = stdout.failed();
if (lost !== undefined && lost !== 'EPIPE') {
  stderr.write(`bpfcompat: standard output cannot be written (${lost}): words are missing there\n`);
}
process.exitCode = exitCodeAfter(exitCode, lost, argv);

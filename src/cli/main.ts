import { UsageError } from '../model/errors.ts';
import { createIo } from './io.ts';
import { runCommand } from './run-command.ts';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader of a pipe may leave early (head, less); everything else is worth hearing about.
  if (error.code === 'EPIPE') process.exit(1);
  throw error;
});

const [major = 0] = process.versions.node.split('.').map(Number);
if (major < 20)
  throw new UsageError('node_too_old', `Node.js ${process.versions.node} is too old; install 20 or newer`);

process.exitCode = await runCommand(process.argv.slice(2), createIo());

import { sturdyOutput } from '../cli/broken-output.ts';
import { createIo } from '../cli/io.ts';
import { runCommand } from '../cli/run-command.ts';
import { messageOf } from '../model/errors.ts';
import { runWorker } from './worker.ts';

// bpfcompat-agent: the commands of `bpfcompat agent`, and the worker, which alone loads something on this host.
const argv = process.argv.slice(2);
if (argv[0] === 'worker-execute') {
  try {
    process.stdout.write(await runWorker(process.stdin, process.env, process.getuid?.() === 0));
  } catch (error) {
    process.stderr.write(`bpfcompat-agent: ${messageOf(error)}\n`);
    process.exitCode = 1;
  }
} else {
  const io = createIo(sturdyOutput(process.stdout), sturdyOutput(process.stderr));
  process.exitCode = await runCommand(['agent', ...argv], io);
}

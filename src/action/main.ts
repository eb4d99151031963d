import { appendFileSync } from 'node:fs';
import { buildInfo } from '../api/build-info.ts';
import { watchCancel } from './cancel.ts';
import { failed, say } from './commands.ts';

// The runner starts this one file twice. Which time it is must be written down before anything can throw: a crash of
// the first would make the second do everything again.
const isPost = (process.env['STATE_isPost'] ?? '') !== '';
const stateFile = process.env['GITHUB_STATE'] ?? '';
if (!isPost && stateFile !== '') appendFileSync(stateFile, 'isPost=true\n');

const cancel = isPost ? undefined : watchCancel();

for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) => {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    failed(`this is a bug in bpfcompat, please report it with what follows\n${stack}`);
    // Whatever broke may hold the process; its children end with it.
    setTimeout(() => process.exit(1), 200).unref();
  });
}

/** Sockets of the service clients may linger; a step that is done ends all the same. */
function endSoon(): void {
  setTimeout(() => process.exit(), 3000).unref();
}

if (cancel === undefined) void import('./post.ts').then(({ runPost }) => runPost(process.env)).then(endSoon);
else {
  say(`bpfcompat ${buildInfo.version}: checks compiled eBPF objects on real kernels`);
  void import('./step.ts').then(({ runStep }) => runStep(process.env, cancel)).then(endSoon);
}

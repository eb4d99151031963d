import { messageOf } from '../model/errors.ts';
import { endGroup, group, say } from './commands.ts';
import { hushToolkit } from './quiet.ts';
import { type Env, runnerOf } from './runner.ts';
import { removeScratch } from './scratch.ts';
import { leftovers, readState } from './state.ts';

/** Ends guests that main could not: only groups that main noted, and only while their number means the same process. */
function endLeftovers(scratch: string): void {
  for (const { pid } of leftovers(scratch)) {
    say(`ending process group ${pid}, which an earlier step left behind`);
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // It ended by itself in the meantime.
    }
  }
}

/** The step after the job: ends leftovers, saves kernels into the cache. Never throws, never fails the job. */
export async function runPost(env: Env): Promise<void> {
  hushToolkit();
  const { kernels, scratch, settings } = readState(env);
  try {
    if (scratch !== '') endLeftovers(scratch);
    if (kernels.length > 0) {
      group('Save kernels into the cache');
      const [{ kernelTransfer }, { saveKernels }] = await Promise.all([
        import('../api/kernel-transfer.ts'),
        import('./kernel-cache.ts'),
      ]);
      await saveKernels(kernels, kernelTransfer({ env, ...settings }), { env, arch: process.arch });
      endGroup();
    }
  } catch (error) {
    say(`cleaning up: ${messageOf(error)}`);
  }
  try {
    if (scratch !== '') removeScratch(scratch, runnerOf(env));
  } catch (error) {
    say(`cleaning up: ${messageOf(error)}`);
  }
}

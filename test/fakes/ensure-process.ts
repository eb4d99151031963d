import { createHost } from '../../src/host/create-host.ts';
import { ensureKernel } from '../../src/kernels/supply.ts';

/**
 * A process of its own that requests one kernel: `node ensure-process.mjs <profile as JSON>`; prints the outcome as
 * one line of JSON.
 */
const host = createHost({ env: process.env });
try {
  const { files, cached } = await ensureKernel(JSON.parse(process.argv[2] ?? ''), { host });
  process.stdout.write(`${JSON.stringify({ release: files.record.release, vmlinuz: files.vmlinuz, cached })}\n`);
} catch (error) {
  process.stdout.write(`${JSON.stringify({ error: String(error) })}\n`);
}

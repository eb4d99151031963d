import { ApiError } from './problem.ts';
import type { Services } from './services.ts';

/** Space that is left alone on the disk of the work directory. */
const FREE_BYTES = 512 * 1024 * 1024;

/** Before anything of a request is kept. @throws ApiError 503 where the disk of the work directory is nearly full */
export async function needSpace({ host, settings }: Pick<Services, 'host' | 'settings'>): Promise<void> {
  if ((await host.files.freeBytes(settings.workdir)) >= FREE_BYTES) return;
  throw new ApiError(503, 'disk_full', 'the disk of the server is nearly full', { retryAfter: 600 });
}

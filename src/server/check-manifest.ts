import { readManifest } from '../config/manifest.ts';
import { type Caller, checkCommands } from './access.ts';
import { ApiError } from './problem.ts';

/**
 * A manifest that was sent brings no files along, and commands are for callers who may run some.
 * @throws ApiError 403, 422; UsageError for a manifest that cannot be read
 */
export function checkManifest(text: string, caller: Caller): void {
  const { functionalTests, assets } = readManifest({ file: 'manifest', text });
  if (assets.length > 0)
    throw new ApiError(
      422,
      'assets_not_supported',
      'manifest: assets name files, and only the object is sent; run bpfcompat where they are',
    );
  if (functionalTests.length > 0) checkCommands(caller, 'manifest: functional_tests');
}

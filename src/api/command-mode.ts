import { dirname } from 'node:path';
import type { Manifest } from '../config/manifest.ts';
import type { Host } from '../host/host.ts';
import type { ValidationMode } from '../model/cell.ts';
import { option, type Wording } from '../model/wording.ts';
import { loadAssets, NO_ASSETS } from '../run/assets.ts';
import { gatherPayload } from '../run/gather-payload.ts';
import { type Payload, prepareCommand } from '../run/payload.ts';

/** The user's own loader. */
export interface CommandOptions {
  /** Run by a login shell, as root; `$BPFCOMPAT_BIN`, `$BPFCOMPAT_ARTIFACT` and `$BPFCOMPAT_REMOTE_ROOT` are set. */
  readonly command: string;
  /** Program to bring along with its libraries, relative to `cwd`. */
  readonly binary?: string;
  /** 0 to 255; default 0. */
  readonly expectExitCode?: number;
  /** How messages name the two; default the flags of `test`. */
  readonly flags?: { readonly command: Wording; readonly binary: Wording };
}

/** What the guests get besides the objects. @throws UsageError for a program or an asset that cannot be used */
export async function payloadFor(
  host: Host,
  cwd: string,
  { command, mode }: { readonly command?: CommandOptions | undefined; readonly mode?: ValidationMode | undefined },
  manifest: Manifest | undefined,
  manifestPath: string,
): Promise<{ readonly payload: Payload; readonly notes: readonly string[] }> {
  const dir = manifestPath === '' ? cwd : dirname(manifestPath);
  const assets = manifest ? await loadAssets(host, { dir, cwd }, manifest.assets) : NO_ASSETS;
  const prepared =
    command &&
    (await prepareCommand(
      host,
      cwd,
      { command: command.command, binary: command.binary ?? '', expectExitCode: command.expectExitCode ?? 0 },
      command.flags ?? { command: option('command'), binary: option('command-binary') },
    ));
  return gatherPayload(host, { manifest, mode, assets, command: prepared, dir });
}

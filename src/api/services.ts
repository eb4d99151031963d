import { fileURLToPath } from 'node:url';
import { createHost } from '../host/create-host.ts';
import type { Host } from '../host/host.ts';
import { ensureKernel } from '../kernels/supply.ts';
import type { EventListener } from '../model/events.ts';
import type { RunServices } from '../run/prepare-kernels.ts';
import { findValidator } from '../run/validator-binary.ts';

/** Where a call of the library takes place; every part has a default. */
export interface Surroundings {
  /** Environment the core may see. Default: that of this process. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Directory that relative paths start from. Default: the current one. */
  readonly cwd?: string;
  /** The machine to work on. Default: this one. */
  readonly host?: Host;
}

export interface ResolvedSurroundings {
  readonly host: Host;
  readonly cwd: string;
  /** Directory of the package: holds `matrices/` and `build/`. */
  readonly root: string;
  readonly builtin: string;
}

/** The package root, found from this file: below `src/api`, `lib/api` and, bundled, `build`. */
const PACKAGE_ROOT = fileURLToPath(new URL(/\/build\/[^/]+$/.test(import.meta.url) ? '..' : '../..', import.meta.url));

export function surroundingsOf(options: Surroundings): ResolvedSurroundings {
  const root = PACKAGE_ROOT.replace(/\/$/, '');
  return {
    host: options.host ?? createHost({ env: options.env ?? process.env }),
    cwd: options.cwd ?? process.cwd(),
    root,
    builtin: `${root}/matrices`,
  };
}

export interface ServiceOptions {
  readonly offline: boolean;
  readonly refresh: boolean;
  readonly signal: AbortSignal;
  readonly onEvent: EventListener;
}

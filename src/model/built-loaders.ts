import * as z from 'zod';
import { LOADER_NAMES } from './guest-loader.ts';

const BuiltFile = z.object({
  /** Below the directory of the list. */
  file: z.string().regex(/^[\w.-]+(?:\/[\w.-]+)*$/),
  /** Absolute path in the guest; the first file is the loader itself. */
  path: z.string().startsWith('/'),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

/** `loaders.json`, which `make loaders` writes. */
export const BuiltLoaders = z.object({
  loaders: z.array(
    z.object({
      name: z.enum(LOADER_NAMES),
      version: z.string().regex(/^[\w.+~-]{1,64}$/),
      files: z.array(BuiltFile).min(1),
      /** It can be started before there is an object, and waits for one (docs/loaders.md). */
      waits: z.boolean().default(false),
    }),
  ),
});
export type BuiltLoader = z.infer<typeof BuiltLoaders>['loaders'][number];

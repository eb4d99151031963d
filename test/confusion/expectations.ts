import type { Row } from './cells.ts';
import { ATTACH } from './expectations/attach.ts';
import { MAPS } from './expectations/maps.ts';
import { CORE, EXTERNS, HELPERS, KFUNCS } from './expectations/names.ts';
import { OBJECTS, PROGRAMS } from './expectations/objects.ts';
import { REPORTED } from './expectations/reported.ts';
import { REPORTED_CONTEXTS } from './expectations/reported-contexts.ts';
import { REPORTED_DEFINITIONS } from './expectations/reported-definitions.ts';
import { REPORTED_EXTENSIONS } from './expectations/reported-extensions.ts';
import { REPORTED_LIMITS } from './expectations/reported-limits.ts';
import { REPORTED_NAMES } from './expectations/reported-names.ts';
import { REPORTED_PLACES } from './expectations/reported-places.ts';
import { REPORTED_PROGRAMS } from './expectations/reported-programs.ts';
import { REPORTED_USES } from './expectations/reported-uses.ts';
import { REPORTED_VALUES } from './expectations/reported-values.ts';
import { INSTRUCTIONS, VERIFIER } from './expectations/verifier.ts';

/**
 * What each object of `objects/` does on each Debian kernel, from what the sources of those kernels say. A comment gives
 * the evidence where Debian differs from upstream, by an option or by a backport.
 */
export const EXPECTATIONS: readonly Row[] = [
  ...OBJECTS,
  ...PROGRAMS,
  ...MAPS,
  ...HELPERS,
  ...KFUNCS,
  ...EXTERNS,
  ...CORE,
  ...VERIFIER,
  ...INSTRUCTIONS,
  ...ATTACH,
  ...REPORTED,
  ...REPORTED_PROGRAMS,
  ...REPORTED_PLACES,
  ...REPORTED_VALUES,
  ...REPORTED_NAMES,
  ...REPORTED_LIMITS,
  ...REPORTED_EXTENSIONS,
  ...REPORTED_USES,
  ...REPORTED_CONTEXTS,
  ...REPORTED_DEFINITIONS,
];

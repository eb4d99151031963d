import { expect, test } from 'vitest';
import { check, reportOf } from './support/check.ts';
import { confusionObject } from './support/places.ts';
import { targetOf } from './support/report.ts';
import { scratchDir } from './support/scratch.ts';

// What no kernel rejects and what still does not do what it was written for.
const scratch = scratchDir();
const KERNELS = ['debian-11-5.10', 'debian-13-7.3'];
const PRINTED = `name: prints
functional_tests:
  - name: prints
    command: "true"
    required: false
    expect: {events: [{trace_pipe: "load is"}]}
`;

test('a format that no kernel takes never prints, and the one that the remedy names does', async () => {
  const objects = ['helper_print_float', 'helper_print_float_fixed'].map(confusionObject);
  const run = await check(scratch, objects, { kernels: KERNELS, manifest: PRINTED });
  for (const kernel of KERNELS) {
    const [wrong, right] = objects.map((object) => targetOf(reportOf(run, object), kernel).findings ?? []);
    expect([kernel, wrong?.map(({ code }) => code).sort()]).toEqual([
      kernel,
      ['FUNCTIONAL_TEST_FAILURE', 'PRINTS_NOTHING'],
    ]);
    expect([kernel, right]).toEqual([kernel, []]);
  }
}, 180_000);

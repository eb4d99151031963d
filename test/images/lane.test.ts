import { beforeAll } from 'vitest';
import { laneContract } from '../e2e/support/lane-contract.ts';
import { scratchDir } from '../e2e/support/scratch.ts';
import { imageProfile, OF_IMAGES } from './check.ts';
import { DEBIAN_12 } from './places.ts';

// What holds on every lane, where the kernel runs the vendor's whole system.
const scratch = scratchDir();
const ID = 'debian-12-image';
const MINUTE = 60_000;

beforeAll(() => imageProfile(scratch, { id: ID, version: '12', family: '6.1', path: DEBIAN_12.path }));

laneContract(
  {
    ...{ name: 'image', kernel: ID, isolation: 'cell', port: '$(ls /dev/vport* | tail -n 1)', exclusive: true },
    options: { allowProfileOverride: true, offline: true, timeoutMs: 20 * MINUTE },
    flags: ['--offline', ...OF_IMAGES],
    // A guest that crashed is tried again in a system that boots from nothing, after the first boot of all.
    ...{ limitMs: 30 * MINUTE, bootingMs: 16 * MINUTE },
  },
  () => scratch,
);

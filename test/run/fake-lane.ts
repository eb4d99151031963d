import type { Guest, GuestSource, Lane, OpenOptions } from '../../src/guests/guest.ts';
import type { Profile } from '../../src/model/kernel.ts';
import { passing, reported } from '../fixtures/evidence.ts';
import { guestFacts } from '../fixtures/run.ts';

/** What a fake guest does when it is requested: evidence, or whatever it throws. */
export type Run = Guest['run'];

export const passes: Run = async () => reported(passing());

/** A guest without a machine. */
export function fakeGuest(run: Run, part: Partial<Guest> = {}): Guest {
  return {
    hello: passing().hello,
    bootMs: 12,
    restored: true,
    sandboxLayers: guestFacts.sandboxLayers,
    run: async (request, options) => {
      const evidence = await run(request, options);
      const { sink } = options;
      return sink ? { ...evidence, stages: evidence.stages.map((stage) => sink.take(stage)) } : evidence;
    },
    console: () => '',
    [Symbol.asyncDispose]: async () => {},
    ...part,
  };
}

/** A kernel whose guests `open` makes. */
export function fakeSource(
  open: (options: OpenOptions) => Promise<Guest>,
  part: Partial<GuestSource> = {},
): GuestSource {
  return { facts: { ...guestFacts, isolation: 'cell' }, open, [Symbol.asyncDispose]: async () => {}, ...part };
}

/** A lane whose kernels come from `sourceOf`; what that throws is a kernel that cannot be prepared. */
export function fakeLane(
  sourceOf: (profile: Profile, signal: AbortSignal) => GuestSource,
  part: Partial<Lane> = {},
): Lane {
  return {
    name: 'fake',
    unavailable: () => undefined,
    prepare: async (profile, _files, signal) => sourceOf(profile, signal),
    ...part,
  };
}

import type { Host } from '../host/host.ts';
import type { NoteListener } from '../model/events.ts';

/** A pull that is over sooner says nothing. */
const SAY_EVERY_MS = 5000;

/** What takes the bytes of one layer that have arrived, counted from its beginning. */
type OnBytes = (bytes: number) => void;

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

/**
 * Says every few seconds how much of the layers of an image has arrived.
 * @returns the listener of each layer, in the order in which they are pulled
 */
export function pullNotes(
  { monotonicMs }: Pick<Host, 'monotonicMs'>,
  image: string,
  layers: readonly { readonly size: number }[],
  onNote: NoteListener = () => {},
): (layer: { readonly size: number }) => OnBytes {
  const total = layers.reduce((sum, { size }) => sum + size, 0);
  let said = monotonicMs();
  let before = 0;
  return ({ size }) => {
    const began = before;
    before += size;
    return (bytes) => {
      const now = monotonicMs();
      if (now - said < SAY_EVERY_MS) return;
      said = now;
      onNote(`pulling ${image}: ${megabytes(began + bytes)} of ${megabytes(total)}`);
    };
  };
}

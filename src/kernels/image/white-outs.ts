const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';

/** What a layer of an image takes away from those below it. */
export interface WhiteOuts {
  /** @returns whether the path is a name that says what is taken away, and no file */
  add(path: string): boolean;
  /** The file, or a directory that it lies in, is taken away. */
  takeAway(path: string): boolean;
}

/** What a layer takes away is said by files with names of their own (image layer specification of the OCI). */
export function createWhiteOuts(): WhiteOuts {
  const gone = new Set<string>();
  const emptied = new Set<string>();
  return {
    add(path) {
      const name = path.split('/').at(-1) ?? '';
      if (!name.startsWith(WHITEOUT)) return false;
      const parent = path.slice(0, path.length - name.length);
      if (name === OPAQUE) emptied.add(parent);
      else gone.add(`${parent}${name.slice(WHITEOUT.length)}`);
      return true;
    },
    takeAway(path) {
      if (gone.has(path) || emptied.has('')) return true;
      for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) {
        if (gone.has(path.slice(0, at)) || emptied.has(path.slice(0, at + 1))) return true;
      }
      return false;
    },
  };
}

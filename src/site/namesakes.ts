import type { Site, SiteCell, SiteObject } from './site.ts';

/** The newest cell of each path that objects of one name had, on the kernel of `shown`. */
function newestOfPaths(cells: readonly SiteCell[], shown: SiteCell): SiteCell[] {
  const newest = new Map<string, SiteCell>();
  for (const cell of cells) {
    if (cell.kernel === shown.kernel && !newest.has(cell.path)) newest.set(cell.path, cell);
  }
  return [...newest.values()];
}

function noteOf({ name, cells, latest }: SiteObject): string[] {
  for (const shown of latest.values()) {
    if (shown.target.status === 'fail') continue;
    const failing = newestOfPaths(cells, shown).find(
      ({ target, decides, excused }) => target.status === 'fail' && (decides || excused),
    );
    if (failing === undefined) continue;
    return [
      `${name}: ${JSON.stringify(failing.path)} fails on ${shown.kernel}, and the newer result of ${JSON.stringify(shown.path)}, which has the same name, is shown; if they are two objects, test them in one run, which gives them names of their own`,
    ];
  }
  return [];
}

/**
 * Failures that a site shows as older results alone, because another file of the same name was tested later: it may be a newer
 * version, or another object. One sentence per object.
 */
export function namesakeNotes({ objects }: Pick<Site, 'objects'>): string[] {
  return objects.flatMap(noteOf);
}

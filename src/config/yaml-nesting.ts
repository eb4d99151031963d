import type { CST } from 'yaml';

/**
 * How deep lists and maps are nested in a token of the YAML parser. The next stage of the `yaml` package recurses per
 * level and takes the whole process down on hostile nesting, so this is checked before, without recursion.
 */
export function nestingOf(token: CST.Token): number {
  let deepest = 0;
  const open: { token: CST.Token; depth: number }[] = [{ token, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { token: current, depth } = next;
    deepest = Math.max(deepest, depth);
    if (current.type === 'document' && current.value) open.push({ token: current.value, depth });
    if (!('items' in current)) continue;
    for (const item of current.items) {
      if (item.key) open.push({ token: item.key, depth: depth + 1 });
      if (item.value) open.push({ token: item.value, depth: depth + 1 });
    }
  }
  return deepest;
}

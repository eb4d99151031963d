/**
 * The name an object has when the user gives none: its file name without `.bpf.o`, `.o` and then one more extension;
 * `artifact` when nothing is left.
 */
export function artifactNameOf(path: string): string {
  const base = path.replace(/\/+$/, '').split('/').at(-1) ?? '';
  const stem = base.replace(/\.bpf\.o$/, '').replace(/\.o$/, '');
  return stem.replace(/\.[^.]*$/, '') || 'artifact';
}

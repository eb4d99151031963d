import type { Btf } from './btf.ts';
import { arrayOf, memberTypesOf, plainId } from './btf-types.ts';
import { valueFieldSince } from './first-kernel.ts';

/** Types looked at for one value; larger ones are plain data beyond. */
const MAX_TYPES = 500;
const MAX_MEMBERS = 4000;
const MAX_CHAIN = 16;
const POINTER_TAGS: ReadonlySet<string> = new Set(['kptr', 'kptr_ref', 'kptr_untrusted', 'percpu_kptr', 'uptr']);

/** What the kernel would manage in a value of this type: names of its structures (`bpf_timer`) and `kptr`. */
export function valueFieldsOf(btf: Btf, id: number): string[] {
  const found = new Set<string>();
  const seen = new Set<number>();
  const open = [id];
  while (open.length > 0 && seen.size < MAX_TYPES) {
    const at = plainId(btf, open.pop() ?? 0);
    if (at === 0 || seen.has(at)) continue;
    seen.add(at);
    const type = btf.type(at);
    if (type.kind === 'struct' && valueFieldSince(type.name) !== undefined) found.add(type.name);
    else if (type.kind === 'ptr' && isKernelPointer(btf, type.ref)) found.add('kptr');
    else if (type.kind === 'array') open.push(arrayOf(btf, type).element);
    else open.push(...memberTypesOf(btf, type, MAX_MEMBERS - open.length));
  }
  return [...found].sort();
}

function isKernelPointer(btf: Btf, id: number): boolean {
  let type = btf.type(id);
  for (let step = 0; step < MAX_CHAIN; step++) {
    if (type.kind === 'type_tag' && POINTER_TAGS.has(type.name)) return true;
    if (!['type_tag', 'const', 'volatile', 'restrict'].includes(type.kind)) return false;
    type = btf.type(type.ref);
  }
  return false;
}

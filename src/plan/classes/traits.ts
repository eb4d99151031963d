import { globMatches } from '../../model/glob-matches.ts';
import type { NeededName } from '../../model/kernel-modules.ts';
import { compareKernels, kernelNumber, kernelVersion } from '../../model/kernel-range.ts';
import { typeWords } from '../../object/btf-types.ts';
import type { IndexedKernel } from './kernel-index.ts';
import { layoutWords, memberNamed, prototypeWords, relocatedWords, takesUnion } from './layouts.ts';
import type { Need } from './needs.ts';
import { LIVENESS } from './verifier-marks.ts';

/** What is not known of a kernel may be anything: it is a class of its own. */
function unknown({ release }: IndexedKernel): string {
  return `not known of ${release}`;
}

/** One text for several types of the same name. */
function each(ids: readonly number[], words: (id: number) => string): string {
  return [...new Set(ids.map(words))].sort().join(' | ');
}

/** `none`, `one` or `some`: a name that several symbols have is none that a probe can be put on. */
function countWords(count: number): string {
  return ['none', 'one'][count] ?? 'some';
}

/** The index of modules has the names of what they define, without prototypes, types and layouts. */
function ofModules(kernel: IndexedKernel, needed: NeededName): string {
  return kernel.modules === undefined || kernel.modules(needed).length > 0 ? unknown(kernel) : '';
}

/** Marks that the kernel leaves in its symbols: no probes here, and errors may be injected. */
const MARKS = ['_kbl_addr_', '_eil_addr_'];

/** Whether a program names functions by a pattern of libbpf's. */
function isPattern(name: string): boolean {
  return /[*?]/.test(name);
}

function functionWords(kernel: IndexedKernel, name: string): string {
  const { btf, symbols } = kernel;
  if (symbols === undefined) return unknown(kernel);
  if (isPattern(name)) return `pattern ${symbols.some((symbol) => globMatches(name, symbol.slice(1)))}`;
  const count = countWords(kernel.symbolCount(name));
  const marks = MARKS.filter((mark) => kernel.symbolCount(mark + name) > 0);
  const types = kernel.typesOf('func', name);
  const known = btf ? each(types, (id) => prototypeWords(btf, id)) : 'no types';
  const unions = btf && types.some((id) => takesUnion(btf, id)) ? verifierWords(kernel, LIVENESS) : '';
  const module = count === 'none' ? ofModules(kernel, { kind: 'function', name }) : '';
  return [count, kernel.isTransformed(name) ? 'transformed' : '', ...marks, known, unions, module].join('; ');
}

function variableWords(kernel: IndexedKernel, name: string): string {
  const { btf, symbols } = kernel;
  if (symbols === undefined) return unknown(kernel);
  const type = btf ? each(kernel.typesOf('var', name), (id) => typeWords(btf, btf.type(id).ref)) : '';
  const count = countWords(kernel.symbolCount(name));
  return `${count}; ${type}; ${count === 'none' ? ofModules(kernel, { kind: 'variable', name }) : ''}`;
}

/** @param path `sched/sched_switch`, or the name alone */
function tracepointWords(kernel: IndexedKernel, path: string): string {
  const [category = '', name = ''] = path.split('/');
  if (kernel.symbols === undefined) return unknown(kernel);
  const [, edge, call] = /^sys_(enter|exit)_(\w+)$/.exec(category === 'syscalls' ? name : '') ?? [];
  const event = edge === undefined ? `event_${name}` : `event_${edge}__${call}`;
  const count = countWords(kernel.symbolCount(event));
  const module = count === 'none' ? ofModules(kernel, { kind: 'tracepoint', name: path }) : '';
  return `${count}; ${rawWords(kernel, name)}; ${module}`;
}

const RECORD = 'trace_event_raw_';

/**
 * The record of a tracepoint that a program reads by offsets. BTF has the structure of a class of tracepoints, and nothing says
 * of which class one is: where none has its name, all count that begin with the same word.
 */
function recordWords(kernel: IndexedKernel, path: string): string {
  const { btf } = kernel;
  if (btf === undefined) return unknown(kernel);
  const name = path.replace(/^.*\//, '');
  const own = kernel.typesOf('tag', RECORD + name);
  const ids = own.length > 0 ? own : kernel.tagsFrom(`${RECORD}${name.split('_', 1).join()}_`);
  return each(ids, (id) => layoutWords(btf, id));
}

function rawWords(kernel: IndexedKernel, name: string): string {
  const { btf } = kernel;
  if (btf === undefined) return unknown(kernel);
  const arguments_ = each(kernel.typesOf('typedef', `btf_trace_${name}`), (id) => prototypeWords(btf, id));
  return arguments_ === '' ? `none; ${ofModules(kernel, { kind: 'raw_tracepoint', name })}` : arguments_;
}

/** Prototypes of a helper for some types of programs have names of their own: `bpf_get_netns_cookie_sock_ops_proto`. */
function helperWords(kernel: IndexedKernel, name: string): string {
  if (kernel.btf === undefined) return unknown(kernel);
  const has = kernel.hasEnumerator(`BPF_FUNC_${name.replace(/^bpf_/, '')}`);
  const prototypes = (kernel.symbols ?? [])
    .filter((symbol) => symbol.startsWith(name, 1) && symbol.endsWith('_proto'))
    .map((symbol) => symbol.slice(1));
  return `${has}; ${[...new Set(prototypes)].sort().join(' ')}`;
}

/** The number of a vendor that carries features back says nothing: it is compared with none. */
function sinceWords(kernel: IndexedKernel, since: string): string {
  const [version, other] = [kernelVersion(kernel.release), kernelNumber(since)];
  if (version === undefined || version.backports || other === undefined) return unknown(kernel);
  return compareKernels(version.number, other) >= 0 ? 'there' : 'none';
}

function optionWords(kernel: IndexedKernel, name: string): string {
  if (!name.startsWith('CONFIG_')) return kernel.release;
  if (kernel.config === undefined) return unknown(kernel);
  const at = `\n${kernel.config}`.indexOf(`\n${name}=`);
  return at < 0
    ? 'not set'
    : kernel.config
        .slice(at + name.length + 1)
        .split('\n', 1)
        .join();
}

function verifierWords(kernel: IndexedKernel, path: string): string {
  const { btf } = kernel;
  const [struct = '', member = ''] = path.split('.');
  const ids = kernel.typesOf('tag', struct);
  if (btf === undefined || ids.length === 0) return kernelNumber(kernel.release)?.join('.') ?? unknown(kernel);
  return String(ids.some((id) => memberNamed(btf, btf.type(id), member) !== undefined));
}

const RELOCATION = /^(\S+) (\S+) ([^.[:]+)(.*)$/;

function fieldWords(kernel: IndexedKernel, access: string): string {
  const { btf } = kernel;
  if (btf === undefined) return unknown(kernel);
  const [, relocation = '', kind = '', root = '', path = ''] = RELOCATION.exec(access) ?? [];
  const name = root.replace(/___.*$/, '');
  const ids = kernel.typesOf(kind === 'typedef' ? 'typedef' : 'tag', name);
  // libbpf looks for what the kernel lacks in its modules.
  if (ids.length === 0) return ofModules(kernel, { kind: 'type', name }) || 'none';
  return each(ids, (id) => relocatedWords(btf, id, relocation, path));
}

/** What a kernel has of a need, as a text. Where two kernels have the same, it makes no difference to the object. */
export function traitOf(kernel: IndexedKernel, { kind, name }: Need): string {
  const { btf } = kernel;
  switch (kind) {
    case 'enumerator':
      return btf === undefined ? unknown(kernel) : String(kernel.hasEnumerator(name));
    case 'helper':
      return helperWords(kernel, name);
    case 'since':
      return sinceWords(kernel, name);
    case 'option':
      return optionWords(kernel, name);
    case 'function':
      return functionWords(kernel, name);
    case 'variable':
      return variableWords(kernel, name);
    case 'tracepoint':
      return tracepointWords(kernel, name);
    case 'record':
      return recordWords(kernel, name);
    case 'raw_tracepoint':
      return rawWords(kernel, name);
    case 'type':
      if (btf === undefined) return unknown(kernel);
      return (
        each(kernel.typesOf('tag', name), (id) => layoutWords(btf, id)) || ofModules(kernel, { kind: 'type', name })
      );
    case 'field':
      return fieldWords(kernel, name);
    case 'verifier':
      return verifierWords(kernel, name);
  }
}

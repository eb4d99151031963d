import { flag } from '../model/wording.ts';
import { entry, type Facts, ofReason, reasonsOf, type Words } from './entry.ts';
import { INCOMPATIBLE, incompatibleTodo } from './incompatible.ts';
import { LOOKED_UP } from './lookup.ts';
import { arg, sentence, who } from './writer.ts';

const INVALID = {
  wrong_endian: {
    what: 'is built for the other byte order',
    todo: 'Pass the little-endian build (clang -target bpfel).',
  },
  not_bpf: { what: 'is an ELF file for another machine', todo: 'Pass the output of clang -target bpf.' },
  not_elf: { what: 'is not an ELF object', todo: 'Pass the output of clang -target bpf -c.' },
  truncated: { what: 'is damaged or cut short', todo: 'Build it again and compare the size.' },
  struct_ops_bounds: {
    what: 'has a struct_ops map that does not fit its own type information',
    todo: 'Build it again with clang -target bpf -g, without tools that edit its BTF.',
  },
};

/** Functions that are passed by their address are checked by their declaration. */
const withoutFuncInfo = (f: Facts): Words => ({
  title: `${who(f)} passes a function as a callback and has no type information of its functions`,
  explanation: 'Kernels look a callback up in the function records of .BTF.ext, which the object does not have.',
  remediation:
    'Compile with -g (in Rust with debug information, and with --btf for bpf-linker), and do not strip .BTF.ext.',
});

const CONTRACT = {
  map_key_value: {
    what: 'leaves key or value sizes of a map to its loader',
    todo: 'Set key_size and value_size in the object, or let its own loader do it before load.',
  },
  map_size: {
    what: 'leaves the size of a map to its loader',
    todo: 'Set max_entries in the object or under maps: in the manifest (a ring buffer needs a power of two times the page size).',
  },
  inner_map: {
    what: 'leaves the inner map of a map-in-map to its loader',
    todo: 'Describe the inner map in the object, or under maps: in the manifest (inner_map, inner_ringbuf_bytes).',
  },
  freplace_target: {
    what: 'replaces a function of another program that its loader names',
    todo: `Check it together with its dispatcher, or in place of a function of a stub program: ${flag('set-attach-target')} PROGRAM=xdp:FUNCTION (tc:FUNCTION). On its own it cannot load.`,
  },
  btf_target: {
    what: 'leaves the function to attach to open until run time',
    todo: `Name the function in the section, as in SEC("fentry/vfs_read"), or for a run with ${flag('set-attach-target')} PROGRAM=FUNCTION.`,
  },
  struct_ops_unreferenced: {
    what: 'has a struct_ops program that no map refers to',
    todo: 'Put it into a SEC(".struct_ops") variable, or remove it.',
  },
};

/** The inner map that stood in for the one of the object's own loader does not fit a program. */
function guessWords(f: Facts<'map' | 'size' | 'guess' | 'callee'>): Words {
  const map = arg(f, 'map', '?');
  const size = f.args.size ?? 'BYTES';
  return {
    title: `the object leaves the inner map of ${map} to its loader, and ${who(f)} needs another one than the check made up`,
    explanation: `The check loaded it with an ${arg(f, 'guess', 'inner map')}. ${
      f.args.callee === undefined
        ? `The program reads ${size} bytes of a value.`
        : `${f.args.callee} takes no map of that type.`
    } Nothing is wrong with the program, and no kernel is to blame.`,
    remediation:
      f.args.callee !== undefined
        ? 'Describe the inner map in the object (__array(values, ...)).'
        : `Describe the inner map in the object (__array(values, ...)), or write into the manifest: maps: [{name: ${map}, inner_map: {type: hash, key_size: 4, value_size: ${size}, max_entries: 1}}] with the numbers of its loader (inner_ringbuf_bytes for a ring buffer).`,
  };
}

/** Words for findings about the file: they say the same on every kernel. */
export const OBJECT_FINDINGS = {
  INVALID_OBJECT: entry({
    group: 'object',
    // A report about a text file instead of an object expects this name.
    coarse: 'UNKNOWN',
    rule: ['The file is not an eBPF object', 'Build it with clang -target bpf -g -O2, and name the .bpf.o.'],
    args: ['map'],
    reasons: reasonsOf(INVALID),
    words: (f) => {
      const { what, todo } = ofReason(f.args.reason, INVALID) ?? { what: 'cannot be read', todo: 'Build it again.' };
      return {
        title: `the file ${what}`,
        explanation:
          f.args.reason === 'struct_ops_bounds'
            ? 'libbpf does not compare these and would write beyond its memory, so the object was not opened and nothing was loaded.'
            : 'libbpf could not open it, so nothing was loaded.',
        remediation: todo,
      };
    },
  }),
  LEGACY_MAP_DEFINITION: entry({
    group: 'object',
    rule: ['A map is defined in the old way', 'Define maps in SEC(".maps") with BTF.'],
    args: ['map'],
    reasons: ['maps', 'maps_section'],
    words: (f) => ({
      title: `maps are defined the old way (section ${arg(f, 'section', 'maps')})`,
      explanation: 'libbpf 1.0 and later read BTF map definitions only; other loaders may still accept these.',
      remediation: 'Convert the maps to SEC(".maps") definitions.',
    }),
  }),
  OBJECT_NOT_LIBBPF_COMPATIBLE: entry({
    group: 'object',
    rule: ['libbpf cannot open the object', 'Check it with a loader that uses libbpf 1.x.'],
    args: ['map', 'symbol', 'part', 'size', 'other', 'field'],
    reasons: reasonsOf(INCOMPATIBLE),
    words: (f) => {
      const { what, todo } = ofReason(f.args.reason, INCOMPATIBLE) ?? {
        what: 'is not made for libbpf',
        todo: 'See the evidence.',
      };
      const about = f.args.map ?? f.args.program ?? f.args.symbol;
      return {
        title: `the object ${what}${about === undefined ? '' : ` (${about})`}`,
        explanation: 'This is about the object, not about a kernel: it fails everywhere in the same way.',
        remediation: incompatibleTodo(f.args, todo),
      };
    },
  }),
  MISSING_OBJECT_BTF: entry({
    group: 'object',
    rule: ['The object has no BTF', 'Build with -g.'],
    args: ['map'],
    reasons: ['object'],
    words: (f) => ({
      title: `the object has no BTF although its maps need it${f.args.map === undefined ? '' : ` (${f.args.map})`}`,
      explanation: 'Maps in .maps are described by the BTF of the object.',
      remediation: 'Compile with -g, and strip with llvm-strip -g: plain strip removes BTF.',
    }),
  }),
  UNKNOWN_SECTION: entry({
    group: 'object',
    rule: ['The section name stands for no program type', 'Use a section name that libbpf knows.'],
    args: ['near'],
    reasons: ['section'],
    words: (f) => ({
      title: `section ${arg(f, 'section', 'of a program')} says nothing about the program type`,
      explanation: 'libbpf takes the program type from the section name and does not know this one.',
      remediation: `${f.args.near === undefined ? 'Rename the section' : `Rename the section (libbpf knows ${f.args.near})`}, or set the type under program_types: in the manifest.`,
    }),
  }),
  MISSING_LICENSE: entry({
    group: 'object',
    coarse: 'VERIFIER_REJECTION',
    rule: ['The license does not allow a helper', 'Declare a GPL compatible license in SEC("license").'],
    reasons: ['helper', 'kfunc', 'program_type'],
    words: (f) => ({
      title: `${who(f)} uses something that needs a GPL compatible license`,
      explanation: 'The verifier allows it only when the license section names such a license.',
      remediation: 'Add char LICENSE[] SEC("license") = "GPL" (or "Dual MIT/GPL", "Dual BSD/GPL").',
    }),
  }),
  LOADER_CONTRACT: entry({
    group: 'object',
    rule: ["The object needs its own loader's help", 'Give the settings in the manifest or by flags.'],
    args: ['map', 'type', 'guess', 'size', 'callee', 'function', ...LOOKED_UP],
    reasons: reasonsOf(CONTRACT),
    words: (f) => {
      if (f.args.guess !== undefined) return guessWords(f);
      const { what, todo } = ofReason(f.args.reason, CONTRACT) ?? {
        what: 'needs its own loader',
        todo: 'See the evidence.',
      };
      return {
        title: `the object ${what}${f.subject === undefined ? '' : ` (${f.subject})`}`,
        explanation:
          'The loader of this object does something before load that was not done here. No kernel is to blame.',
        remediation: todo,
      };
    },
  }),
  BTF_INFO_REJECTED: entry({
    group: 'object',
    coarse: 'VERIFIER_REJECTION',
    rule: ["The kernel rejects a program's line or function records", 'Build with another compiler.'],
    reasons: ['func_or_line', 'no_func_info'],
    words: (f) =>
      f.args.reason === 'no_func_info'
        ? withoutFuncInfo(f)
        : {
            title: `the kernel rejects function or line records of ${who(f)}`,
            explanation: 'The .BTF.ext section does not fit the instructions: a compiler or linker made a mistake.',
            remediation: 'Build again with another clang, link with bpftool gen object, or drop .BTF.ext.',
          },
  }),
  BTF_LOAD_REJECTED: entry({
    group: 'kernel',
    rule: ["The kernel rejects the object's BTF", 'Build with another compiler, or strip newer kinds.'],
    args: ['callee'],
    reasons: ['mandatory', 'program'],
    words: (f) =>
      f.args.reason === 'program'
        ? {
            title: `${who(f)} needs the object's own BTF, which the kernel rejects`,
            explanation: `It calls ${arg(f, 'callee', 'a function')}, which works with the types of the object.`,
            remediation:
              'Look at the BTF log of the load. A list or tree with __contains(type, node), and a member marked as __kptr, need the definition of the type that they name; without -g there is no BTF at all.',
          }
        : {
            title: "the kernel rejects the object's own BTF",
            explanation: 'The object has maps or types that cannot be loaded without it.',
            remediation: 'Build without newer BTF kinds (older -mcpu or clang), or use a newer kernel.',
          },
  }),
  MANIFEST_MISMATCH: entry({
    group: 'object',
    rule: ['The manifest names what the object does not have', 'Correct the manifest or the object.'],
    needs: ['program'],
    args: ['present', 'expected'],
    reasons: ['program', 'section'],
    words: (f) =>
      f.args.reason === 'section'
        ? {
            title: `the manifest puts program ${arg(f, 'program', '?')} into section ${arg(f, 'expected', '?')}, the object into ${arg(f, 'section', '?')}`,
            explanation: 'Section names of the manifest are descriptive and change nothing.',
            remediation: 'Correct the manifest.',
          }
        : {
            title: `the manifest names program ${arg(f, 'program', '?')}, which the object does not have`,
            explanation: `The object has ${arg(f, 'present', 'no programs')}.`,
            remediation: 'Correct the name in the manifest.',
          },
  }),
  MISSING_PROGRAM: entry({
    group: 'object',
    rule: ['A required program is not in the object', 'Correct the manifest or the object.'],
    needs: ['program'],
    args: ['present'],
    reasons: ['program'],
    words: (f) => ({
      title: `required program ${arg(f, 'program', '?')} is not in the object`,
      explanation: `The manifest requires it to be attached. The object has ${arg(f, 'present', 'no programs')}.`,
      remediation: 'Correct the name in the manifest, or pass the object that has the program.',
    }),
  }),
  VALIDATOR_CRASH: entry({
    group: 'infra',
    coarse: 'UNKNOWN',
    rule: ['The validator died of the object', 'Report it with the object.'],
    needs: ['signal'],
    args: ['step'],
    words: (f) => ({
      title: `the validator crashed on this object (${arg(f, 'signal', 'signal')})`,
      explanation: sentence(
        `it died ${f.args.step === undefined ? 'while it worked on the object' : `during ${f.args.step}`}; the guest itself went on.`,
      ),
      remediation:
        'A fault of libbpf or of the validator that this object brings out: please report it with the object.',
    }),
  }),
};

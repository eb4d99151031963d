import { entry, type Facts, ofReason, reasonsOf } from './entry.ts';
import { arg, who } from './writer.ts';

const ADVICE = {
  section_name: 'Name the section as this library wants it, or set the program type in the loader.',
  map_definition: 'Define the map with the fields that this library knows, or change it in the loader before the load.',
  map_size: 'Give the map a size in the object, or set it in the loader before the load.',
  map_flags: 'Use a newer version of the library, or leave the flags to kernels and libraries that have them.',
  legacy_map: 'Define the map in a section ".maps" with BTF.',
  btf: 'Use a newer version of the library, or a compiler (or pahole) that does not write these kinds of BTF.',
  core_relocation: 'Look at the type or field in the BTF of this kernel; the library resolves relocations by itself.',
  extern: 'Use a newer version of the library, or declare the name __weak and do without it.',
  kernel_type:
    'Leave the object out on kernels without the type, or load its module first; some libraries look for types in vmlinux alone.',
  attach_target:
    'Name the target in the section, or set it in the loader before the load; some libraries look for it in vmlinux alone and not in modules.',
  passed_over:
    'Name the section of each as this library wants it, or give it its type in the loader; nothing of it was checked.',
  unsupported: 'Use a newer version of the library, or another library for this kind of program.',
  crash: 'Report it to the library with this object; a library should not crash over one.',
  other: 'See the words of the library in the report.',
} as const;

type LoaderFacts = Facts<'loader' | 'version', keyof typeof ADVICE>;

const WHAT: Readonly<Record<keyof typeof ADVICE, string>> = {
  section_name: 'rejects a section name',
  map_definition: 'rejects a map definition',
  map_size: 'rejects the size of a map',
  map_flags: 'rejects the flags of a map',
  legacy_map: 'rejects a map of the older kind, outside of ".maps"',
  btf: 'cannot read the BTF',
  core_relocation: 'cannot resolve a CO-RE relocation',
  extern: 'cannot resolve a name of the kernel',
  kernel_type: 'does not find a type of the kernel',
  attach_target: 'does not find an attach target',
  passed_over: 'passes over programs of the object',
  unsupported: 'does not support what the object uses',
  crash: 'crashes over the object',
  other: 'rejects the object',
};

function title(f: LoaderFacts): string {
  const about = f.subject === undefined ? '' : `: ${f.subject}`;
  const { version } = f.args;
  const who = `${arg(f, 'loader', 'the library')}${version ? ` ${version}` : ''}`;
  return `${who} ${ofReason(f.args.reason, WHAT) ?? WHAT.other}${about}`;
}

/** What a library other than our libbpf rejects by itself, before or without a word of the kernel. */
export const LOADER_FINDINGS = {
  LOADER_REJECTED: entry({
    group: 'object',
    rule: ['The library rejects the object', 'See the words of the library in the report.'],
    needs: ['loader'],
    args: ['version'],
    reasons: reasonsOf(ADVICE),
    words: (f) => ({
      title: title(f),
      explanation:
        f.args.reason === 'passed_over'
          ? `It reports a load without a failure, and did not load ${who(f)}.`
          : f.args.error
            ? `It says: ${f.args.error}`
            : 'It does not say why.',
      remediation: ofReason(f.args.reason, ADVICE) ?? ADVICE.other,
    }),
  }),
};

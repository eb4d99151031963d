import type { TextRule } from './rule.ts';

/**
 * libbpf's words while it opens an object and checks what the file alone decides. Kernel independent, so `kernel` of
 * the examples names the libbpf that printed them.
 */
export const OBJECT_RULES: readonly TextRule[] = [
  {
    code: 'LEGACY_MAP_DEFINITION',
    reason: 'maps',
    pattern: /^elf: legacy map definitions in '(?<section>[^']+)' section are not supported/,
    subject: 'section',
    example: {
      kernel: 'any, libbpf 1.7',
      text: "elf: legacy map definitions in 'maps' section are not supported by libbpf v1.0+",
    },
  },
  {
    code: 'LEGACY_MAP_DEFINITION',
    reason: 'maps_section',
    pattern:
      /^prog '[^']*': bad map relo against '(?<map>[^']+)' in section '(?<section>(?:maps|[^']+\/maps)(?:\/[^']+)?)'/,
    subject: 'map',
    example: {
      kernel: 'any, libbpf 1.7',
      text: "prog 'kprobe__tcp_v4_connect': bad map relo against 'tcpMap' in section 'maps/tcpMap'",
    },
  },
  {
    code: 'INVALID_OBJECT',
    reason: 'wrong_endian',
    pattern: /^object '[^']*': loading non-native endianness is unsupported|endianness mismatch/,
    example: { kernel: 'any, libbpf 1.7', text: "object 'conn.bpf.o': loading non-native endianness is unsupported" },
  },
  {
    code: 'INVALID_OBJECT',
    reason: 'not_bpf',
    pattern: /^elf: .* is not a valid eBPF object file$/,
    example: { kernel: 'any, libbpf 1.7', text: 'elf: conn.bpf.o is not a valid eBPF object file' },
  },
  {
    code: 'INVALID_OBJECT',
    reason: 'not_elf',
    pattern:
      /^elf: '.*' is not a (?:proper ELF|64-bit ELF) object$|^elf: failed to open .* as ELF file|^elf: '.*' has unknown byte order$|^elf: failed to get ELF header from/,
    example: { kernel: 'any, libbpf 1.7', text: "elf: 'invalid_object.bin' is not a proper ELF object" },
  },
  {
    // 65522 is SHN_COMMON: a variable without a place in any section.
    code: 'OBJECT_NOT_LIBBPF_COMPATIBLE',
    reason: 'relocation',
    pattern: /^sec '[^']*': corrupted symbol #\d+ pointing to invalid section #65522 /,
    example: {
      kernel: 'any, libbpf 1.7',
      text: "sec '.relraw_tp/sys_enter': corrupted symbol #3 pointing to invalid section #65522 for relo #0",
    },
  },
  {
    code: 'INVALID_OBJECT',
    reason: 'truncated',
    pattern:
      /^elf: failed to get |^elf: couldn't find symbol table|^elf: symbol strings section missing|crosses section boundary$|^sec '[^']*': corrupted (?:symbol|program)/,
    example: {
      kernel: 'any, libbpf 1.7',
      text: 'elf: failed to get section names strings from cut.bpf.o: offset out of range',
    },
  },
  {
    // The validator's own words: libbpf does not compare these and would write beyond its memory.
    code: 'INVALID_OBJECT',
    reason: 'struct_ops_bounds',
    subject: 'map',
    pattern:
      /^struct_ops map '(?<map>[^']+)': (?:member '|its place |struct ').*(?:does not lie within|is larger than the file)/,
    example: {
      kernel: 'any, validator',
      text: "struct_ops map 'first': member 'ssthresh' does not lie within the 24 bytes of struct 'tcp_congestion_ops'",
    },
  },
  {
    code: 'OBJECT_NOT_LIBBPF_COMPATIBLE',
    reason: 'static_program',
    pattern: /^sec '[^']*': program '(?<program>[^']+)' is static and not supported$/,
    subject: 'program',
    example: { kernel: 'any, libbpf 1.7', text: "sec 'xdp': program 'xdp_pass' is static and not supported" },
  },
  {
    code: 'OBJECT_NOT_LIBBPF_COMPATIBLE',
    reason: 'type_size',
    pattern: /^map '(?<map>[^']+)': can't determine (?<part>key|value) size for type \[\d+\]/,
    subject: 'map',
    example: { kernel: 'any, libbpf 1.7', text: "map 'flows': can't determine value size for type [11]: -22." },
  },
  {
    code: 'OBJECT_NOT_LIBBPF_COMPATIBLE',
    reason: 'two_sizes',
    pattern: /^map '(?<map>[^']+)': conflicting (?<part>key|value) size (?<size>\d+) != (?<other>\d+)/,
    subject: 'map',
    example: { kernel: 'any, libbpf 1.7', text: "map 'flows': conflicting key size 4 != 8." },
  },
  {
    code: 'OBJECT_NOT_LIBBPF_COMPATIBLE',
    reason: 'map_number',
    pattern: /^map '(?<map>[^']+)': attr '[^']+': expected PTR, got /,
    subject: 'map',
    example: { kernel: 'any, libbpf 1.7', text: "map 'counts': attr 'max_entries': expected PTR, got int." },
  },
  {
    code: 'OBJECT_NOT_LIBBPF_COMPATIBLE',
    reason: 'map_field',
    pattern: /^map '(?<map>[^']+)': unknown field '(?<field>[^']+)'/,
    subject: 'map',
    example: { kernel: 'any, libbpf 1.7', text: "map 'seen': unknown field 'max_entry'." },
  },
  {
    code: 'OBJECT_NOT_LIBBPF_COMPATIBLE',
    reason: 'map_type',
    pattern: /^map '(?<map>[^']+)': map type isn't specified/,
    subject: 'map',
    example: { kernel: 'any, libbpf 1.7', text: "map 'seen': map type isn't specified." },
  },
  {
    code: 'OBJECT_NOT_LIBBPF_COMPATIBLE',
    reason: 'map_static',
    pattern: /^map '(?<map>[^']+)': unsupported map linkage static/,
    subject: 'map',
    example: { kernel: 'any, libbpf 1.7', text: "map 'counts': unsupported map linkage static." },
  },
  {
    code: 'OBJECT_NOT_LIBBPF_COMPATIBLE',
    reason: 'map_plain_type',
    pattern: /^map '(?<map>[^']+)': (?<part>key|value) spec is not PTR/,
    subject: 'map',
    example: { kernel: 'any, libbpf 1.7', text: "map 'counts': key spec is not PTR: typedef." },
  },
  {
    code: 'OBJECT_NOT_LIBBPF_COMPATIBLE',
    reason: 'map_values',
    pattern:
      /^map '(?<map>[^']+)': (?:'values' member should be last|should be map-in-map|multi-level inner maps|inner def can't be pinned|(?:map-in-map inner|prog-array value) (?:spec|def) is )/,
    subject: 'map',
    example: { kernel: 'any, libbpf 1.7', text: "map 'jumps': prog-array value def is of unexpected kind int." },
  },
  {
    code: 'OBJECT_NOT_LIBBPF_COMPATIBLE',
    reason: 'map_attr',
    pattern:
      /^map '(?<map>[^']+)': (?:invalid pinning value|attr '|invalid (?:def|field)|unexpected (?:var|def) kind|conflicting)/,
    subject: 'map',
    example: { kernel: 'any, libbpf 1.7', text: "map 'cgrp_stats': invalid pinning value 100." },
  },
  {
    code: 'OBJECT_NOT_LIBBPF_COMPATIBLE',
    reason: 'function_section',
    subject: 'symbol',
    pattern:
      /^prog '[^']*': bad (?:call relo against '(?<symbol>[^']+)' in section '|(?:map|subprog addr) relo against '[^']+' in section '\.text\.)/,
    example: {
      kernel: 'any, libbpf 1.7',
      text: "prog 'sleeps': bad call relo against 'doubles' in section '.text.double'",
    },
  },
  {
    code: 'OBJECT_NOT_LIBBPF_COMPATIBLE',
    reason: 'relocation',
    pattern:
      /^prog '[^']*': (?:bad (?:map|call|data|subprog addr) relo|invalid relo against|(?:map|data) relo failed to find map|extern relo failed)|^\.maps relo #/,
    example: {
      kernel: 'any, libbpf 1.7',
      text: "prog 'handle': invalid relo against 'counter' in special section 0xfff2; forgot to initialize global var?..",
    },
  },
  {
    code: 'OBJECT_NOT_LIBBPF_COMPATIBLE',
    reason: 'arena_missing',
    pattern:
      /^prog '[^']*': bad arena data relocation |^elf: sec '[^']*': to use global __arena variables the ARENA map should/,
    example: {
      kernel: 'any, libbpf 1.7',
      text: "prog 'counts': bad arena data relocation at insn 0, no arena maps defined",
    },
  },
  {
    code: 'OBJECT_NOT_LIBBPF_COMPATIBLE',
    reason: 'arena_second',
    subject: 'map',
    pattern: /^map '(?<map>[^']+)': only single ARENA map is supported/,
    example: {
      kernel: 'any, libbpf 1.7',
      text: "map 'second': only single ARENA map is supported (map 'arena' is also ARENA)",
    },
  },
  {
    code: 'OBJECT_NOT_LIBBPF_COMPATIBLE',
    reason: 'arena_small',
    pattern: /^elf: sec '[^']*': declared ARENA map size \((?<size>\d+)\) is too small .* of size (?<other>\d+)/,
    example: {
      kernel: 'any, libbpf 1.7',
      text: "elf: sec '.addr_space.1': declared ARENA map size (4096) is too small to hold global __arena variables of size 8192",
    },
  },
  {
    code: 'OBJECT_NOT_LIBBPF_COMPATIBLE',
    reason: 'extern',
    subject: 'symbol',
    pattern:
      /^failed to find BTF for extern '(?<symbol>[^']+)'|^failed to find extern definition|^unrecognized extern section|^extern function \S+ is unsupported/,
    example: { kernel: 'any, libbpf 1.7', text: "failed to find BTF for extern 'helper_in_other_file': -3" },
  },
  {
    code: 'OBJECT_NOT_LIBBPF_COMPATIBLE',
    reason: 'extern',
    subject: 'symbol',
    pattern: /^map '(?<symbol>[^']+)': unsupported map linkage extern/,
    example: { kernel: 'any, libbpf 1.7', text: "map 'shared': unsupported map linkage extern." },
  },
  {
    code: 'OBJECT_NOT_LIBBPF_COMPATIBLE',
    reason: 'no_function_info',
    subject: 'symbol',
    pattern: /^prog '(?<symbol>[^']+)': missing \.BTF\.ext (?:function|line) info\.$/,
    example: { kernel: 'any, libbpf 1.7', text: "prog 'checksum': missing .BTF.ext function info." },
  },
  {
    code: 'MISSING_OBJECT_BTF',
    reason: 'object',
    pattern: /^BTF is required, but is missing or corrupted|^map '[^']*' BTF data is corrupted/,
    example: { kernel: 'any, libbpf 1.7', text: 'BTF is required, but is missing or corrupted.' },
  },
  {
    code: 'UNKNOWN_SECTION',
    reason: 'section',
    pattern: /^prog '[^']*': missing BPF prog type, check ELF section name '(?<section>[^']+)'/,
    example: {
      kernel: 'any, libbpf 1.7',
      text: "prog 'filter': missing BPF prog type, check ELF section name 'filter'",
    },
  },
  {
    code: 'STRUCT_OPS_UNSUPPORTED',
    reason: 'struct',
    pattern: /^struct_ops init_kern: struct (?:bpf_struct_ops_)?(?<struct>\S+) (?:is|data is) not found/,
    subject: 'struct',
    example: {
      kernel: '6.1.0-56-cloud-amd64',
      text: 'struct_ops init_kern: struct bpf_struct_ops_sched_ext_ops is not found in kernel BTF',
    },
  },
  {
    code: 'STRUCT_OPS_MISMATCH',
    reason: 'member',
    pattern:
      /^struct_ops init_kern (?<struct>\S+): (?:Cannot find member (?<member>\S+)|Unmatched member|Error in size|kernel member|bitfield)/,
    subject: 'struct',
    example: {
      kernel: '6.12.117+deb12-cloud-amd64',
      text: 'struct_ops init_kern ops: Cannot find member cgroup_set_bandwidth in kernel BTF',
    },
  },
  {
    code: 'OBJECT_NOT_LIBBPF_COMPATIBLE',
    reason: 'struct_ops_pointer',
    subject: 'map',
    pattern: /^struct_ops reloc (?<map>[^\s:]+): (?:cannot relocate non func ptr|invalid target program offset)/,
    example: { kernel: 'any, libbpf 1.7', text: 'struct_ops reloc ops: cannot relocate non func ptr priv' },
  },
  {
    code: 'OBJECT_NOT_LIBBPF_COMPATIBLE',
    reason: 'struct_ops_program',
    subject: 'map',
    pattern:
      /^struct_ops (?:reloc|init_kern) (?<map>[^\s:]+)(?::| func ptr [^:]+:) (?:prog \S+ is not struct_ops BPF program|member \S+ is not a struct_ops program|invalid reuse of prog|cannot find prog at)/,
    example: { kernel: 'any, libbpf 1.7', text: 'struct_ops reloc ops: prog on_init is not struct_ops BPF program' },
  },
  {
    code: 'LOADER_CONTRACT',
    reason: 'struct_ops_unreferenced',
    pattern: /^prog '[^']*': SEC\("struct_ops"\) program isn't referenced anywhere/,
    example: {
      kernel: 'any, libbpf 1.7',
      text: "prog 'simple_init': SEC(\"struct_ops\") program isn't referenced anywhere, did you forget to use it?",
    },
  },
  {
    code: 'LOADER_CONTRACT',
    reason: 'freplace_target',
    pattern: /^prog '[^']*': attach program FD is not set$/,
    example: { kernel: 'any, libbpf 1.7', text: "prog 'xdp_dispatcher_ext': attach program FD is not set" },
  },
  {
    code: 'LOADER_CONTRACT',
    reason: 'btf_target',
    pattern: /^prog '[^']*': no BTF-based attach target is specified/,
    example: {
      kernel: 'any, libbpf 1.7',
      text: "prog 'trace_func': no BTF-based attach target is specified, use bpf_program__set_attach_target()",
    },
  },
];

import type { Facts, Words } from './entry.ts';
import { arg, errno, here, sentence, who } from './writer.ts';

/** The hook is there, and its programs must not sleep: the suffix of the section says that this one may. */
export function sleepableWords(f: Facts<'function'>): Words {
  const section = arg(f, 'section', '').replace(/^\?/, '');
  const plain = section.replace(/^(\w+)\.s\//, '$1/');
  return {
    title: `${arg(f, 'function', 'the function')} cannot be hooked by a sleepable program ${here(f)}`,
    explanation: sentence(
      `${who(f)} hooks it, and its section (${section}) says that it may sleep. The kernel calls it where nothing may.`,
    ),
    remediation: `Declare it with SEC("${plain}"), without helpers that may sleep, or hook a function that may sleep.`,
  };
}

/** A place inside of a function that takes no probe. */
export function offsetWords(f: Facts<'function' | 'offset'>): Words {
  const name = arg(f, 'function', 'the function').replace(/\+.*$/, '');
  if (f.args.reason === 'return_offset') {
    return {
      title: `a return probe has no offset: ${who(f)} (${arg(f, 'section', '?')})`,
      explanation: 'A return probe is taken where the function returns, wherever that is.',
      remediation: `Leave the offset out: SEC("kretprobe/${name}").`,
    };
  }
  return {
    title: `${name}+${arg(f, 'offset', '?')} is not where an instruction begins ${here(f)}`,
    explanation: sentence(
      `${who(f)} puts a probe there. Each build of a kernel has its own code, so offsets differ from build to build.`,
    ),
    remediation: 'Probe the entry of a function (no offset), or take the offset from the code of the running kernel.',
  };
}

/** A section that names a tracepoint without its category. */
export function categoryWords(f: Facts): Words {
  const section = arg(f, 'section', 'tp/NAME').replace(/^\?/, '');
  const name = section.replace(/^\w+\//, '');
  if (/^\w+:\w+$/.test(name)) {
    return {
      title: `section ${section} of ${who(f)} has a colon between category and name of the tracepoint`,
      explanation: 'Other tools write CATEGORY:NAME; libbpf wants CATEGORY/NAME, as below /sys/kernel/tracing/events.',
      remediation: `Write SEC("tp/${name.replace(':', '/')}").`,
    };
  }
  return {
    title: `section ${section} of ${who(f)} names a tracepoint without its category`,
    explanation: 'libbpf wants both, CATEGORY/NAME, as below /sys/kernel/tracing/events.',
    remediation: `Write both: SEC("tp/CATEGORY/${name}"), as in SEC("tp/sched/sched_switch").`,
  };
}

/** A hook that is taken: twice by the object, or by something that the kernel has had before. */
export function conflictWords(f: Facts): Words {
  if (/^\??struct_ops/.test(arg(f, 'section', ''))) {
    return {
      title: `the name of the struct_ops that ${who(f)} belongs to is taken${errno(f)}`,
      explanation:
        'Structures are registered by their name (member name). The guest is fresh: the kernel has one of that name itself, as the congestion controls reno and cubic, or the object registers it twice.',
      remediation: 'Give the structure another name.',
    };
  }
  return {
    title: `the hook of ${who(f)} is already taken${errno(f)}`,
    explanation: 'The guest is fresh, so the object itself attaches to the same hook twice.',
    remediation: 'Attach only one of them, or use a hook that takes several programs.',
  };
}

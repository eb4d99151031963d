/** Rejections over what a program does with its context and with objects on its stack; keys are reasons. */
export const CONTEXT_ADVICE = {
  context_field: {
    why: 'a context field is read that programs of its hook do not have',
    todo: 'Read it in a program whose hook has it, or get the value from the packet or by a helper.',
  },
  context_width: {
    why: 'a context field is read in another size than it has',
    todo: 'Read each field by itself, in its own size. Where the compiler joined the reads of two fields that stand side by side, keep them apart: read them through volatile, or put barrier_var() on the first value before the second is read.',
  },
  argument_width: {
    why: 'an argument of the hook is read in part',
    todo: 'Read each argument as the 8 bytes that the context has for it, and narrow it afterwards (BPF_PROG from bpf_tracing.h does that); newer kernels insist for pointers.',
  },
  stack_object: {
    why: 'an iterator, dynptr or saved interrupt state is at a place on the stack that cannot hold it',
    todo: 'Make it a variable of its own, of the very type of the kernel, and not a member of a packed structure: it has to be aligned to 8 bytes. Where it is, its structure may be larger on this kernel than in the vmlinux.h of the build: take that of the oldest kernel that has it.',
  },
  option_bounds: {
    why: 'the value of a socket option is accessed at a place that no check against optval_end covers',
    todo: 'Compare the pointer plus the size of the access with ctx->optval_end right before the access (optval + sizeof(*value) > optval_end).',
  },
};

/** Which fields an access of another size lies on. */
export function widthWords(field: string, struct: string, size: string, accessed: string): string {
  return `${accessed} bytes are read at ${field} of ${struct}, which has ${size}.`;
}

/** Which programs have a context field that others have not. */
const FIELDS: readonly (readonly [field: RegExp, programs: string])[] = [
  [/^egress_ifindex$/, 'Only XDP programs of a device map (SEC("xdp/devmap")) know where a packet goes.'],
  [/^flow_keys$/, 'Only flow dissectors have it.'],
  [/^(?:data|data_end)$/, 'Programs without access to the packet read it with bpf_skb_load_bytes.'],
  [/^data_meta$/, 'tc and XDP programs have it.'],
  [
    /^(?:tc_classid|tc_index|queue_mapping|wire_len|gso_segs|gso_size|tstamp|tstamp_type|hwtstamp)$/,
    'tc programs have it.',
  ],
  [/^(?:family|(?:remote|local)_(?:ip[46]|port))$/, 'cgroup_skb and sk_skb programs have it.'],
  [/^msg_src_ip[46]$/, 'Only cgroup/sendmsg4 and cgroup/sendmsg6 (each its own) have it.'],
  [/^user_ip4$/, 'Only hooks of IPv4 (cgroup/connect4, bind4, sendmsg4, ...) have it.'],
  [/^user_ip6$/, 'Only hooks of IPv6 (cgroup/connect6, bind6, sendmsg6, ...) have it.'],
  [/^sk$/, 'tc and cgroup programs have it.'],
];

/** The same for sockets as the hooks of cgroups see them: programs of one type have other fields at each hook. */
const SOCKET_FIELDS: typeof FIELDS = [
  [/^src_ip4$/, 'Only SEC("cgroup/post_bind4") has it.'],
  [/^src_ip6$/, 'Only SEC("cgroup/post_bind6") has it.'],
  [/^src_port$/, 'Only SEC("cgroup/post_bind4") and SEC("cgroup/post_bind6") have it.'],
  [/^(?:bound_dev_if|mark|priority)$/, 'Only SEC("cgroup/sock_create") and SEC("cgroup/sock_release") have it.'],
];

/** What to do about a field that programs of a hook do not have. @param struct their context */
export function fieldTodo(field: string | undefined, type: string | undefined, struct: string | undefined): string {
  if (type === 'flow_dissector') return 'A flow dissector has data, data_end and flow_keys, and nothing else.';
  const rows = struct === 'struct bpf_sock' ? SOCKET_FIELDS : FIELDS;
  const where = rows.find(([name]) => name.test(field ?? ''))?.[1];
  return [...(where === undefined ? [] : [where]), CONTEXT_ADVICE.context_field.todo].join(' ');
}

/** Accesses that are there in the kernel and that libbpf cannot put into the instruction; keys are reasons. */
export const UNFIT_ACCESS = {
  array_element: {
    why: 'Of the element of an array libbpf places the offset alone: its size, sign or position in bits is no question that a relocation can be about',
    todo: 'Write it about the member itself, without an index, or about the type of the element.',
  },
  bitfield: {
    why: 'The member is a bitfield in this kernel, and one that no load of up to eight bytes holds whole',
    todo: 'Read the members around it with bpf_probe_read_kernel, and take the bits out by hand.',
  },
  far_member: {
    why: 'The member lies farther from the start of its structure than one instruction can reach (32,767 bytes)',
    todo: 'Read it with BPF_CORE_READ, which adds the offset to the pointer first.',
  },
};

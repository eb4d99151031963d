/** Rejections over arenas, exceptions and kptrs; keys are reasons. */
export const EXTENSION_ADVICE = {
  arena_cast: {
    why: 'an address is converted between address spaces that no arena has',
    todo: 'Cast the pointer itself to __arena before a member of it is taken ((struct x __arena *)p, then &p->member), and compile with clang 19 or later.',
  },
  arena_pointer: {
    why: 'memory of an arena is accessed through a pointer that is not marked as one of an arena',
    todo: 'Declare pointers to it with __arena (__attribute__((address_space(1)))) and compile with clang 19 or later, which makes the conversion before each access.',
  },
  throw_place: {
    why: 'bpf_throw is called in a callback, which no exception can leave',
    todo: 'End the loop by the return value of the callback, and throw behind it.',
  },
  throw_value: {
    why: 'the value that it throws is not a return value of this hook',
    todo: 'bpf_throw(cookie) ends the program with cookie as its return value: throw one that the hook accepts, or name a callback that returns one (__exception_cb).',
  },
  no_kptr: {
    why: 'bpf_kptr_xchg is given a field that is not a kptr for this kernel',
    todo: 'Mark the field with __kptr (bpf_helpers.h), and compile with clang 15 or later: older compilers leave the mark out without a warning.',
  },
  kptr_access: {
    why: 'a kptr in a map is read or written like a plain number',
    todo: 'Put a pointer in and take it out with bpf_kptr_xchg, one at a time, through the member itself; release what comes back.',
  },
  kptr_type: {
    why: 'a pointer is stored in a kptr of another type',
    todo: 'Declare the member with the type of what is stored in it, and store the pointer as the acquiring function returned it.',
  },
  node_access: {
    why: 'an object of a list or tree is used without its lock, or without owning it',
    todo: 'Hold the bpf_spin_lock that stands beside the list or tree while it is used, add only what bpf_obj_new or a removal returned, and drop or add again what was removed.',
  },
  arena_unnamed: {
    why: 'memory of an arena is used in a program that does not name the arena',
    todo: 'Refer to the map of the arena in the program itself: pass &arena to a call (bpf_arena_alloc_pages), or put a statement such as asm volatile("" :: "r"(&arena)) in front.',
  },
};
